"""The client that generated methods call: the async driver of the calls."""

from __future__ import annotations

from contextlib import nullcontext
from copy import copy
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import anyio

from coze_core._auth import BearerToken, credentials
from coze_core._call import download_call, stream_call, value_call
from coze_core._coze_error import no_stop_iteration
from coze_core._errors import APIConnectionError
from coze_core._http import AsyncTransport, ClientOptions
from coze_core._pages import AsyncPages
from coze_core._settings import Settings, checked_settings
from coze_core._unset import UNSET, Unset

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from typing import Self, Unpack

    from coze_core._auth import AsyncToken
    from coze_core._body import AsyncBody
    from coze_core._call import Attempt, Call
    from coze_core._deadline import HTTPTimeout
    from coze_core._downloads import AsyncDownload
    from coze_core._errors import ErrorTable
    from coze_core._http import AsyncHTTPClient, HTTPAuth, HTTPFamily
    from coze_core._operation import (
        BatchOperation,
        Endpoint,
        ListOperation,
        Operation,
        StreamOperation,
    )
    from coze_core._request import Parts, Request
    from coze_core._response import Recorder, ResponseInfo
    from coze_core._streams import AsyncStream

D = TypeVar("D")
E = TypeVar("E")
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class AsyncClient:
    """The async twin of `SyncClient`, for asyncio and trio.

    Args:
        base_url: As for `SyncClient`, like all that is not named here.
        errors: The error codes of the API.
        user_agent: The User-Agent header where there is no ``http_client``.
        token: The bearer token, or a function, async or not, that gives it before each request.
        auth: An authentication of httpx instead of a token.
        timeout: The time limits.
        max_retries: How often a request is sent again at most.
        http_client: An async client of httpx to send with; it is not closed here.
        headers: Headers to add to every request.
        http: The family of HTTP clients to send with; see `ClientOptions`, like the next two.
        proxy: A proxy.
        verify: How certificates are checked.

    Attributes:
        tokens: As in `SyncClient`, like the others.
        http_auth: An authentication of httpx, if there is one.
        settings: What was set.
        recorder: What notes the answers down.

    Raises:
        CozeError: An argument makes no sense.
    """

    def __init__(  # noqa: PLR0913  # one argument for each setting
        self,
        *,
        base_url: str,
        errors: ErrorTable,
        user_agent: str,
        token: AsyncToken | None = None,
        auth: HTTPAuth | None = None,
        timeout: float | HTTPTimeout | Unset | None = UNSET,
        max_retries: int = 2,
        http_client: AsyncHTTPClient | None = None,
        headers: Mapping[str, str] | None = None,
        http: HTTPFamily | None = None,
        proxy: Any = None,
        verify: ssl.SSLContext | str | bool = True,
        keep_extra: bool = False,
    ) -> None:
        self.tokens, self.http_auth = credentials(token, auth)
        options = ClientOptions(user_agent, http, proxy, verify)
        self._transport = AsyncTransport(http_client, options)
        self._transport.check_auth(self.http_auth)
        self.settings = self._root = checked_settings(
            base_url=base_url,
            headers=headers,
            timeout=timeout,
            max_retries=max_retries,
            http_client=http_client,
            errors=errors,
            renewable=self.tokens is not None and self.tokens.renewable,
            keep_extra=keep_extra,
        )
        self.recorder: Recorder | None = None

    def with_settings(self, settings: Settings) -> Self:
        """As `SyncClient.with_settings`."""
        clone = copy(self)
        clone.settings = settings
        return clone

    def authenticated(self, token: AsyncToken | None, auth: HTTPAuth | None) -> Self:
        """As `SyncClient.authenticated`."""
        clone = copy(self)
        clone.tokens, clone.http_auth = credentials(token, auth)
        self._transport.check_auth(clone.http_auth)
        renewable = clone.tokens is not None and clone.tokens.renewable
        clone.settings = self.settings.authenticated(renewable=renewable)
        return clone

    def recording(self, recorder: Recorder) -> Self:
        """As `SyncClient.recording`."""
        clone = copy(self)
        clone.recorder = recorder
        return clone

    def for_tokens(
        self,
        token: AsyncToken | None,
        *,
        secrets: Iterable[str] = (),
        max_retries: int | None = None,
    ) -> Self:
        """As `SyncClient.for_tokens`."""
        settings = self._root.for_tokens(secrets).changed(max_retries=max_retries)
        clone = self.with_settings(settings)
        clone.tokens = None if token is None else BearerToken(token)
        clone.recorder = None
        return clone

    async def call(self, operation: Operation[T], **parts: Unpack[Parts]) -> T:
        """As `SyncClient.call`."""
        return (await self._value(operation, parts))[0]

    def list(self, operation: ListOperation[D, T], **parts: Unpack[Parts]) -> AsyncPages[T]:
        """Gives the pages of an operation: to be awaited for the first, or to be iterated over."""
        place = operation.paging.request

        async def fetch(arguments: Mapping[str, object]) -> tuple[D, ResponseInfo]:
            return await self._value(operation, cast("Parts", {**parts, place: arguments}))

        return AsyncPages(operation, fetch, parts.get(place) or {})

    async def batch(self, operation: BatchOperation[T], **parts: Unpack[Parts]) -> T:
        """As `SyncClient.batch`."""
        from coze_core._request import groups, joined

        client = self.with_settings(self.settings.begun())
        results = [await client.call(operation, **group) for group in groups(operation, parts)]
        return joined(operation, results)

    def stream(
        self,
        operation: StreamOperation[E],
        recover: tuple[Callable[..., Any], Callable[..., Any]] | None = None,
        **parts: Unpack[Parts],
    ) -> AsyncStream[E, Any]:
        """As `SyncClient.stream`."""
        from coze_core._recovery import Methods, Recoverer
        from coze_core._streams import AsyncStream

        async def open_body() -> tuple[AsyncBody, ResponseInfo]:
            settings = self.settings.begun()
            if recoverer and settings.deadline:
                recoverer.deadline = settings.deadline.at
            return await self._run(stream_call(operation, parts, settings))

        recoverer = None
        if operation.recovery and recover:
            patience = self.settings.timeouts.stream.read
            recoverer = Recoverer[E](operation.recovery, Methods(*recover), patience)
        return AsyncStream(
            operation,
            open_body,
            self.settings.errors,
            recoverer,
            self.settings.max_response_bytes,
            keep_extra=self.settings.keep_extra,
        )

    async def download(self, endpoint: Endpoint, **parts: Unpack[Parts]) -> AsyncDownload:
        """As `SyncClient.download`."""
        from coze_core._downloads import AsyncDownload

        body, response = await self._run(download_call(endpoint, parts, self.settings))
        return AsyncDownload(body, self._recorded(response))

    async def aclose(self) -> None:
        """As `SyncClient.close`."""
        await self._transport.aclose()

    async def _value(self, operation: Operation[T], parts: Parts) -> tuple[T, ResponseInfo]:
        value, response = await self._run(value_call(operation, parts, self.settings))
        return value, self._recorded(response)

    def _recorded(self, response: ResponseInfo) -> ResponseInfo:
        if self.recorder:
            self.recorder.record(response)
        return response

    async def _token(self, attempt: Attempt) -> str | None:
        if self.tokens is None or "authorization" in attempt.request.headers:
            return None
        what = "The token function or authentication"
        with _scope(attempt.request, sent=False), no_stop_iteration(what):
            return await self.tokens.aheader(self, attempt.rejected)

    async def _run(self, call: Call[AsyncBody, R]) -> R:
        try:
            attempt = next(call)
            while True:
                if attempt.pause:
                    await anyio.sleep(attempt.pause)
                token = await self._token(attempt)
                try:
                    with _scope(attempt.request), no_stop_iteration("A hook, transport or file"):
                        reply = await self._transport.exchange(
                            attempt.request, token, self.http_auth
                        )
                except APIConnectionError as error:
                    attempt = call.throw(error)
                else:
                    attempt = call.send(reply)
        except StopIteration as end:
            return cast("R", end.value)


def _scope(request: Request, *, sent: bool = True) -> AbstractContextManager[None]:
    return request.deadline.scope(request, sent=sent) if request.deadline else nullcontext()
