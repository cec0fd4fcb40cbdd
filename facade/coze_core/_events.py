"""What a stream yields: typed events, told apart by a literal."""

from __future__ import annotations

from reprlib import Repr
from typing import Generic, Literal, TypeVar

from msgspec import Struct

E = TypeVar("E", bound=str)
D = TypeVar("D")

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 120


class Event(Struct, Generic[E, D]):
    """One event of a stream.

    Args:
        event: The name of the event.
        data: Its data.
        id: The last id that the stream gave, if it gives any.
        retry: The milliseconds to wait before a new connection, if the server said so.
    """

    event: E
    data: D
    id: str | None = None
    retry: int | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.event!r}, {_SHORT.repr(self.data)})"


class UnknownEvent(Event[Literal["unknown"], str], kw_only=True):
    """An event that the API document does not name.

    Args:
        event: The literal ``unknown``.
        data: Its data as text.
        id: As for `Event`.
        retry: As for `Event`.
        name: Its name on the wire.
    """

    name: str

    def __repr__(self) -> str:
        return f"UnknownEvent({self.name!r}, {_SHORT.repr(self.data)})"
