"""What a broken stream would still have said, asked for with calls that only read.

A stream is never sent again. Where the API keeps what happened, two methods return it: one the
subject of the stream (what the stream is about) with its state, one the items that it made.
"""

from __future__ import annotations

from math import inf
from time import monotonic, sleep
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

import msgspec

from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError, APITimeoutError, StreamError
from coze_core._events import Event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from coze_core._body import AsyncBody, Body
    from coze_core._operation import Recovery
    from coze_core._reader import EventReader

E = TypeVar("E")

_POLL_SECONDS = 1.0


class Methods(NamedTuple):
    """The methods to ask, sync or async.

    Attributes:
        subject: Returns the subject.
        items: Returns the items.
    """

    subject: Callable[..., object]
    items: Callable[..., object]


class Recoverer(Generic[E]):
    """Watches the events of one stream, and decides about its rest.

    Args:
        plan: How the rest is found.
        methods: What it is asked for with.
        patience: Seconds to wait for it at most; ``None``: without end.

    Attributes:
        deadline: When the stream must be over, on the monotonic clock.
    """

    def __init__(self, plan: Recovery, methods: Methods, patience: float | None) -> None:
        self.deadline = inf
        self._patience = inf if patience is None else patience
        self._methods = methods
        self._plan = plan
        self._subject: object = None
        self._seen: set[object] = set()
        self._ended = False

    def give_up_at(self) -> float:
        """Return until when to ask, on the monotonic clock."""
        return min(monotonic() + self._patience, self.deadline)

    def watch(self, event: Event[str, object]) -> None:
        """Remember what came; other events than the watched ones do not matter."""
        if event.event == self._plan.begin:
            self._subject = event.data
        elif event.event == self._plan.item:
            self._seen.add(getattr(event.data, "id", None))
        elif event.event in self._plan.states.values():
            self._ended = True

    def take_over(self, earlier: Recoverer[E]) -> None:
        """Know what an earlier stream of the same subject brought."""
        self._subject = earlier._subject
        self._seen |= earlier._seen

    def applies(self, error: Exception, reader: EventReader[E]) -> bool:
        """Whether the rest can be found: the connection broke, and the subject is known."""
        late = isinstance(error, APITimeoutError) and error.phase == "deadline"
        lost = isinstance(error, APIConnectionError) and not late
        broken_off = isinstance(error, StreamError) and reader.cut_short
        return (lost or broken_off) and all(self._arguments().values())

    def ask_subject(self) -> object:
        """Call the method that returns the subject; the result of an async one is to be awaited."""
        return self._methods.subject(**self._arguments())

    def ask_items(self) -> object:
        """Call the method that returns the items, likewise."""
        return self._methods.items(**self._arguments())

    def _arguments(self) -> dict[str, object]:
        fields = self._plan.arguments.items()
        return {name: getattr(self._subject, field, None) for name, field in fields}

    def goes_on(self, subject: object) -> bool:
        """Whether the subject has not ended yet."""
        return self._state(subject) not in self._plan.states

    def rest(self, reader: EventReader[E], subject: object, items: Sequence[object]) -> Iterator[E]:
        """Yield the events that did not come.

        Raises:
            StreamError: The subject ended with an error.
        """
        for item in items if isinstance(items, list) else ():
            number = getattr(item, "id", None)
            if number not in self._seen:
                self._seen.add(number)
                yield reader.adopt(Event(self._plan.item, item, raw=msgspec.json.encode(item)))
        if not self._ended:
            name = self._plan.states[self._state(subject)]
            yield reader.synthesize(name, msgspec.json.encode(subject))
        reader.complete = True

    def _state(self, subject: object) -> str:
        return str(getattr(subject, self._plan.status, None))


def rest_of(
    recoverer: Recoverer[E], reader: EventReader[E], error: CozeError, body: Body
) -> Iterator[E]:
    """Ask for the events that a broken stream did not bring: none if it is closed meanwhile.

    Raises:
        CozeError: The error that broke it, if they are not to be had.
    """
    deadline = recoverer.give_up_at()
    try:
        while recoverer.goes_on(subject := recoverer.ask_subject()):
            if monotonic() > deadline:
                raise error
            sleep(min(_POLL_SECONDS, max(0, deadline - monotonic())))
            if body.stopped:
                return iter(())
        items = cast("Sequence[object]", recoverer.ask_items())
    except CozeError as failure:
        if body.stopped:
            return iter(())
        raise _unrecovered(error, failure) from error.__cause__
    return recoverer.rest(reader, subject, items)


async def async_rest_of(
    recoverer: Recoverer[E], reader: EventReader[E], error: CozeError, body: AsyncBody
) -> Iterator[E]:
    """As `rest_of`."""
    from anyio import sleep as pause

    deadline = recoverer.give_up_at()
    try:
        while recoverer.goes_on(
            subject := await cast("Awaitable[object]", recoverer.ask_subject())
        ):
            if monotonic() > deadline:
                raise error
            await pause(min(_POLL_SECONDS, max(0, deadline - monotonic())))
            if body.stopped:
                return iter(())
        items = await cast("Awaitable[Sequence[object]]", recoverer.ask_items())
    except CozeError as failure:
        if body.stopped:
            return iter(())
        raise _unrecovered(error, failure) from error.__cause__
    return recoverer.rest(reader, subject, items)


def _unrecovered(error: CozeError, failure: CozeError) -> CozeError:
    """Return the error that broke a stream, with what kept its rest from being found."""
    if failure is not error:
        error.add_note(f"The rest of the stream could not be asked for: {failure}")
    return error
