"""Streams of typed events, sync and async.

Theory of operation
===================

Bytes become events in four stages, of which only the first does I/O:

    body        `Body.iter_bytes` yields chunks, decompressed and checked for completeness
    decoder     `_sse.Decoder` cuts them into the blocks of the event-stream grammar
    reader      `_reader.EventReader` makes typed events, raises those that are errors, and knows
                whether the stream ended as it should
    iteration   `_iteration` hands them out, to whichever loop, thread or task asks

An event that is usual (one name, one line of JSON that fits its type) is decoded by msgspec alone;
anything else takes the slower, lenient way. The event that ends a stream is delivered, and nothing
is waited for after it: the connection is drained for some milliseconds and used again.

A stream is never sent twice, as an agent would act twice. Where the document says how, a
`_iteration.Recoverer` asks for the rest of a broken one, with calls that only read: it has noted
which items came, waits until the subject has ended, and yields what is missing.

Reading and closing may happen in different threads or tasks. `close` wakes the reader, whose loop
then ends without an error (`Body.stopped`). A stream that nobody refers to any more closes its
connection: iteration holds the reader and the body, never the stream itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar, cast

from coze_core._coze_error import CozeError
from coze_core._errors import ErrorTable, StreamError
from coze_core._events import AsyncTexts, Collector, StreamResult
from coze_core._failures import stream_error
from coze_core._iteration import AsyncEvents, Events, Recoverer, async_events, misuse
from coze_core._operation import StreamOperation
from coze_core._reader import EventReader
from coze_core._response import AsyncBody, Body, ResponseInfo

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

    R_co = TypeVarWithDefault("R_co", covariant=True, default=StreamResult[Any, Any, Any, Any])
else:
    R_co = TypeVar("R_co", covariant=True)

B = TypeVar("B", bound=Body | AsyncBody)
A = TypeVar("A")
E_co = TypeVar("E_co", covariant=True)

_Opened: TypeAlias = tuple[Body, ResponseInfo]
_AsyncOpened: TypeAlias = Awaitable[tuple[AsyncBody, ResponseInfo]]


class _StreamBase(Generic[E_co, B, A, R_co]):
    """What both kinds of stream are, apart from waiting.

    Args:
        operation: The operation that answers with events.
        open_body: Sends the request and waits for the head of the answer.
        errors: The error codes of the API.
        recoverer: Finds the rest of the events when the connection breaks.
        max_event_bytes: The longest event.
        keep_extra: Whether models keep what came beyond their fields.
    """

    if not TYPE_CHECKING:

        def __class_getitem__(cls, kinds: Any) -> Any:
            """Take the events alone, too, as checkers do: the result has a default."""
            return super().__class_getitem__(kinds if isinstance(kinds, tuple) else (kinds, Any))

    def __init__(  # noqa: PLR0913  # one argument for each setting
        self,
        operation: StreamOperation[E_co],
        open_body: Callable[[], A],
        errors: ErrorTable,
        recoverer: Recoverer[E_co] | None = None,
        max_event_bytes: float = inf,
        *,
        keep_extra: bool = False,
    ) -> None:
        self._open_body = open_body
        self._max_event_bytes = max_event_bytes
        self._keep_extra = keep_extra
        self._operation = operation
        self._errors = errors
        self._recoverer = recoverer
        self._collector: Collector | None = None
        self._complete = False
        self._used = False
        self._body: B | None = None
        self._response: ResponseInfo | None = None
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
        if self._response is None:
            raise misuse(self._operation.name, "is not open")
        return self._response

    def _use(self) -> None:
        if self._used:
            raise misuse(self._operation.name, "can be opened only once")
        self._used = True

    def _opened(self, body: B, response: ResponseInfo) -> EventReader[E_co]:
        self._body, self._response = body, response
        name, errors = self._operation.name, self._errors

        def make_error(
            *, code: int | str | None, msg: str, logid: str | None = None, data: object = None
        ) -> StreamError:
            error = stream_error(name, response, errors, code=code, msg=msg, logid=logid, data=data)
            body.explain(error)
            return error

        self._reader = EventReader(
            self._operation,
            make_error,
            self._recoverer and self._recoverer.watch,
            self._max_event_bytes,
            body.secret,
            keep_extra=self._keep_extra,
        )
        self._collector = self._reader.collector
        return self._reader

    def _continue(self, earlier: _StreamBase[E_co, B, A, R_co]) -> None:
        """Know what an earlier stream of the same subject brought, for a recovery."""
        if self._recoverer and earlier._recoverer:
            self._recoverer.take_over(earlier._recoverer)

    def _collecting(self) -> Collector:
        if not self._used:
            self._check_open()
        if self._collector is None:
            raise CozeError(
                f"{self._operation.name}: this stream has events only. Iterate over it."
            )
        return self._collector

    def _result(self) -> R_co:
        """Return the result of a stream that was read.

        Raises:
            CozeError: It did not end.
        """
        if self._reader is not None:
            self._complete = self._reader.complete
        if not self._complete:
            raise misuse(self._operation.name, "did not end, so it has no result")
        return cast("R_co", self._collecting().result())

    def _end(self) -> bool:
        """Take note that nothing more is read; return whether all that was due has been."""
        self._used = True
        reader, self._reader = self._reader, None
        self._complete = self._complete or (reader is not None and reader.complete)
        return reader is not None and reader.ended

    def _check_open(self) -> None:
        if self._reader is None:
            raise misuse(self._operation.name, "is closed" if self._used else "is not open")


class Stream(_StreamBase[E_co, Body, _Opened, R_co], Generic[E_co, R_co]):
    """Events as they arrive.

    Opened by ``with``, which sends the request, and read inside it. Leaving it closes the
    connection, however that happens. Iteration yields the event that ends the stream, then stops
    without waiting for more.
    """

    def __enter__(self) -> Self:
        """Send the request.

        Raises:
            CozeError: The request failed, or the stream was opened before.
        """
        self._use()
        body, response = self._open_body()
        reader = self._opened(body, response)
        self._events = Events(self._operation.name, reader, body, self._recoverer)
        self._iterator = iter(self._events)
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
        self._events.leave()

    def __iter__(self) -> Iterator[E_co]:
        """Iterate over the events that were not read yet."""
        self._check_open()
        return iter(self._events)

    def __next__(self) -> E_co:
        """Wait for the next event.

        Raises:
            StreamError: The API reported an error in the stream, or the stream stopped too early.
            APIConnectionError: The connection was lost, or nothing came in time.
            CozeError: The stream is not open.
        """
        self._check_open()
        return next(self._iterator)

    @property
    def text(self) -> Iterator[str]:
        """The text of the answer as it arrives, and nothing else; the other events are read over.

        Raises:
            StreamError: While iterating, as for the events.
            APIConnectionError: Likewise.
            CozeError: The stream is not open, or has no text.
        """
        self._check_open()
        return filter(None, map(self._collecting().text_of, iter(self)))

    def final(self) -> R_co:
        """Read the rest, and return the messages, usage and status of the whole stream.

        Raises:
            StreamError: The API reported an error in the stream, or the stream stopped too early.
            APIConnectionError: The connection was lost, or nothing came in time.
            CozeError: The stream was closed before its end, is not open, or has no messages.
        """
        self._collecting()
        if self._reader is not None:
            for _ in self:
                pass
        return self._result()

    def close(self) -> None:
        """Stop reading; a loop that reads in another thread ends. Nothing more can be read.

        A stream that was read to its end gives its connection back; any other loses it.
        """
        drain = self._end()
        if self._body is not None:
            self._body.close(drain=drain)
            self._events.close()


class AsyncStream(_StreamBase[E_co, AsyncBody, _AsyncOpened, R_co], Generic[E_co, R_co]):
    """Events as they arrive: the async variant of `Stream`."""

    async def __aenter__(self) -> Self:
        """Send the request.

        Raises:
            CozeError: The request failed, or the stream was opened before.
        """
        self._use()
        body, response = await self._open_body()
        self._chunks = body.iter_bytes()
        reader = self._opened(body, response)
        events = async_events(reader, body, self._chunks, self._recoverer)
        self._events = AsyncEvents(self._operation.name, events)
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await self.aclose()
        finally:
            self._events.leave()

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

    @property
    def text(self) -> AsyncIterator[str]:
        """As `Stream.text`."""
        self._check_open()
        return AsyncTexts(self._collecting().text_of, aiter(self))

    async def final(self) -> R_co:
        """As `Stream.final`."""
        self._collecting()
        if self._reader is not None:
            async for _ in self:
                pass
        return self._result()

    async def aclose(self) -> None:
        """Stop reading; a loop that reads in another task ends. Nothing more can be read.

        A stream that was read to its end gives its connection back; any other loses it.
        """
        drain = self._end()
        if self._body is not None:
            try:
                await self._events.aclose()
                with suppress(RuntimeError):  # another task is waiting for bytes
                    await self._chunks.aclose()
            finally:
                await self._body.aclose(drain=drain)
