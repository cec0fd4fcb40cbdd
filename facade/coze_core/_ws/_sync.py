"""Sockets of the sync client."""

from __future__ import annotations

from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from coze_core._coze_error import no_stop_iteration
from coze_core._errors import APIConnectionError, ServerError
from coze_core._ws._session import AnyEvents, AnySession
from coze_core._ws._timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self

    from coze_core._operation import Pipe, SocketOperation
    from coze_core._response import Body, ResponseInfo
    from coze_core._settings import Settings
    from coze_core._ws._threads import Connection

E_co = TypeVar("E_co", covariant=True)
N_contra = TypeVar("N_contra", bound=str, contravariant=True)


class Senders:
    """A group of events that can be sent.

    Args:
        send: Sends one.
    """

    def __init__(self, send: Callable[..., None]) -> None:
        self._send = send


class Socket(Generic[E_co, N_contra]):
    """A connection that carries events both ways.

    Opened by ``with``, which sends the handshake. Iteration yields events until the socket is
    closed. One thread may read while any others send, and any may close it.

    An error event raises a `StreamError`, and the socket stays usable: whether it ends the session
    is not documented, so the next event, or error, tells. At most 64 events wait, and those that
    one read of 64 KiB brings; if they are not read, the server has to wait. Nothing is sent again
    by itself, but for the settings after a reconnect.

    Args:
        operation: The operation that opens it.
        connect: Sends the handshake.
        settings: The settings of the client.
        reconnect: How often in a row it is opened again when the connection is lost.
    """

    _timing = Timing()

    def __init__(
        self,
        operation: SocketOperation[E_co],
        connect: Callable[[], tuple[Body, ResponseInfo]],
        settings: Settings,
        reconnect: int = 0,
    ) -> None:
        self._session = _Session[E_co](connect, operation, settings, reconnect, self._timing)
        self._send = self._session.send

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._session}>"

    def __enter__(self) -> Self:
        """Open the connection.

        Raises:
            CozeError: The handshake failed, or the socket was opened before.
        """
        self._session.use()
        self._session.open()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[E_co]:
        """Iterate over the events that were not read yet, until the socket is closed."""
        self._session.opened()
        return self

    def __next__(self) -> E_co:
        """Wait for the next event.

        Raises:
            StreamError: The API reported an error, or closed the socket for no known reason.
            APIConnectionError: The connection was lost.
            APIError: The API closed the socket with a code that says why.
            CozeError: The socket is not open.
        """
        event = self._session.next()
        if event is None:
            raise StopIteration
        return event

    @property
    def response(self) -> ResponseInfo:
        """Status, headers and log id of the handshake; known once the socket is open.

        Raises:
            CozeError: The socket was never open.
        """
        return self._session.known().response

    def turn(self) -> Iterator[E_co]:
        """Return the events up to the one that ends the turn, which comes as well.

        After a reconnect, the error of the lost connection is raised, unless something was sent
        before the next event is asked for.

        Raises:
            StreamError: While iterating, as for all events; also if the socket is closed before.
        """
        return _Events[E_co](self._session)

    def until(self, event_type: N_contra) -> Iterator[E_co]:
        """Return the events up to one with a certain name, which comes as well; see `turn`.

        Raises:
            CozeError: The socket receives no such event.
        """
        return _Events[E_co](self._session, self._session.awaited(event_type))

    def send(self, event: Mapping[str, object]) -> None:
        """Send an event that is written by hand.

        Args:
            event: Its ``event_type``, its ``data`` with bytes for audio, perhaps an ``id``.

        Raises:
            CozeError: The socket sends no such event, or it is closed.
            APIConnectionError: The connection was lost.
        """
        self._send(*self._session.parts(event))

    def close(self) -> None:
        """Close the socket, from any thread: all that waits for it ends. Twice does no harm."""
        self._session.close()

    def _pipe(self, source: Any) -> Iterator[Any]:
        pipe, parts = self._session.begin_pipe(source)
        events = _Events[E_co](self._session, pipe.end, pipe)
        feed = (pipe, parts, events)
        Thread(target=self._session.feed, args=feed, name="coze pipe", daemon=True).start()
        return events


class _Session(AnySession[E_co, "Connection"]):
    """What goes on in a sync socket; see `AnySession`."""

    def __init__(self, *state: Any) -> None:
        super().__init__(*state)
        self._stop = Event()

    def open(self) -> None:
        """Open a connection.

        Raises:
            CozeError: The handshake failed.
        """
        from coze_core._ws._threads import Connection

        body, response = self._connect()
        try:
            self.connection = Connection(
                self.operation.name, self.settings, self.timing, body, response
            )
        except BaseException:
            body.close()
            raise
        if self.is_left:  # closed by another thread meanwhile
            self.connection.close()

    def close(self) -> None:
        """Close the socket."""
        connection = self.leave()
        self._stop.set()
        if connection:
            connection.close()

    def send(self, name: str, data: Mapping[str, object] | None = None, id_: object = None) -> None:
        """Send an event.

        Raises:
            CozeError: The socket sends no such event, or it is closed or lost.
        """
        connection = self.opened()
        if not connection.send(self.codec.encode(name, data, id_)):
            raise self.unsent(connection)
        self.sent(name, data)

    def next(self) -> E_co | None:
        """Wait for the next event; ``None`` at the end.

        Raises:
            CozeError: An error event came, the socket was closed for a reason, or it is not open.
        """
        connection: Connection = self.opened()
        message = connection.take()
        if message is not None and not self.is_left:
            return self.read(message)
        error = self.loss(connection)
        return self._reopen(error) if error else None

    def feed(self, pipe: Pipe, parts: Any, events: AnyEvents[E_co]) -> None:
        """Send the parts of the source of a pipe, while anything comes out of it."""
        try:
            with no_stop_iteration("The source of a pipe"):
                for part in parts:
                    for data in self.codec.chunks(part):
                        if events.is_over:
                            return
                        self.send(pipe.feed, data)
                self.send(pipe.done)
        except BaseException as error:  # noqa: BLE001  # whoever reads raises it
            if not events.is_over:
                self.opened().post(error)
        finally:
            self.is_fed = False

    def _reopen(self, error: APIConnectionError) -> E_co | None:
        for pause in self.pauses():
            if self._stop.wait(pause):
                return None
            with suppress(APIConnectionError, ServerError):
                self.open()
                if self.is_left:
                    return None
                if settings := self.again():
                    self.send(self.operation.settings, settings)
                return self.reconnected(error)
        raise error


class _Events(AnyEvents[E_co]):
    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        while self._goes_on():
            taken = self._took(self._session.next())
            if taken is not None:
                return taken
        raise StopIteration
