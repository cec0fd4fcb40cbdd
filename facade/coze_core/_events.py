"""Events of streams and of callbacks: typed, and distinguished by a literal."""

from __future__ import annotations

from reprlib import Repr
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from msgspec import Struct

E = TypeVar("E", bound=str)
H = TypeVar("H")
D = TypeVar("D")


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
