"""What goes on in a socket, sync or async: everything but waiting."""

from __future__ import annotations

from os import getpid
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError
from coze_core._ws._closing import SocketCall, closing_error, event_error
from coze_core._ws._codec import BYTES, Codec
from coze_core._ws._events import Reconnected
from coze_core._ws._resume import Resumption

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coze_core._operation import Pipe, SocketOperation
    from coze_core._response import AnyBody, ResponseInfo
    from coze_core._settings import Settings
    from coze_core._ws._link import Closed, Link
    from coze_core._ws._timing import Timing


class AnyConnection(Protocol):
    """One connection of a socket, sync or async."""

    @property
    def body(self) -> AnyBody:
        """What holds the connection."""
        ...

    @property
    def response(self) -> ResponseInfo:
        """The answer that opened it."""
        ...

    @property
    def link(self) -> Link:
        """Its state."""
        ...


C = TypeVar("C", bound=AnyConnection)
E_co = TypeVar("E_co", covariant=True)


class SessionState(Generic[E_co, C]):
    """What is known of a socket.

    Args:
        operation: The operation that opens it.
        settings: The settings of the client.
        reconnect: How often in a row it is opened again when the connection is lost.
        timing: The times of its connections.

    Attributes:
        operation: As given.
        settings: As given.
        timing: As given.
        codec: Writes and reads its events.
        resumption: What it says after a reconnect.
        connection: The present or last connection, if it was ever open.
        ends: The events that end the present turn.
        sends: How many events were sent, settings excepted.
        is_used: Whether it was opened, or is being opened.
        is_left: Whether it was closed here.
        is_fed: Whether a pipe feeds it.
    """

    def __init__(
        self,
        operation: SocketOperation[E_co],
        settings: Settings,
        reconnect: int,
        timing: Timing,
    ) -> None:
        self.operation = operation
        self.settings = settings
        self.timing = timing
        self.codec = Codec(operation, keep_extra=settings.keep_extra)
        self.resumption = Resumption(operation, reconnect)
        self.connection: C | None = None
        self.ends = operation.turn
        self.sends = 0
        self.is_used = self.is_left = self.is_fed = False
        self._process = getpid()

    def __str__(self) -> str:
        state = "closed" if self.is_left else "open" if self.connection else "not open"
        return f"{self.operation.name}, {state}"

    @property
    def is_inherited(self) -> bool:
        """Whether another process opened it."""
        return self._process != getpid()

    def use(self) -> None:
        """Take note that it is opened.

        Raises:
            CozeError: It was before.
        """
        if self.is_used:
            raise self._misuse("can be opened only once")
        self.is_used = True

    def opened(self) -> C:
        """Return its connection.

        Raises:
            CozeError: It cannot be used.
        """
        if self.connection is None:
            raise self._misuse("is not open")
        if self.is_left:
            raise self._misuse("is closed")
        if self._process != getpid():
            raise self._misuse("was opened in another process")
        return self.connection

    def call(self) -> SocketCall:
        """Return the handshake of the present or last connection.

        Raises:
            CozeError: The socket was never open.
        """
        if self.connection is None:
            raise self._misuse("is not open")
        return SocketCall(
            self.operation.name,
            self.connection.body,
            self.connection.response,
            self.settings.errors,
        )

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

    def sent(self, name: str, data: Mapping[str, object] | None, closed: Closed | None) -> None:
        """Take note of an event that was sent.

        Raises:
            CozeError: It was not, as the connection is over.
        """
        if closed:
            raise self._misuse("is closed") if closed.ours else self.closing_error(closed)
        self.resumption.sent(name, data)
        self.sends += name != self.operation.settings
        if name in self.operation.turn_after:
            self.ends = self.operation.turn + self.operation.turn_after[name]

    def read(self, message: bytes | BaseException) -> E_co:
        """Return the event of a message.

        Raises:
            StreamError: It is an error event.
        """
        if isinstance(message, BaseException):  # of the source of a pipe
            raise message
        event = self.codec.decode(message)
        self.resumption.received(event)
        if event.event_type in self.operation.errors:
            raise event_error(self.call(), message, event.data)
        return cast("E_co", event)

    def loss(self, connection: C) -> APIConnectionError | None:
        """Return why a connection was lost; ``None`` if it ended in good order.

        Raises:
            CozeError: It was closed for a reason, so it makes no sense to open it again.
        """
        closed = connection.link.end()
        if self.is_left or closed.quiet or connection.body.stopped:
            return None
        error = self.closing_error(closed)
        if not isinstance(error, APIConnectionError):
            raise error
        return error

    def reconnected(self, error: APIConnectionError) -> E_co:
        """Return the event that tells of a lost connection."""
        return cast("E_co", Reconnected("reconnected", error, logid=self.call().response.logid))

    def closing_error(self, closed: Closed, expected: str = "") -> CozeError:
        """Return the error of a connection that is over.

        Args:
            closed: How it ended.
            expected: What should have been before.
        """
        return closing_error(self.call(), closed, self.timing, expected)

    def unfinished(self, what: str) -> CozeError:
        """Return the error of a socket that was closed in good order, but too early for something.

        Args:
            what: What should have been before.
        """
        closed = cast("C", self.connection).link.end()
        return self.closing_error(closed._replace(code=1000) if closed.ours else closed, what)

    def known(self, name: str) -> str:
        """Return the name of an event that can be waited for.

        Raises:
            CozeError: The socket receives no such event.
        """
        known = self.operation.events().keys() - set(self.operation.errors)
        if name not in known:
            raise CozeError(
                f"{self.operation.name}: {name!r:.100} is no event that this socket receives. "
                f"Wait for one of {', '.join(sorted(known))}."
            )
        return name

    def begin_pipe(self, source: object) -> tuple[Pipe, Any]:
        """Return the pipe, and what its source consists of.

        Raises:
            CozeError: Nothing can be piped now, or not that.
        """
        self.opened()
        pipe = self.operation.pipe
        if pipe is None:
            raise self._misuse("has no pipe")
        if self.is_fed:
            raise self._misuse("is still fed by another pipe")
        chunks: Any = source
        is_iterable = hasattr(source, "__iter__") or hasattr(source, "__aiter__")
        if isinstance(source, (str, *BYTES)) or not is_iterable:
            chunks = [chunks]
            list(self.codec.chunks(*chunks))  # what raises does so here, and in no thread
        self.is_fed = True
        return pipe, chunks

    def _misuse(self, what: str) -> CozeError:
        return CozeError(
            f"{self.operation.name}: this socket {what}. Call the method again, open its socket "
            "in a with statement, and use it inside."
        )


class Until(Generic[E_co]):
    """Knows when a part of the events is over: with the one that ends it.

    Args:
        session: What goes on in the socket.
        name: The event that ends it; nothing for those that end a turn.
    """

    def __init__(self, session: SessionState[E_co, Any], name: str = "") -> None:
        session.opened()
        self._session = session
        self._name = name
        self._over = False
        self._lost: CozeError | None = None
        self._sends = 0

    def _goes_on(self) -> bool:
        """Whether there is a next event. A lost turn goes on if the user has sent something since.

        Raises:
            APIConnectionError: The connection was lost.
        """
        lost, self._lost = self._lost, None
        if lost and self._sends == self._session.sends:
            self._over = True
            raise lost
        return not self._over

    def _took(self, event: E_co | None) -> E_co:
        """Take note of the next event; ``None`` if there was none, which is an error."""
        session, taken = self._session, cast("Any", event)
        if event is None:
            self._over = True
            raise session.unfinished(f"{self._name} came" if self._name else "the turn was over")
        if isinstance(taken, Reconnected):
            self._lost, self._sends = taken.data, session.sends
        elif self._name:
            self._over = taken.event_type == self._name
        elif taken.event_type in session.ends:
            self._over = True
            session.ends = session.operation.turn
        return event


class Flow(Until[E_co]):
    """Knows what comes out of a pipe.

    Args:
        session: What goes on in the socket.
        source: What goes in.
    """

    def __init__(self, session: SessionState[E_co, Any], source: object) -> None:
        self._pipe, self._source = session.begin_pipe(source)
        super().__init__(session, self._pipe.end)

    @property
    def _is_done(self) -> bool:
        return self._over or self._session.is_left

    def _piece(self, event: E_co | None) -> Any:
        """Return what an event brings; ``None`` if that is nothing."""
        taken = cast("Any", self._took(event))
        if isinstance(taken, Reconnected):
            self._over = True
            raise taken.data
        if taken.event_type != self._pipe.take:
            return None
        return getattr(taken.data, self._pipe.take_field, None) or None
