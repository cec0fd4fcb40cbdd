"""Typed events of streams and of callbacks, and what those of a stream add up to."""

from __future__ import annotations

from reprlib import Repr
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from typing import Self

    from coze_core._operation import Outcome

E = TypeVar("E", bound=str)
H = TypeVar("H")
D = TypeVar("D")
M = TypeVar("M")
S = TypeVar("S")
U = TypeVar("U")

SHORT = Repr()
SHORT.maxstring = SHORT.maxother = 120


class Event(Struct, Generic[E, D], eq=False):  # noqa: PLW1641  # Python makes what has __eq__ unhashable
    """One event of a stream; two are equal whatever the bytes were.

    Args:
        event: The name of the event.
        data: Its data.
        id: The last id of the stream, if it had any.
        retry: The milliseconds to wait before a new connection, if the server said so.
        raw: The data as it came: UTF-8, not checked. Where a recovery found the event, the data is
            written as JSON again.
    """

    event: E
    data: D
    id: str | None = None
    retry: int | None = None
    raw: bytes = b""

    def json(self) -> Any:
        """Return the data as plain JSON: also fields that no model has.

        Raises:
            CozeError: The data is no JSON.
        """
        from coze_core._coze_error import CozeError
        from coze_core._decode import NotJSONError, parse

        try:
            return parse(self.raw)
        except NotJSONError:
            raise CozeError(f"the data of the event {self.event} is not JSON; see raw.") from None

    if not TYPE_CHECKING:  # to a checker, it would make any name an attribute

        def __getattr__(self, name: str) -> object:
            text = f"{type(self).__name__!r} object has no attribute {name!r}"
            due = f"what it tells is its data, of the type {type(self.data).__name__}"
            raise AttributeError(f"{text}: {due}", name=name, obj=self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return self._compared() == other._compared()

    def _compared(self) -> tuple[object, ...]:
        return type(self), self.event, self.data, self.id, self.retry

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.event!r}, {SHORT.repr(self.data)})"


class UnknownEvent(Event[Literal["unknown"], str], kw_only=True):
    """An event that the API document does not name.

    Args:
        event: The literal ``unknown``.
        data: Its data as text.
        id: As for `Event`.
        retry: As for `Event`.
        raw: As for `Event`.
        name: Its name on the wire.
    """

    name: str

    def _compared(self) -> tuple[object, ...]:
        return self.name, *super()._compared()

    def __repr__(self) -> str:
        return f"UnknownEvent({self.name!r}, {SHORT.repr(self.data)})"


class Callback(Generic[E, H, D]):  # noqa: PLW1641  # Python makes what has __eq__ unhashable
    """One event of the server.

    Args:
        event_type: The kind of the event.
        header: What is said of every event.
        event: The event itself.
    """

    __slots__ = ("event", "event_type", "header")
    __match_args__ = ("event_type", "event")

    def __init__(self, event_type: E, header: H, event: D) -> None:
        self.event_type: E = event_type
        self.header: H = header
        self.event: D = event

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.event_type!r}, {SHORT.repr(self.event)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        names = (*Callback.__slots__, *type(self).__slots__)
        return all(getattr(self, name) == getattr(other, name) for name in names)


class UnknownCallback(Callback[Literal["unknown"], H, dict[str, Any]], Generic[H]):
    """An event that the API document does not name.

    Args:
        name: Its kind on the wire.
        header: As for `Callback`.
        event: The event as JSON data.
    """

    __slots__ = ("name",)
    __match_args__ = ("name", "event")

    def __init__(self, name: str, header: H, event: dict[str, Any]) -> None:
        super().__init__("unknown", header, event)
        self.name = name

    def __repr__(self) -> str:
        return f"UnknownCallback({self.name!r}, {SHORT.repr(self.event)})"


class StreamResult(NamedTuple, Generic[M, D, S, U]):
    """What a stream brought.

    Attributes:
        text: The text of the answer.
        messages: The whole messages, in order.
        end: The data of the event that says how it ended, or ``None`` if none did.
        status: The state in which it ended, if the end has one.
        usage: What was used, if an event says so.
    """

    text: str
    messages: list[M]
    end: D | None
    status: S | None
    usage: U | None


class Collector:
    """Collects what one stream adds up to.

    Args:
        outcome: How it is read.

    Attributes:
        watched: The names of the events to take.
        recovered: Whether the messages are those that a broken stream did not bring.
    """

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._messages: list[Any] = []
        self._end: Any = None
        self._said: dict[object, int] = {}  # characters of each message
        self.recovered = False
        self.watched = frozenset({*outcome.ends, outcome.message})

    def take(self, name: str, data: object) -> None:
        """Take an event; other than the watched ones do not matter."""
        if name == self._outcome.message:
            self._messages.append(data)
        elif name in self._outcome.ends and self._end is None:
            self._end = data

    def text_of(self, event: Any) -> str:
        """Return the text that an event adds to the answer.

        A whole message adds what its parts have not said: nothing as a rule, its rest where the
        connection broke, and all of it where it came without parts.
        """
        outcome, data = self._outcome, event.data
        if event.event not in {outcome.message, outcome.part} or not self._is_answer(data):
            return ""
        text = self._text(data)
        if not outcome.part:
            return text
        number = getattr(data, "id", None)
        said = self._said.get(number, 0)
        if event.event == outcome.part:
            self._said[number] = said + len(text)
            return text
        return text[said:] if self.recovered or not said else ""

    def result(self) -> StreamResult[Any, Any, Any, Any]:
        """Return what the events until now add up to."""
        outcome, end = self._outcome, self._end
        return StreamResult(
            "".join(self._text(one) for one in self._messages if self._is_answer(one)),
            list(self._messages),
            end,
            getattr(end, outcome.status, None),
            _last(outcome.usage, [end, *reversed(self._messages)]),
        )

    def _is_answer(self, data: object) -> bool:
        return all(getattr(data, name, None) == v for name, v in self._outcome.answer.items())

    def _text(self, data: object) -> str:
        text = getattr(data, self._outcome.text, None)
        return text if isinstance(text, str) else ""


class AsyncTexts:
    """The texts of events. Unlike a generator, it may be left anywhere."""

    def __init__(self, text_of: Callable[[Any], str], events: AsyncIterator[Any]) -> None:
        self._text_of = text_of
        self._events = events

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            if text := self._text_of(await anext(self._events)):
                return text


def _last(name: str, subjects: Iterable[object]) -> Any:
    found = (getattr(subject, name, None) for subject in subjects)
    return next((value for value in found if value is not None), None)
