"""Streams of typed events: a sync and an async shell around the reader."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from coze_core._errors import CozeError
from coze_core._forgotten import aclose_when_forgotten, close_when_forgotten
from coze_core._reader import EventReader, Source
from coze_core._recovery import POLL_SECONDS

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Awaitable,
        Callable,
        Generator,
        Iterator,
        Sequence,
    )
    from typing import Self

    from coze_core._operation import StreamOperation
    from coze_core._recovery import Recoverer
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

    def __init__(self, operation: StreamOperation[E_co], recoverer: Recoverer[E_co] | None) -> None:
        self._operation = operation
        self._recoverer = recoverer
        self._used = False
        self._source: S | None = None
        self._reader: EventReader[E_co] | None = None

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

    def _opened(self, source: S) -> EventReader[E_co]:
        self._source = source
        self._reader = EventReader(self._operation, source, self._recoverer)
        return self._reader

    def _check_open(self) -> None:
        if self._reader is None:
            raise self._misuse("is closed" if self._used else "is not open")

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
        recoverer: Finds the rest of the events when the connection breaks.
    """

    def __init__(
        self,
        operation: StreamOperation[E_co],
        open_source: Callable[[], StreamSource],
        recoverer: Recoverer[E_co] | None = None,
    ) -> None:
        super().__init__(operation, recoverer)
        self._open_source = open_source

    def __enter__(self) -> Self:
        """Send the request.

        Raises:
            CozeError: The request failed, or the stream was opened before.
        """
        self._use()
        source = self._open_source()
        self._forgotten = close_when_forgotten(self, source)
        self._events = _events(self._opened(source), source, self._recoverer)
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[E_co]:
        """Iterate over the events that were not read yet."""
        self._check_open()
        return self._events

    def __next__(self) -> E_co:
        """Wait for the next event.

        Raises:
            StreamError: The API reported an error in the stream, or the stream stopped too early.
            APIConnectionError: The connection was lost, or nothing came in time.
            CozeError: The stream is not open.
        """
        self._check_open()
        return next(self._events)

    def close(self) -> None:
        """Close the connection; nothing more can be read."""
        self._used = True
        self._reader = None
        if self._source is not None:
            self._source.close()
            self._forgotten.detach()
            with suppress(ValueError):  # another thread is waiting for an event
                self._events.close()


class AsyncStream(_Shell[E_co, AsyncStreamSource], Generic[E_co]):
    """Events as they arrive: the async twin of `Stream`.

    Args:
        operation: The operation that answers with events.
        open_source: Sends the request and waits for the head of the answer.
        recoverer: Finds the rest of the events when the connection breaks.
    """

    def __init__(
        self,
        operation: StreamOperation[E_co],
        open_source: Callable[[], Awaitable[AsyncStreamSource]],
        recoverer: Recoverer[E_co] | None = None,
    ) -> None:
        super().__init__(operation, recoverer)
        self._open_source = open_source

    async def __aenter__(self) -> Self:
        """Send the request.

        Raises:
            CozeError: The request failed, or the stream was opened before.
        """
        self._use()
        source = await self._open_source()
        self._forgotten = aclose_when_forgotten(self, source)
        self._chunks = source.iter_bytes()
        self._events = _async_events(self._opened(source), source, self._chunks, self._recoverer)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[E_co]:
        """Iterate over the events that were not read yet."""
        self._check_open()
        return self._events

    async def __anext__(self) -> E_co:
        """Wait for the next event.

        Raises:
            StreamError: The API reported an error in the stream, or the stream stopped too early.
            APIConnectionError: The connection was lost, or nothing came in time.
            CozeError: The stream is not open.
        """
        self._check_open()
        return await anext(self._events)

    async def aclose(self) -> None:
        """Close the connection; nothing more can be read."""
        self._used = True
        self._reader = None
        if self._source is not None:
            try:
                with suppress(RuntimeError):  # another task is waiting for an event
                    await self._events.aclose()
                    await self._chunks.aclose()
            finally:
                await self._source.aclose()
                self._forgotten.detach()


# Iteration goes through generators, since a method of the stream would cost each event more than
# reading it. They do not know the stream, so that a forgotten one is gone at once.


def _events(
    reader: EventReader[E_co], source: StreamSource, recoverer: Recoverer[E_co] | None
) -> Generator[E_co]:
    try:
        for chunk in source.iter_bytes():
            yield from reader.feed(chunk)
            if reader.ended:
                return
        yield from reader.finish()
    except CozeError as error:
        if recoverer is None or not recoverer.applies(error, reader):
            raise
        source.close()
        subject, items = _ask(recoverer, error)
        rest = recoverer.rest(reader, subject, items)
    else:
        return
    yield from rest


async def _async_events(
    reader: EventReader[E_co],
    source: AsyncStreamSource,
    chunks: AsyncGenerator[bytes],
    recoverer: Recoverer[E_co] | None,
) -> AsyncGenerator[E_co]:
    try:
        async for chunk in chunks:
            for event in reader.feed(chunk):
                yield event
            if reader.ended:
                return
        for event in reader.finish():
            yield event
    except CozeError as error:
        if recoverer is None or not recoverer.applies(error, reader):
            raise
        await chunks.aclose()
        await source.aclose()
        subject, items = await _ask_async(recoverer, error)
        rest = recoverer.rest(reader, subject, items)
    else:
        return
    for event in rest:
        yield event


def _ask(recoverer: Recoverer[E_co], error: CozeError) -> tuple[object, Sequence[object]]:
    """Asks for what a broken stream did not bring; raises why it broke if that is not to be had."""
    deadline = monotonic() + recoverer.patience
    try:
        while recoverer.goes_on(subject := recoverer.ask_subject()):
            if monotonic() > deadline:
                raise error
            sleep(POLL_SECONDS)
        return subject, cast("Sequence[object]", recoverer.ask_items())
    except CozeError as failure:
        raise _unrecovered(error, failure) from error.__cause__


async def _ask_async(
    recoverer: Recoverer[E_co], error: CozeError
) -> tuple[object, Sequence[object]]:
    """As `_ask`."""
    from anyio import sleep

    deadline = monotonic() + recoverer.patience
    try:
        while True:
            subject = await cast("Awaitable[object]", recoverer.ask_subject())
            if not recoverer.goes_on(subject):
                break
            if monotonic() > deadline:
                raise error
            await sleep(POLL_SECONDS)
        return subject, await cast("Awaitable[Sequence[object]]", recoverer.ask_items())
    except CozeError as failure:
        raise _unrecovered(error, failure) from error.__cause__


def _unrecovered(error: CozeError, failure: CozeError) -> CozeError:
    """The error that broke a stream, with what kept its rest from being found."""
    if failure is not error:
        error.add_note(f"The rest of the stream could not be asked for: {failure}")
    return error
