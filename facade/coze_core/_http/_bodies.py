"""The bodies of requests and answers on their way."""

from __future__ import annotations

import socket
import zlib
from contextlib import suppress
from threading import Lock, local
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from coze_core._errors import CozeError
from coze_core._fork import never_close
from coze_core._http._errors import map_exceptions, too_long

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator

    from coze_core._http._family import Family
    from coze_core._request import Request

_GZIP = 16 + zlib.MAX_WBITS
# What is read of a body that nobody wants, to save its connection. A server that is going to end it
# does so at once.
_DRAIN_SECONDS = 0.05
_DRAIN_BYTES = 64 * 1024


class GzipDecoder:
    """Unpacks one gzip stream, of one member or several, which zeros may follow."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._inside = False

    def feed(self, chunk: bytes) -> bytes:
        """Return what packed bytes, cut anywhere, unpack to.

        Raises:
            zlib.error: This is not gzip.
        """
        unpacked = b""
        while chunk := chunk if self._inside else chunk.lstrip(b"\0"):
            unpacked += self._member.decompress(chunk)
            chunk = self._member.unused_data
            self._inside = not self._member.eof
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
        return unpacked

    def iter(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Iterate over what all the chunks unpack to, chunk by chunk.

        Raises:
            zlib.error: They are not gzip.
            EOFError: They were cut short.
        """
        for chunk in chunks:
            yield self.feed(chunk)
        self.end()

    def end(self) -> None:
        """Check that the stream is complete.

        Raises:
            EOFError: It was cut short.
        """
        if self._inside:
            raise EOFError("the compressed body is incomplete")


class _OpenBody:
    def __init__(self, family: Family, response: Any, request: Request, limit: float) -> None:
        self.stopped = False
        self._response = response
        self._request = request
        self._limit = limit
        self._mapped = map_exceptions(family, request)
        self._released = False
        self._inherited = False

    @property
    def secret(self) -> str:
        return secret_of(self._response.request)

    def explain(self, error: CozeError) -> None:
        from coze_core._report import keep_facts

        keep_facts(error, self._request, self.secret)

    def reset_after_fork(self) -> None:
        self._inherited = True
        never_close(self._response)

    def _check_usable(self) -> None:
        if self._inherited:
            raise self._misuse("another process opened it. Make the call in this process")
        if self._released:
            raise self._misuse("it was closed. Make the call again")

    def _misuse(self, reason: str) -> CozeError:
        return CozeError(
            f"{self._request.operation}: the answer cannot be read, for {reason}. "
            f"[{self._request.info}]"
        )

    def _checked(self, piece: bytes) -> bytes:
        self._check_usable()  # what was closed meanwhile may seem to have ended
        self._limit -= len(piece)
        if self._limit < 0:
            raise too_long(self._response.status_code, self._request)
        return piece

    @property
    def _has_own_connection(self) -> bool:
        return self._response.extensions.get("http_version") == b"HTTP/1.1"


class OpenBody(_OpenBody):
    """A body that is read by the sync client."""

    def __init__(self, family: Family, response: Any, request: Request, limit: float) -> None:
        super().__init__(family, response, request, limit)
        self._reading = Lock()
        self._pieces: Iterator[bytes] = iter(())

    def reset_after_fork(self) -> None:
        super().reset_after_fork()
        self._reading = Lock()

    def iter_bytes(self) -> Iterator[bytes]:
        raw, gzip = _reading(self._response)
        pieces = self._response.iter_raw() if raw else self._response.iter_bytes()
        self._pieces = gzip.iter(pieces) if gzip else pieces
        while (piece := self._next()) is not None:
            yield piece

    def _next(self) -> bytes | None:
        self._check_usable()
        if not self._reading.acquire(blocking=False):
            raise self._misuse("another thread is reading it. Give each thread a call of its own")
        try:
            with self._mapped:
                piece = next(self._pieces, None)
                if piece is None and not self._released:
                    return None
                return self._checked(piece or b"")
        except Exception:
            if self._released:
                raise self._misuse("it was closed meanwhile. Make the call again") from None
            raise
        finally:
            self._reading.release()
            if self._released:  # while this thread was reading
                self.release()

    def close(self, *, drain: bool = False) -> None:
        self.stopped = True
        self._release(drain=drain)

    def release(self) -> None:
        self._release(drain=False)

    def _release(self, *, drain: bool) -> None:
        if self._inherited:
            return
        self._released = True
        if self._reading.acquire(blocking=False):
            try:
                if drain:
                    self._drain()
                self._response.close()
            finally:
                self._reading.release()
        elif stream := self._response.extensions.get("network_stream"):
            interrupt(stream)  # the thread that is reading gives the connection back

    def _drain(self) -> None:
        stream = self._response.extensions.get("network_stream")
        if stream is None or not self._has_own_connection:
            return
        if not isinstance(stream.read, _BoundedRead):
            stream.read = _BoundedRead(stream.read)
        left = _DRAIN_BYTES
        _drain.deadline = monotonic() + _DRAIN_SECONDS
        try:
            with suppress(Exception):  # the connection is lost then
                while left > 0 and (piece := next(self._pieces, None)) is not None:
                    left -= len(piece)
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


class OpenAsyncBody(_OpenBody):
    """The async twin of `OpenBody`."""

    _unfinished: AsyncIterator[bytes] | None = None

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        self._check_usable()
        raw, gzip = _reading(self._response)
        pieces = self._response.aiter_raw() if raw else self._response.aiter_bytes()
        self._unfinished = pieces
        try:
            with self._mapped:
                async for packed in pieces:
                    yield self._checked(gzip.feed(packed) if gzip else packed)
                self._checked(b"")
                self._unfinished = None
                if gzip:
                    gzip.end()
        except Exception:
            if self._released:
                raise self._misuse("it was closed meanwhile. Make the call again") from None
            raise

    async def aclose(self, *, drain: bool = False) -> None:
        self.stopped = True
        try:
            if drain and not self._released and not self._inherited:
                await self._drain()
        finally:
            await self.release()

    async def release(self) -> None:
        if self._inherited:
            return
        self._released = True
        await self._response.aclose()
        if self._unfinished:
            await _unwind(self._unfinished)
            self._unfinished = None

    async def _drain(self) -> None:
        from anyio import move_on_after

        if self._unfinished is None or not self._has_own_connection:
            return
        left = _DRAIN_BYTES
        with move_on_after(_DRAIN_SECONDS), suppress(Exception):  # the connection is lost then
            async for piece in self._unfinished:
                left -= len(piece)
                if left < 0:
                    return
            self._unfinished = None


async def _unwind(pieces: AsyncIterator[bytes]) -> None:
    """End the generators inside httpx, which would trouble the event loop when collected.

    Only an error from their innermost reaches them all. The scope is cancelled beforehand, so that
    asking for one more piece raises and never waits.
    """
    from anyio import CancelScope

    with CancelScope() as scope, suppress(Exception):
        scope.cancel()
        async for _ in pieces:
            pass


def interrupt(network_stream: Any) -> None:
    """Wake the thread that reads from a connection, which then finds it closed.

    Closing the socket would not wake it, and it might go on with another one of the same number.
    """
    found = network_stream.get_extra_info("socket")
    if isinstance(found, socket.socket):
        with suppress(OSError):  # it was closed already
            socket.socket.shutdown(found, socket.SHUT_RDWR)  # TLS would forget its state first


def _reading(response: Any) -> tuple[bool, GzipDecoder | None]:
    """Decide how a body is read: whether as it comes, and what then unpacks it.

    A cut gzip is a success for httpx, so gzip is unpacked here. What is not packed needs no help of
    httpx either. But a response hook of the user may have read the body, and so unpacked it.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    raw = encoding in {"identity", "gzip"} and not response.is_stream_consumed
    return raw, GzipDecoder() if raw and encoding == "gzip" else None


def secret_of(sent: Any) -> str:
    """Return the token of a request, which no report may show."""
    return cast("str", sent.headers.get("authorization", "")).rpartition(" ")[2]
