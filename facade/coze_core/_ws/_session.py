"""What goes on in a socket, sync or async: everything but waiting."""

from __future__ import annotations

import random
from os import getpid
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError
from coze_core._ws._events import BYTES, Codec, Reconnected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from coze_core._operation import Pipe, SocketOperation
    from coze_core._settings import Settings
    from coze_core._ws._connection import AnyConnection
    from coze_core._ws._timing import Timing

C = TypeVar("C", bound="AnyConnection[Any]")
E_co = TypeVar("E_co", covariant=True)

_PAUSE = 0.5  # seconds before the first attempt to open it again, at most
_MOST_DOUBLINGS = 4
_STEADY = 20.0  # seconds that a connection lives which is no part of the last trouble


class AnySession(Generic[E_co, C]):
    """What is known of a socket.

    Args:
        connect: Sends the handshake.
        operation: The operation that opens it.
        settings: The settings of the client.
        reconnect: How often in a row it is opened again when the connection is lost.
        timing: The times of its connections.

    Raises:
        CozeError: ``reconnect`` is no such number.

    Attributes:
        operation: As given.
        settings: As given.
        timing: As given.
        codec: Writes and reads its events.
        connection: The present or last connection, if it was ever open.
        ends: The events that end the present turn.
        sends: How many events were sent, settings excepted.
        is_left: Whether it was closed here.
        is_fed: Whether a pipe feeds it.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        operation: SocketOperation[E_co],
        settings: Settings,
        reconnect: object,
        timing: Timing,
    ) -> None:
        if not isinstance(reconnect, int) or isinstance(reconnect, bool) or reconnect < 0:
            raise CozeError(
                f"{operation.name}: reconnect must be a whole number from 0, got {reconnect!r:.50}."
            )
        self.operation = operation
        self.settings = settings
        self.timing = timing
        self.codec = Codec(operation, keep_extra=settings.keep_extra)
        self.connection: C | None = None
        self.ends = operation.turn
        self.sends = 0
        self.is_left = self.is_fed = False
        self._connect = connect
        self._process = getpid()
        self._is_used = False
        self._tries = reconnect
        self._tried = 0  # in a row
        self._since = monotonic()  # the last connection
        self._sent: dict[str, Any] = {}  # settings

    def __str__(self) -> str:
        state = "closed" if self.is_left else "open" if self.connection else "not open"
        return f"{self.operation.name}, {state}"

    def use(self) -> None:
        """Take note that it is opened.

        Raises:
            CozeError: It was before.
        """
        if self._is_used:
            raise self._misuse("can be opened only once")
        self._is_used = True

    def leave(self) -> C | None:
        """Take note that it is closed, and return what is to be closed, if anything is."""
        if self.is_left or self._process != getpid():
            return None
        self.is_left = True
        return self.connection

    def known(self) -> C:
        """Return the present or last connection.

        Raises:
            CozeError: The socket was never open.
        """
        if self.connection is None:
            raise self._misuse("is not open")
        return self.connection

    def opened(self) -> C:
        """Return the connection.

        Raises:
            CozeError: It cannot be used.
        """
        connection = self.known()
        if self.is_left:
            raise self._misuse("is closed")
        if self._process != getpid():
            raise self._misuse("was opened in another process")
        return connection

    def parts(self, event: object) -> tuple[str, Mapping[str, object] | None, object]:
        """Take apart an event that the user wrote by hand.

        Raises:
            CozeError: It has not the form of one.
        """
        fields = cast("dict[str, Any]", event) if isinstance(event, dict) else {}
        name, data = fields.get("event_type"), fields.get("data")
        odd = ", ".join(sorted(map(repr, fields.keys() - {"event_type", "data", "id"})))
        if not isinstance(name, str) or odd or not isinstance(data, dict | None):
            raise CozeError(
                f"{self.operation.name}: an event is a dict with the text event_type, and perhaps "
                f"the dict data and an id{f'; this one has {odd:.100}, too' if odd else ''}."
            )
        return name, cast("dict[str, object] | None", data), fields.get("id")

    def sent(self, name: str, data: Mapping[str, object] | None) -> None:
        """Take note of an event that was sent."""
        operation = self.operation
        if name == operation.settings:
            self._sent = _merged(self._sent, data or {})
        else:
            self.sends += 1
        if name in operation.turn_after:
            self.ends = operation.turn + operation.turn_after[name]

    def unsent(self, connection: C) -> CozeError:
        """Return why an event could not be sent."""
        if connection.link.end().ours:
            return self._misuse("is closed")
        return connection.end_error()

    def read(self, message: bytes | BaseException) -> E_co:
        """Return the event of a message.

        Raises:
            StreamError: It is an error event.
        """
        if isinstance(message, BaseException):  # of the source of a pipe
            raise message
        event = self.codec.decode(message)
        if self._tries:
            self._keep(event.data)
        if event.event_type in self.operation.errors:
            raise self.known().event_error(message, event.data)
        return cast("E_co", event)

    def loss(self, connection: C) -> APIConnectionError | None:
        """Return why a connection was lost; ``None`` if it ended in good order.

        Raises:
            CozeError: It was closed for a reason, so it makes no sense to open it again.
        """
        if self.is_left or connection.link.end().quiet or connection.body.stopped:
            return None
        error = connection.end_error()
        if not isinstance(error, APIConnectionError):
            raise error
        return error

    def pauses(self) -> Iterator[float]:
        """Yield the seconds to wait before each attempt to open it again, while any are left."""
        if monotonic() - self._since > _STEADY:
            self._tried = 0
        while self._tried < self._tries:
            longest = _PAUSE * 2 ** min(self._tried, _MOST_DOUBLINGS)
            self._tried += 1
            yield random.uniform(0, longest)  # noqa: S311  # no secret

    def again(self) -> dict[str, Any]:
        """Return the settings to send once more, as the socket is open anew."""
        self._since = monotonic()
        return self._sent

    def reconnected(self, error: APIConnectionError) -> E_co:
        """Return the event that tells of a lost connection."""
        return cast("E_co", Reconnected("reconnected", error, logid=self.known().response.logid))

    def awaited(self, name: str) -> str:
        """Return the name of an event that can be waited for.

        Raises:
            CozeError: The socket receives no such event.
        """
        names = self.operation.events().keys() - set(self.operation.errors)
        if name not in names:
            raise CozeError(
                f"{self.operation.name}: {name!r:.100} is no event that this socket receives. "
                f"Wait for one of {', '.join(sorted(names))}."
            )
        return name

    def begin_pipe(self, source: object) -> tuple[Pipe, Any]:
        """Return the pipe, and what a source consists of that is fed from now on.

        Raises:
            CozeError: Nothing can be piped now, or not that.
        """
        self.opened()
        pipe = self.operation.pipe
        if pipe is None:
            raise self._misuse("has no pipe")
        if self.is_fed:
            raise self._misuse("is still fed by another pipe")
        parts: Any = source
        is_iterable = hasattr(source, "__iter__") or hasattr(source, "__aiter__")
        if isinstance(source, (str, *BYTES)) or not is_iterable:
            parts = [parts]
            list(self.codec.chunks(*parts))  # what raises does so here, and in no thread
        self.is_fed = True
        return pipe, parts

    def _keep(self, data: object) -> None:
        """Keep what has to be said after a reconnect."""
        for field, place in self.operation.resume.items():
            value: Any = getattr(data, field, None)
            if value:
                for step in reversed(place.split(".")):
                    value = {step: value}
                self._sent = _merged(self._sent, value)

    def _misuse(self, what: str) -> CozeError:
        return CozeError(
            f"{self.operation.name}: this socket {what}. Call the method again, open its socket "
            "in a with statement, and use it inside."
        )


class AnyEvents(Generic[E_co]):
    """Some of the events, up to the one that ends them, or what a pipe takes out of them.

    Args:
        session: What goes on in the socket.
        name: The event that ends it; nothing for those that end a turn.
        pipe: What is taken out of the events, if they are not taken as they are.
    """

    def __init__(
        self, session: AnySession[E_co, Any], name: str = "", pipe: Pipe | None = None
    ) -> None:
        session.opened()
        self._session: Any = session
        self._name = name
        self._pipe = pipe
        self._over = False
        self._lost: CozeError | None = None
        self._sends = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing comes any more."""
        return self._over or self._session.is_left

    def _goes_on(self) -> bool:
        """Whether there is a next event. A lost turn goes on if the user has sent something since.

        Raises:
            APIConnectionError: The connection was lost.
        """
        lost, self._lost = self._lost, None
        if lost and (self._pipe or self._sends == self._session.sends):
            self._over = True
            raise lost
        return not self._over

    def _took(self, event: Any) -> Any:
        """Return what is to be delivered of the next event; ``None`` if that is nothing.

        Raises:
            CozeError: There was no next event.
        """
        session, pipe = self._session, self._pipe
        if event is None:
            self._over = True
            due = f"{self._name} came" if self._name else "the turn was over"
            raise session.known().end_error(due)
        name = event.event_type
        if isinstance(event, Reconnected):
            self._lost, self._sends = event.data, session.sends
        elif self._name:
            self._over = name == self._name
        elif name in session.ends:
            self._over = True
            session.ends = session.operation.turn
        if pipe is None:
            return event
        return getattr(event.data, pipe.take_field, None) or None if name == pipe.take else None


def _merged(old: object, new: Mapping[str, object]) -> dict[str, Any]:
    found = dict(cast("dict[str, Any]", old)) if isinstance(old, dict) else {}
    for name, value in new.items():
        if isinstance(value, dict):
            found[name] = _merged(found.get(name), cast("dict[str, object]", value))
        elif value is not None:
            found[name] = value
    return found
