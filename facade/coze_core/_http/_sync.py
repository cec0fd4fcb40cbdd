"""The sync transport, over the connections of one `httpx.Client`."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from math import inf
from threading import RLock, local
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from coze_core._errors import APIConnectionError
from coze_core._fork import reset_in_children
from coze_core._http._clients import ClientOptions, close_lost, interrupt, interrupt_calls
from coze_core._http._errors import check_upgrade, is_upgrade, map_exceptions
from coze_core._http._exchange import (
    DRAIN_BYTES,
    DRAIN_SECONDS,
    BodyBase,
    TransportBase,
    raw_response,
    stays_open,
)
from coze_core._http._family import HTTPAuth, HTTPClient

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from coze_core._http._family import Family
    from coze_core._request import Request
    from coze_core._response import Body, RawResponse


class OpenBody(BodyBase):
    """A body that is read by the sync client."""

    def __init__(
        self, family: Family, client: Any, response: Any, request: Request, limit: float
    ) -> None:
        super().__init__(family, client, response, request, limit)
        # Reentrant, since an interrupt may come between its acquiring and the reading.
        self._reading = RLock()
        self._chunks: Iterator[bytes] = iter(())

    def reset_after_fork(self) -> None:
        super().reset_after_fork()
        self._reading = RLock()

    def read(self) -> bytes:
        """Read the whole body, which nobody else knows of, and give its connection back."""
        try:
            with self._mapped:
                self._begin()
                return b"".join(map(self._checked, self._chunks))
        finally:
            self.release()

    def iter_bytes(self) -> Iterator[bytes]:
        with self._mapped:
            self._begin()
        # A chunk passes here as fast as it can: short ones are many.
        is_limited = self._limit < inf or self._gzip or self._request.deadline
        while True:
            if self._released or self._inherited:
                self._check_usable()
            if not self._reading.acquire(blocking=False):
                raise self._misuse(
                    "another thread is reading it. Give each thread a call of its own"
                )
            try:
                chunk = next(self._chunks, None)
                if chunk is None and not self._released:
                    self._response.close()
                    return
                if is_limited or chunk is None or self._released or self._inherited:
                    chunk = self._checked(chunk or b"")
            except BaseException as error:
                self._interrupted = not isinstance(error, Exception)
                if self._released and not self._interrupted:
                    raise self._misuse("it was closed meanwhile. Make the call again") from None
                with self._mapped:
                    raise
            finally:
                self._reading.release()
                if self._released:  # while this thread was reading
                    self.release()
            yield chunk

    def _begin(self) -> None:
        raw = self._is_read_raw()
        chunks = iter(self._response.stream) if raw else self._response.iter_bytes()
        self._chunks = self._gzip.iter(chunks) if self._gzip else chunks

    def close(self, *, drain: bool = False) -> None:
        self.stopped = True
        self._release(drain=drain)

    def release(self) -> None:
        self._release(drain=False)

    def _release_on_gc(self) -> None:
        with suppress(Exception):  # nobody is left to hear of it
            self.release()

    def _release(self, *, drain: bool) -> None:
        if self._inherited:
            return
        self._released = True
        if self._reading.acquire(blocking=False):
            interrupted, self._interrupted = self._interrupted, True
            try:
                if drain:
                    self._drain()
                self._response.close()
                self._interrupted = interrupted
            finally:
                if self._interrupted:
                    close_lost(self._client, self._response.request, self._response)
                self._reading.release()
        elif self.stream:
            interrupt(self.stream)  # the thread that is reading gives the connection back

    def _drain(self) -> None:
        stream = self.stream
        if stream is None or not self._has_own_connection:
            return
        if not isinstance(stream.read, _BoundedRead):
            stream.read = _BoundedRead(stream.read)
        left = DRAIN_BYTES
        _drain.deadline = monotonic() + DRAIN_SECONDS
        try:
            with suppress(Exception):  # the connection is lost then
                while left > 0 and (chunk := next(self._chunks, None)) is not None:
                    left -= len(chunk)
        finally:
            _drain.deadline = None


class _Drain(local):
    """Until when the present thread reads what nobody wants."""

    deadline: float | None = None


_drain = _Drain()


class _BoundedRead:
    """Reads from a connection, and obeys the deadline of the present thread.

    httpx takes its time limit once, when it begins to read a body, and counts it from each read.
    This one stays in its place: the connection may serve another thread before draining returns.
    """

    def __init__(self, read: Callable[..., bytes]) -> None:
        self._read = read

    def __call__(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if _drain.deadline is not None:
            timeout = max(_drain.deadline - monotonic(), 0.001)
        return self._read(max_bytes, timeout)


class Upgraded(OpenBody):
    """A connection that one thread reads, for as long as it holds it; others write and close it."""

    def interrupt(self) -> None:
        """Wake the threads that wait for the connection, which is lost then."""
        interrupt(self.stream)

    @contextmanager
    def held(self) -> Generator[None]:
        """Read the connection in this thread: `close` wakes it and leaves the rest to it."""
        with self._reading:
            yield


class Transport(TransportBase[HTTPClient]):
    """Sends requests over the connections of one `httpx.Client`.

    Args:
        client: The user's own client, which is not closed here, or ``None`` for a new one.
        options: How a new one is made.

    Raises:
        CozeError: ``client`` is something else, or no new one can be made.
    """

    def __init__(self, client: HTTPClient | None, options: ClientOptions) -> None:
        super().__init__("Client", client, options)
        self._bodies: WeakValueDictionary[int, OpenBody] = WeakValueDictionary()

    def reset_after_fork(self) -> None:
        super().reset_after_fork()
        self._bodies = WeakValueDictionary()

    def send(self, request: Request, token: str | None, auth: HTTPAuth | None) -> RawResponse[Body]:
        """Send a request once.

        Args:
            request: The request.
            token: The Authorization header, if it comes from a token.
            auth: An authentication of httpx, or ``None`` where tokens, the client or the headers
                do it.

        Raises:
            APIConnectionError: No complete answer arrived.
            CozeError: The request cannot be sent at all, or the client was closed.
        """
        client = self._ready()
        sent = response = None
        try:
            with map_exceptions(self._family, request), ExitStack() as files:
                sent = self._build(client, request, token, files)
                options, hops = self._send_options(request, token, auth), 1
                response = self._sent(client, sent, options)
                while redirect := self._redirected(client, request, response):
                    body = OpenBody(self._family, client, response, request, request.max_bytes)
                    body.read()  # which saves the connection
                    hops = self._hopped(client, redirect, hops)
                    response = self._sent(client, redirect, options)
            live = stays_open(request, response)
            kind = Upgraded if is_upgrade(request) else OpenBody
            limit = inf if live else request.max_bytes
            body = kind(self._family, client, response, request, limit)
            if kind is Upgraded:
                check_upgrade(request, response)  # else the body is forgotten, and so closed
            if not live:
                return raw_response(sent, response, body.read(), None)
            self._bodies[id(body)] = body
            reset_in_children(body)
            return raw_response(sent, response, b"", body)
        except APIConnectionError as error:
            raise self._failed(request, error) from error.__cause__
        except BaseException as error:
            if sent is not None and not isinstance(error, Exception):
                close_lost(client, sent, response)
            raise

    def _sent(self, client: Any, sent: Any, options: dict[str, Any]) -> Any:
        if direct := self._direct(client, options):
            response = direct.handle_request(sent)
            response.request = sent
            return response
        return client.send(sent, **options)

    def close(self) -> None:
        """Close the connections, unless they are the user's own; end calls and streams."""
        if not self._own:
            return
        self._closed = True
        if self._for_sockets:
            self._for_sockets.close()
        for reference in self._bodies.valuerefs():
            if body := reference():
                body.close()
        if self._client:
            interrupt_calls(self._client)
            self._client.close()

    def _ready(self) -> HTTPClient:
        client = self._client
        self._check_open(client)
        if client is None:
            with self._lock:
                client = self._client = self._client or self._made()
        return client
