"""The bodies of requests and answers on their way."""

from __future__ import annotations

import zlib
from contextlib import suppress
from sys import is_finalizing
from threading import RLock, Thread, local
from time import monotonic
from typing import TYPE_CHECKING, Any

from coze_core._coze_error import CozeError
from coze_core._fork import never_close
from coze_core._http._errors import map_exceptions, too_long, unknown_encoding
from coze_core._http._pools import aclose_lost, close_lost, interrupt

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator

    from anyio.lowlevel import EventLoopToken

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
        """Iterate over what packed bytes, cut anywhere, unpack to, in chunks of a bounded size.

        Raises:
            zlib.error: This is not gzip.
        """
        self.packed += len(chunk)
        more = False  # whether the decompressor may hold back a part of what it has taken
        while (chunk := chunk if self._inside else chunk.lstrip(b"\0")) or more:
            member = self._member
            unpacked = member.decompress(chunk, _STEP)
            chunk = member.unused_data if member.eof else member.unconsumed_tail
            more = not member.eof and len(unpacked) == _STEP
            self._inside = not member.eof
            if member.eof:
                self._member = zlib.decompressobj(_GZIP)
            yield unpacked

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
    """A body that is released when it is forgotten.

    That happens in a thread of its own: a garbage collection may run at any time, also while its
    thread holds the lock of the connection pool.
    """

    _released = False
    _inherited = False

    def __init__(
        self, family: Family, client: Any, response: Any, request: Request, limit: float
    ) -> None:
        self.stopped = False
        self._client = client
        self._response = response
        self._request = request
        self._limit = limit
        self._left = limit
        self._gzip: GzipDecoder | None = None
        self._mapped = map_exceptions(family, request)
        self._interrupted = (
            False  # by what is not an error: then httpx may have lost the connection
        )

    def __del__(self) -> None:
        # While the interpreter ends, a new thread would never run, and be waited for.
        if not (self._released or self._inherited or is_finalizing()):
            with suppress(RuntimeError):  # as later versions of Python put it
                Thread(target=self._release_forgotten, daemon=True).start()

    def _release_forgotten(self) -> None:
        raise NotImplementedError

    @property
    def secret(self) -> str:
        return secret_of(self._response.request)

    def explain(self, error: CozeError) -> None:
        from coze_core._report import attach_context

        attach_context(error, self._request, self.secret)

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

    def _checked(self, chunk: bytes) -> bytes:
        if self._released or self._inherited:  # what was closed meanwhile may seem to have ended
            self._check_usable()
        self._left -= len(chunk)
        # Packed bytes count as well, since they may unpack to nothing for ever.
        if self._left < 0 or (self._gzip and self._gzip.packed > self._limit):
            raise too_long(self._response.status_code, self._request)
        if (deadline := self._request.deadline) and not deadline.left:
            raise deadline.error(self._request)
        return chunk

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
        """Read the whole body, which nobody else knows of."""
        with self._mapped:
            self._begin()
            return b"".join(map(self._checked, self._chunks))

    def iter_bytes(self) -> Iterator[bytes]:
        with self._mapped:
            self._begin()
        while (chunk := self._next()) is not None:
            yield chunk

    def _begin(self) -> None:
        raw = self._is_read_raw()
        chunks = iter(self._response.stream) if raw else self._response.iter_bytes()
        self._chunks = self._gzip.iter(chunks) if self._gzip else chunks

    def _next(self) -> bytes | None:
        if self._released or self._inherited:
            self._check_usable()
        if not self._reading.acquire(blocking=False):
            raise self._misuse("another thread is reading it. Give each thread a call of its own")
        try:
            chunk = next(self._chunks, None)
            if chunk is None and not self._released:
                self._response.close()
                return None
            return self._checked(chunk or b"")
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

    def close(self, *, drain: bool = False) -> None:
        self.stopped = True
        self._release(drain=drain)

    def release(self) -> None:
        self._release(drain=False)

    def _release_forgotten(self) -> None:
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


class OpenAsyncBody(_OpenBody):
    """The async variant of `OpenBody`.

    Attributes:
        loop: Where to release it when it is forgotten.
    """

    loop: EventLoopToken | None = None
    _unfinished: AsyncIterator[bytes] | None = None

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        self._check_usable()
        with self._mapped:
            raw = self._is_read_raw()
        chunks = aiter(self._response.stream) if raw else self._response.aiter_bytes()
        self._unfinished = chunks
        if deadline := self._request.deadline:
            chunks = deadline.chunks(chunks, self._request)
        try:
            with self._mapped:
                async for packed in chunks:
                    for chunk in self._gzip.feed(packed) if self._gzip else (packed,):
                        yield self._checked(chunk)
                self._checked(b"")
                self._unfinished = None
                await self._response.aclose()
                if self._gzip:
                    self._gzip.end()
        except BaseException as error:
            self._interrupted = not isinstance(error, Exception | GeneratorExit)
            if self._released and isinstance(error, Exception):
                raise self._misuse("it was closed meanwhile. Make the call again") from None
            raise

    async def aclose(self, *, drain: bool = False) -> None:
        self.stopped = True
        await self._release(drain=drain and not self._released)

    async def release(self) -> None:
        await self._release(drain=False)

    def _release_forgotten(self) -> None:
        from anyio import from_thread

        with suppress(Exception):  # as above
            from_thread.run(self.release, token=self.loop)

    async def _release(self, *, drain: bool) -> None:
        if self._inherited:
            return
        self._released = True
        interrupted, self._interrupted = self._interrupted, True
        try:
            try:
                if drain:
                    await self._drain()
            finally:
                await self._response.aclose()
                if self._unfinished:
                    await _unwind(self._unfinished)
                    self._unfinished = None
            self._interrupted = interrupted
        finally:
            if self._interrupted:
                await aclose_lost(self._client, self._response.request)

    async def _drain(self) -> None:
        from anyio import move_on_after

        if self._unfinished is None or not self._has_own_connection:
            return
        left = _DRAIN_BYTES
        with move_on_after(_DRAIN_SECONDS), suppress(Exception):  # the connection is lost then
            async for chunk in self._unfinished:
                left -= len(chunk)
                if left < 0:
                    return
            self._unfinished = None


async def _unwind(chunks: AsyncIterator[bytes]) -> None:
    """End the generators inside httpx, which would trouble the event loop when collected.

    Only an error from their innermost reaches them all. The scope is cancelled beforehand, so that
    asking for one more chunk raises and never waits.
    """
    from anyio import CancelScope

    with CancelScope() as scope, suppress(Exception):
        scope.cancel()
        async for _ in chunks:
            pass


def secret_of(sent: Any) -> str:
    """Return the token of a request, which no report may show."""
    header: str = sent.headers.get("authorization", "")
    return header.rpartition(" ")[2]
