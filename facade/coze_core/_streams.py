"""Streams of typed events: a sync and an async shell around the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from coze_core._errors import CozeError
from coze_core._forgotten import aclose_when_forgotten, close_when_forgotten
from coze_core._reader import EventReader, Source

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
    from typing import Self

    from coze_core._operation import StreamOperation
    from coze_core._response import ResponseInfo

E_co = TypeVar("E_co", covariant=True)
S = TypeVar("S", bound=Source)


class StreamSource(Source, Protocol):
    """An answer whose body is read as it comes."""

    def iter_bytes(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class AsyncStreamSource(Source, Protocol):
    """The async twin of `StreamSource`."""

    def iter_bytes(self) -> AsyncGenerator[bytes]: ...

    async def aclose(self) -> None: ...


class _Shell(Generic[E_co, S]):
    """What both kinds of stream are, apart from waiting."""

    def __init__(self, operation: StreamOperation[E_co]) -> None:
        self._operation = operation
        self._used = False
        self._source: S | None = None
        self._reader: EventReader[E_co] | None = None
        self._ready: Iterator[E_co] = iter(())

    def __repr__(self) -> str:
        state = "open" if self._reader else "closed" if self._used else "not open"
        return f"<{type(self).__name__} {self._operation.name}, {state}>"

    @property
    def response(self) -> ResponseInfo:
        """Status, headers and log id of the answer; known once the stream is open.

        Raises:
            CozeError: The stream was never open.
        """
        if self._source is None:
            raise self._misuse("is not open")
        return self._source.response

    def _use(self) -> None:
        if self._used:
            raise self._misuse("can be opened only once")
        self._used = True

    def _opened(self, source: S) -> None:
        self._source = source
        self._reader = EventReader(self._operation, source)

    def _open_reader(self) -> EventReader[E_co]:
        if self._reader is None:
            raise self._misuse("is closed" if self._used else "is not open")
        return self._reader

    def _misuse(self, what: str) -> CozeError:
        return CozeError(
            f"{self._operation.name}: this stream {what}. "
            "Call the method again, open its stream in a with statement, and read it inside."
        )


class Stream(_Shell[E_co, StreamSource], Generic[E_co]):
    """Events as they arrive.

    Opened by ``with``, which sends the request, and read inside it. Leaving it closes the
    connection, however that happens. Iteration yields the event that ends the stream, then stops
    without waiting for more.

    Args:
        operation: The operation that answers with events.
        open_source: Sends the request and waits for the head of the answer.
    """

    def __init__(
        self, operation: StreamOperation[E_co], open_source: Callable[[], StreamSource]
    ) -> None:
        super().__init__(operation)
        self._open_source = open_source

    def __enter__(self) -> Self:
        """Send the request.

        Raises:
            CozeError: The request failed, or the stream was opened before.
        """
        self._use()
        source = self._open_source()
        self._forgotten = close_when_forgotten(self, source)
        self._opened(source)
        self._chunks = source.iter_bytes()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __iter__(self) -> Self:
        """Iterate over the events that were not read yet."""
        self._open_reader()
        return self

    def __next__(self) -> E_co:
        """Wait for the next event.

        Raises:
            StreamError: The API reported an error in the stream, or the stream stopped too early.
            APIConnectionError: The connection was lost, or nothing came in time.
            CozeError: The stream is not open.
        """
        reader = self._open_reader()
        while (event := next(self._ready, None)) is None:
            if reader.ended:
                raise StopIteration
            chunk = next(self._chunks, None)
            self._ready = reader.finish() if chunk is None else reader.feed(chunk)
        return event

    def close(self) -> None:
        """Close the connection; nothing more can be read."""
        self._used = True
        self._reader = None
        if self._source is not None:
            self._source.close()
            self._forgotten.detach()


class AsyncStream(_Shell[E_co, AsyncStreamSource], Generic[E_co]):
    """Events as they arrive: the async twin of `Stream`.

    Args:
        operation: The operation that answers with events.
        open_source: Sends the request and waits for the head of the answer.
    """

    def __init__(
        self,
        operation: StreamOperation[E_co],
        open_source: Callable[[], Awaitable[AsyncStreamSource]],
    ) -> None:
        super().__init__(operation)
        self._open_source = open_source

    async def __aenter__(self) -> Self:
        """Send the request.

        Raises:
            CozeError: The request failed, or the stream was opened before.
        """
        self._use()
        source = await self._open_source()
        self._forgotten = aclose_when_forgotten(self, source)
        self._opened(source)
        self._chunks = source.iter_bytes()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        """Iterate over the events that were not read yet."""
        self._open_reader()
        return self

    async def __anext__(self) -> E_co:
        """Wait for the next event.

        Raises:
            StreamError: The API reported an error in the stream, or the stream stopped too early.
            APIConnectionError: The connection was lost, or nothing came in time.
            CozeError: The stream is not open.
        """
        reader = self._open_reader()
        while (event := next(self._ready, None)) is None:
            if reader.ended:
                raise StopAsyncIteration
            chunk = await anext(self._chunks, None)
            self._ready = reader.finish() if chunk is None else reader.feed(chunk)
        return event

    async def aclose(self) -> None:
        """Close the connection; nothing more can be read."""
        self._used = True
        self._reader = None
        if self._source is not None:
            try:
                await self._chunks.aclose()
            finally:
                await self._source.aclose()
                self._forgotten.detach()
