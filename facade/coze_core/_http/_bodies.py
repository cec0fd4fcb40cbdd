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
from coze_core._http._errors import map_exceptions, too_long, unknown_encoding

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator

    from coze_core._http._family import Family
    from coze_core._request import Request

_GZIP = 16 + zlib.MAX_WBITS
# Bytes to unpack at a time, since a small chunk may unpack to a thousand times its size.
_STEP = 64 * 1024
# What is read of a body that nobody wants, to save its connection. A server that is going to end it
# does so at once.
_DRAIN_SECONDS = 0.05
_DRAIN_BYTES = 64 * 1024


class GzipDecoder:
    """Unpacks one gzip stream, of one member or several, which zeros may follow.

    Attributes:
        packed: How many bytes were fed.
    """

    def __init__(self) -> None:
        self.packed = 0
        self._member = zlib.decompressobj(_GZIP)
        self._inside = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Iterate over what packed bytes, cut anywhere, unpack to, in pieces of a bounded size.

        Raises:
            zlib.error: This is not gzip.
        """
        self.packed += len(chunk)
        more = False  # whether the decompressor may hold back a part of what it has taken
        while (chunk := chunk if self._inside else chunk.lstrip(b"\0")) or more:
            member = self._member
            piece = member.decompress(chunk, _STEP)
            chunk = member.unused_data if member.eof else member.unconsumed_tail
            more = not member.eof and len(piece) == _STEP
            self._inside = not member.eof
            if member.eof:
                self._member = zlib.decompressobj(_GZIP)
            yield piece

    def iter(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Iterate over what all the chunks unpack to.

        Raises:
            zlib.error: They are not gzip.
            EOFError: They were cut short.
        """
        for chunk in chunks:
            yield from self.feed(chunk)
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
        self._left = limit
        self._gzip: GzipDecoder | None = None
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
        self._left -= len(piece)
        # Packed bytes count as well, since they may unpack to nothing for ever.
        if self._left < 0 or (self._gzip and self._gzip.packed > self._limit):
            raise too_long(self._response.status_code, self._request)
        if (deadline := self._request.deadline) and not deadline.left:
            raise deadline.error(self._request)
        return piece

    def _is_read_raw(self) -> bool:
        """Decide whether the body is read as it comes, and what unpacks it then.

        A cut gzip is a success for httpx, and a small one may fill the memory, so gzip is unpacked
        here. Nothing else was asked for. But a response hook of the user may have read the body,
        and so unpacked it.
        """
        if self._response.is_stream_consumed:
            return False
        encoding = self._response.headers.get("content-encoding", "identity").strip().lower()
        if encoding in {"gzip", "x-gzip"}:
            self._gzip = GzipDecoder()
        elif encoding not in {"identity", ""}:
            raise unknown_encoding(self._response.status_code, encoding, self._request)
        return True

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
        with self._mapped:
            raw = self._is_read_raw()
        pieces = self._response.iter_raw() if raw else self._response.iter_bytes()
        self._pieces = self._gzip.iter(pieces) if self._gzip else pieces
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
        with self._mapped:
            raw = self._is_read_raw()
        pieces = self._response.aiter_raw() if raw else self._response.aiter_bytes()
        self._unfinished = pieces
        if deadline := self._request.deadline:
            pieces = deadline.chunks(pieces, self._request)
        try:
            with self._mapped:
                async for packed in pieces:
                    for piece in self._gzip.feed(packed) if self._gzip else (packed,):
                        yield self._checked(piece)
                self._checked(b"")
                self._unfinished = None
                if self._gzip:
                    self._gzip.end()
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


def secret_of(sent: Any) -> str:
    """Return the token of a request, which no report may show."""
    return cast("str", sent.headers.get("authorization", "")).rpartition(" ")[2]
