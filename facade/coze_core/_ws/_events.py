"""Events of sockets: typed, and distinguished by a literal."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from msgspec import Struct

from coze_core._errors import APIConnectionError
from coze_core._events import SHORT

E = TypeVar("E", bound=str)
D = TypeVar("D")


class SocketEvent(Struct, Generic[E, D]):
    """One event of a socket.

    Args:
        event_type: The name of the event.
        data: Its data; ``None`` where it has none.
        id: The id that the server gave it.
        logid: The log id of the connection.
    """

    event_type: E
    data: D
    id: str | None = None
    logid: str | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.event_type!r}, {SHORT.repr(self.data)})"


class UnknownSocketEvent(SocketEvent[Literal["unknown"], object], kw_only=True):
    """An event that the API document does not name, or a message that is no event.

    Args:
        event_type: The literal ``unknown``.
        data: Its data as plain JSON. Of a message that is no event: the whole message, as plain
            JSON, else as text, else as bytes.
        id: As for `SocketEvent`.
        logid: As for `SocketEvent`.
        name: Its name on the wire; empty where it has none.
    """

    name: str

    def __repr__(self) -> str:
        return f"UnknownSocketEvent({self.name!r}, {SHORT.repr(self.data)})"


class Reconnected(SocketEvent[Literal["reconnected"], APIConnectionError]):
    """Tells that a lost socket is open again, with its settings; its data is why it was lost.

    Messages, audio and tool outputs were not sent again, and what the server was doing is lost.
    """
