"""The client that generated methods call: the async driver of the calls."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import anyio

from coze_core._auth import AsyncToken
from coze_core._call import download_call, stream_call, value_call
from coze_core._client import BaseClient
from coze_core._coze_error import no_stop_iteration
from coze_core._errors import APIConnectionError
from coze_core._http._async import AsyncTransport
from coze_core._http._family import AsyncHTTPClient
from coze_core._pages import AsyncPages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from typing import Unpack

    from coze_core._call import Attempt, Call
    from coze_core._downloads import AsyncDownload
    from coze_core._iteration import RecoveryMethods
    from coze_core._operation import (
        BatchOperation,
        Endpoint,
        ListOperation,
        Operation,
        SocketOperation,
        StreamOperation,
    )
    from coze_core._request import CallArguments, Request
    from coze_core._response import AsyncBody, ResponseInfo
    from coze_core._streams import AsyncStream
    from coze_core._ws._async import AsyncSocket

D = TypeVar("D")
E = TypeVar("E")
P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="AsyncSocket[Any, Any]")
T = TypeVar("T")


class AsyncClient(BaseClient[AsyncToken, AsyncHTTPClient, AsyncTransport]):
    """The async variant of `SyncClient`, for asyncio and trio."""

    _transport_class = AsyncTransport

    async def call(self, operation: Operation[T], **parts: Unpack[CallArguments]) -> T:
        """As `SyncClient.call`."""
        value, _ = await self._run(value_call(operation, parts, self.settings))
        return value

    def list(self, operation: ListOperation[D, T], **parts: Unpack[CallArguments]) -> AsyncPages[T]:
        """Return the pages of an operation: to be awaited for the first, or to be iterated over."""
        place = operation.paging.request

        async def fetch(arguments: Mapping[str, object]) -> tuple[D, ResponseInfo]:
            changed = cast("CallArguments", {**parts, place: arguments})
            return await self._run(value_call(operation, changed, self.settings))

        return AsyncPages(operation, fetch, parts.get(place) or {})

    async def batch(self, operation: BatchOperation[T], **parts: Unpack[CallArguments]) -> T:
        """As `SyncClient.batch`."""
        from coze_core._request import groups, joined

        client = self.with_settings(self.settings.begun())
        results = [await client.call(operation, **group) for group in groups(operation, parts)]
        return joined(operation, results)

    def stream(
        self,
        operation: StreamOperation[E],
        recover: RecoveryMethods | None = None,
        **parts: Unpack[CallArguments],
    ) -> AsyncStream[E, Any]:
        """As `SyncClient.stream`."""
        from coze_core._streams import AsyncStream

        recoverer = self._recoverer(operation, recover)

        async def open_body() -> tuple[AsyncBody, ResponseInfo]:
            return await self._run(stream_call(operation, parts, self._begun(recoverer)))

        return AsyncStream(
            operation,
            open_body,
            self.settings.errors,
            recoverer,
            self.settings.max_response_bytes,
            keep_extra=self.settings.keep_extra,
        )

    async def download(self, endpoint: Endpoint, **parts: Unpack[CallArguments]) -> AsyncDownload:
        """As `SyncClient.download`."""
        from coze_core._downloads import AsyncDownload

        body, response = await self._run(download_call(endpoint, parts, self.settings))
        return AsyncDownload(body, response)

    def socket(
        self,
        operation: SocketOperation[Any],
        kind: type[S],
        reconnect: int,
        **parts: Unpack[CallArguments],
    ) -> S:
        """As `SyncClient.socket`."""
        from coze_core._ws._handshake import socket_call

        async def connect() -> tuple[AsyncBody, ResponseInfo]:
            settings = self.settings.begun()
            call: Call[AsyncBody, tuple[AsyncBody, ResponseInfo]]
            call = socket_call(operation, parts, settings)
            return await self._run(call, self._transport.for_sockets())

        return kind(operation, connect, self.settings, reconnect)

    async def aclose(self) -> None:
        """As `SyncClient.close`."""
        await self._transport.aclose()

    async def _token(self, attempt: Attempt) -> str | None:
        if self.tokens is None or "authorization" in attempt.request.headers:
            return None
        what = "The token function or authentication"
        with _scope(attempt.request, sent=False), no_stop_iteration(what):
            return await self.tokens.aheader(self, attempt.rejected)

    async def _run(self, call: Call[AsyncBody, R], transport: AsyncTransport | None = None) -> R:
        transport = transport or self._transport
        try:
            attempt = next(call)
            while True:
                if attempt.pause:
                    await anyio.sleep(attempt.pause)
                token = await self._token(attempt)
                try:
                    with _scope(attempt.request), no_stop_iteration("A hook, transport or file"):
                        reply = await transport.send(attempt.request, token, self.http_auth)
                except APIConnectionError as error:
                    attempt = call.throw(error)
                else:
                    attempt = call.send(reply)
        except StopIteration as end:
            return cast("R", end.value)


def _scope(request: Request, *, sent: bool = True) -> AbstractContextManager[None]:
    return request.deadline.scope(request, sent=sent) if request.deadline else nullcontext()
