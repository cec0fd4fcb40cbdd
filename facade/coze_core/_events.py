"""What a stream yields: typed events, told apart by a literal."""

from __future__ import annotations

from reprlib import Repr
from typing import Generic, Literal, TypeVar

E = TypeVar("E", bound=str)
D = TypeVar("D")

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 120


class Event(Generic[E, D]):  # noqa: PLW1641  # Python makes what has __eq__ unhashable
    """One event of a stream.

    Args:
        event: The name of the event.
        data: Its data.
        id: The last id that the stream gave, if it gives any.
        retry: The milliseconds to wait before a new connection, if the server said so.
    """

    __slots__ = ("data", "event", "id", "retry")
    __match_args__ = ("event", "data")

    def __init__(
        self,
        event: E,
        data: D,
        id: str | None = None,  # noqa: A002  # the name of the standard
        retry: int | None = None,
    ) -> None:
        self.event: E = event
        self.data: D = data
        self.id = id
        self.retry = retry

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.event!r}, {_SHORT.repr(self.data)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        names = (*Event.__slots__, *type(self).__slots__)
        return all(getattr(self, name) == getattr(other, name) for name in names)


class UnknownEvent(Event[Literal["unknown"], str]):
    """An event that the API document does not name.

    Args:
        name: Its name on the wire.
        data: Its data as text.
        id: As for `Event`.
        retry: As for `Event`.
    """

    __slots__ = ("name",)
    __match_args__ = ("name", "data")

    def __init__(
        self,
        name: str,
        data: str,
        id: str | None = None,  # noqa: A002  # the name of the standard
        retry: int | None = None,
    ) -> None:
        super().__init__("unknown", data, id, retry)
        self.name = name

    def __repr__(self) -> str:
        return f"UnknownEvent({self.name!r}, {_SHORT.repr(self.data)})"
