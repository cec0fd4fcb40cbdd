"""Iterates over the events of one stream, whoever reads it, however it is left, and if it breaks.

Iteration goes through generators, since a method would cost each event more than reading it. They
know nothing of the stream, so that a forgotten one is gone at once.

A stream is never sent again. Where the API keeps what happened, two methods return what a broken
one would still have said: one the subject of the stream (what the stream is about) with its state,
one the items that it made.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

import msgspec

from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError, APITimeoutError, StreamError
from coze_core._events import Event

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
    from typing import Self

    from coze_core._operation import Recovery
    from coze_core._reader import EventReader
    from coze_core._response import AnyBody, AsyncBody, Body
    from coze_core._waiting import Job

E_co = TypeVar("E_co", covariant=True)

RecoveryMethods: TypeAlias = "tuple[Callable[..., Any], Callable[..., Any]]"

_POLL_SECONDS = 1.0


def misuse(operation: str, what: str) -> CozeError:
    """Return the error of a stream that is used as none can be."""
    return CozeError(
        f"{operation}: this stream {what}. "
        "Call the method again, open its stream in a with statement, and read it inside."
    )


class Events(Generic[E_co]):
    """The events of one stream; any number of loops share them, one after another."""

    def __init__(
        self, name: str, reader: EventReader[E_co], body: Body, recoverer: Recoverer[E_co] | None
    ) -> None:
        self._name = name
        self._reader = reader
        self._body = body
        self._recoverer = recoverer
        self._events: Iterator[E_co] | None = reader.events(body.iter_bytes())
        self._left = False

    def __iter__(self) -> Generator[E_co]:
        while self._events is not None:
            rest = None
            try:
                # `yield from` would close them, too, with a loop that is left.
                for event in self._events:  # noqa: UP028  # as said
                    yield event
            except CozeError as error:
                rest = self._rest_after(error)
            except ValueError as error:
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise
                raise misuse(self._name, "is being read by another thread") from None
            if self._left:
                raise misuse(self._name, "is closed")
            self._events = rest

    def _rest_after(self, error: CozeError) -> Iterator[E_co] | None:
        if self._body.stopped:
            return None
        recoverer, self._recoverer = self._recoverer, None
        if recoverer is None or not recoverer.applies(error, self._reader):
            raise error
        self._body.release()
        from coze_core._waiting import run

        return run(recoverer.rest_of(self._reader, error, self._body))

    def close(self) -> None:
        """End all loops, but for one in another thread that waits: it ends by itself."""
        events: object = self._events
        if isinstance(events, Generator):
            with suppress(ValueError):
                events.close()

    def leave(self) -> None:
        """Refuse to be read any more."""
        self._left = True


class AsyncEvents(Generic[E_co]):
    """The events of one async stream, read by one task at a time."""

    __slots__ = ("_generator", "_name", "_next")

    def __init__(self, name: str, generator: AsyncGenerator[E_co]) -> None:
        self._name = name
        self._generator: Any = generator
        self._next: Callable[[], Awaitable[E_co]] = generator.__anext__

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[E_co]:
        if self._generator.ag_running:
            raise misuse(self._name, "is being read by another task")
        return self._next()

    async def aclose(self) -> None:
        """As `Events.close`."""
        with suppress(RuntimeError):
            await self._generator.aclose()

    def leave(self) -> None:
        """As `Events.leave`."""
        self._next = self._refuse

    def _refuse(self) -> Awaitable[E_co]:
        raise misuse(self._name, "is closed")


async def async_events(
    reader: EventReader[E_co],
    body: AsyncBody,
    chunks: AsyncGenerator[bytes],
    recoverer: Recoverer[E_co] | None,
) -> AsyncGenerator[E_co]:
    try:
        async for chunk in chunks:
            for event in reader.events((chunk,), more=True):
                yield event
            if reader.ended:
                return
        for event in () if body.stopped else reader.finish():
            yield event
    except CozeError as error:
        if body.stopped:
            return
        if recoverer is None or not recoverer.applies(error, reader):
            raise
        await chunks.aclose()
        await body.release()
        from coze_core._waiting import arun

        rest = await arun(recoverer.rest_of(reader, error, body))
    else:
        return
    for event in rest:
        yield event


class Recoverer(Generic[E_co]):
    """Watches the events of one stream, and decides about its rest.

    Args:
        plan: How the rest is found.
        methods: What returns the subject, and what its items; async ones in an async client.
        patience: Seconds to wait for it at most; ``None``: without end.

    Attributes:
        deadline: When the stream must be over, on the monotonic clock.
    """

    def __init__(self, plan: Recovery, methods: RecoveryMethods, patience: float | None) -> None:
        self.deadline = inf
        self._patience = inf if patience is None else patience
        self._ask_subject, self._ask_items = methods
        self._plan = plan
        self._subject: object = None
        self._seen: set[object] = set()
        self._ended = False

    def watch(self, event: Event[str, object]) -> None:
        """Remember what came; other events than the watched ones do not matter."""
        if event.event == self._plan.begin:
            self._subject = event.data
        elif event.event == self._plan.item:
            self._seen.add(getattr(event.data, "id", None))
        elif event.event in self._plan.states.values():
            self._ended = True

    def take_over(self, earlier: Recoverer[E_co]) -> None:
        """Know what an earlier stream of the same subject brought."""
        self._subject = earlier._subject
        self._seen |= earlier._seen

    def applies(self, error: Exception, reader: EventReader[E_co]) -> bool:
        """Whether the rest can be found: the connection broke, and the subject is known."""
        late = isinstance(error, APITimeoutError) and error.phase == "deadline"
        lost = isinstance(error, APIConnectionError) and not late
        broken_off = isinstance(error, StreamError) and reader.cut_short
        return (lost or broken_off) and all(self._arguments().values())

    def rest_of(
        self, reader: EventReader[E_co], error: CozeError, body: AnyBody
    ) -> Job[Iterator[E_co]]:
        """Ask for the events that a broken stream did not bring: none if it is closed meanwhile.

        Raises:
            CozeError: The error that broke it, if they are not to be had.
        """
        from coze_core._waiting import Pause

        deadline = min(monotonic() + self._patience, self.deadline)
        arguments = self._arguments()
        try:
            while self._end_of(subject := (yield self._ask_subject(**arguments))) is None:
                if monotonic() > deadline:
                    raise error
                yield Pause(min(_POLL_SECONDS, max(0, deadline - monotonic())))
                if body.stopped:
                    return iter(())
            items = yield self._ask_items(**arguments)
        except CozeError as failure:
            if body.stopped:
                return iter(())
            if failure is not error:
                error.add_note(f"The rest of the stream could not be asked for: {failure}")
            raise error from error.__cause__
        return self._rest(reader, subject, items)

    def _rest(self, reader: EventReader[E_co], subject: object, items: object) -> Iterator[E_co]:
        """Yield the events that did not come; raise the one that is an error."""
        for item in cast("list[object]", items) if isinstance(items, list) else ():
            number = getattr(item, "id", None)
            if number not in self._seen:
                self._seen.add(number)
                yield reader.adopt(Event(self._plan.item, item, raw=msgspec.json.encode(item)))
        if not self._ended and (end := self._end_of(subject)):
            yield reader.synthesize(end, msgspec.json.encode(subject))
        reader.complete = True

    def _arguments(self) -> dict[str, object]:
        fields = self._plan.arguments.items()
        return {name: getattr(self._subject, field, None) for name, field in fields}

    def _end_of(self, subject: object) -> str | None:
        """Return the event that says how a subject has ended; ``None`` while it goes on."""
        return self._plan.states.get(str(getattr(subject, self._plan.status, None)))
