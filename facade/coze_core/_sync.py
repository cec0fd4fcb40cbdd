"""The client that generated methods call: the sync driver of the calls."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from coze_core._auth import Token
from coze_core._call import download_call, stream_call, value_call
from coze_core._client import BaseClient
from coze_core._coze_error import no_stop_iteration
from coze_core._errors import APIConnectionError
from coze_core._http._family import HTTPClient
from coze_core._http._sync import Transport
from coze_core._pages import Page
from coze_core._paging import PageRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from coze_core._call import Attempt, Call
    from coze_core._downloads import Download
    from coze_core._iteration import RecoveryMethods
    from coze_core._operation import (
        BatchOperation,
        Endpoint,
        ListOperation,
        Operation,
        SocketOperation,
        StreamOperation,
    )
    from coze_core._request import CallArguments
    from coze_core._response import Body, ResponseInfo
    from coze_core._streams import Stream
    from coze_core._ws._sync import Socket

D = TypeVar("D")
E = TypeVar("E")
P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Socket[Any, Any]")
T = TypeVar("T")


class SyncClient(BaseClient[Token, HTTPClient, Transport]):
    """Carries calls out, and waits for each; see `BaseClient` for its arguments."""

    _transport_class = Transport

    def call(self, operation: Operation[T], **parts: Unpack[CallArguments]) -> T:
        """Call an operation, and return its result."""
        value, _ = self._run(value_call(operation, parts, self.settings))
        return value

    def list(self, operation: ListOperation[D, T], **parts: Unpack[CallArguments]) -> Page[T]:
        """Call an operation, and return its page, which asks for the next one."""
        place = operation.paging.request

        def fetch(arguments: Mapping[str, object]) -> tuple[D, ResponseInfo]:
            changed = cast("CallArguments", {**parts, place: arguments})
            return self._run(value_call(operation, changed, self.settings))

        first = PageRequest(parts.get(place) or {})
        return Page(operation, fetch, first, fetch(first.arguments))

    def batch(self, operation: BatchOperation[T], **parts: Unpack[CallArguments]) -> T:
        """Call an operation as often as its values need, and join the results."""
        from coze_core._request import groups, joined

        client = self.with_settings(self.settings.begun())
        results = [client.call(operation, **group) for group in groups(operation, parts)]
        return joined(operation, results)

    def stream(
        self,
        operation: StreamOperation[E],
        recover: RecoveryMethods | None = None,
        **parts: Unpack[CallArguments],
    ) -> Stream[E, Any]:
        """Return the stream of an operation, which sends the request when it is entered.

        Args:
            operation: The operation.
            recover: The methods that return the rest of a broken stream: its subject, its items.
            parts: The arguments of the call.
        """
        from coze_core._streams import Stream

        recoverer = self._recoverer(operation, recover)

        def open_body() -> tuple[Body, ResponseInfo]:
            return self._run(stream_call(operation, parts, self._begun(recoverer)))

        return Stream(
            operation,
            open_body,
            self.settings.errors,
            recoverer,
            self.settings.max_response_bytes,
            keep_extra=self.settings.keep_extra,
        )

    def download(self, endpoint: Endpoint, **parts: Unpack[CallArguments]) -> Download:
        """Call an operation, and return its file, still unread."""
        from coze_core._downloads import Download

        body, response = self._run(download_call(endpoint, parts, self.settings))
        return Download(body, response)

    def socket(
        self,
        operation: SocketOperation[Any],
        kind: type[S],
        reconnect: int,
        **parts: Unpack[CallArguments],
    ) -> S:
        """Return the socket of an operation, which sends the handshake when it is entered.

        Args:
            operation: The operation.
            kind: The class of the socket.
            reconnect: How often a lost connection is opened again.
            parts: The arguments of the call.

        Raises:
            CozeError: ``reconnect`` makes no sense, or the package is missing that sockets need.
        """
        from coze_core._ws._handshake import socket_call

        def connect() -> tuple[Body, ResponseInfo]:
            settings = self.settings.begun()
            call: Call[Body, tuple[Body, ResponseInfo]]
            call = socket_call(operation, parts, settings)
            return self._run(call, self._transport.for_sockets())

        return kind(operation, connect, self.settings, reconnect)

    def close(self) -> None:
        """Close the connections, unless they are those of a given ``http_client``."""
        self._transport.close()

    def _token(self, attempt: Attempt) -> str | None:
        if self.tokens is None or "authorization" in attempt.request.headers:
            return None
        with no_stop_iteration("The token function or authentication"):
            return self.tokens.header(self, attempt.rejected)

    def _run(self, call: Call[Body, R], transport: Transport | None = None) -> R:
        transport = transport or self._transport
        try:
            attempt = next(call)
            while True:
                if attempt.pause:
                    sleep(attempt.pause)
                token = self._token(attempt)
                try:
                    if attempt.request.deadline:
                        attempt.request.deadline.limit(attempt.request)
                    with no_stop_iteration("A hook, transport or file"):
                        reply = transport.send(attempt.request, token, self.http_auth)
                except APIConnectionError as error:
                    attempt = call.throw(error)
                else:
                    attempt = call.send(reply)
        except StopIteration as end:
            return cast("R", end.value)
