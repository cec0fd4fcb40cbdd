"""What goes on in a sync socket: threads that read and feed it."""

from __future__ import annotations

from contextlib import suppress
from threading import Condition, Event, Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any, TypeVar, cast

from coze_core._coze_error import no_stop_iteration
from coze_core._errors import APIConnectionError, ServerError
from coze_core._ws._link import Closed, Link
from coze_core._ws._session import Flow, SessionState, Until
from coze_core._ws._timing import MOST_WAITING
from coze_core._ws._wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self

    from coze_core._http._sync import Upgraded
    from coze_core._response import Body, ResponseInfo
    from coze_core._ws._timing import Timing

E_co = TypeVar("E_co", covariant=True)


class Connection:
    """One connection and the thread that reads it.

    Args:
        body: The connection.
        response: The answer that opened it.
        max_bytes: The longest message.
        timing: Its times.

    Attributes:
        link: Its state.
    """

    def __init__(
        self, body: Upgraded, response: ResponseInfo, max_bytes: int, timing: Timing
    ) -> None:
        self.body = body
        self.response = response
        self.link = Link(max_bytes, timing)
        self._wire = Wire(body.stream)
        self._timing = timing
        self._protocol = Lock()  # around what the link reads, writes and decides
        self._writing = Lock()  # taken before the former
        self._changed = Condition()  # of the messages, and at the end
        self._paused = False  # reading, until enough of them were taken
        self._thread = Thread(target=self._run, name="coze socket", daemon=True)
        self._thread.start()

    def take(self) -> bytes | BaseException | None:
        """Wait for a message; ``None`` at the end."""
        messages = self.link.messages
        while True:
            with suppress(IndexError):
                message = messages.popleft()
                break
            with self._changed:
                while not (messages or self.link.closed or self.link.is_closing):
                    self._changed.wait()
                if not messages:
                    return None
        if self._paused and len(messages) <= MOST_WAITING // 2:
            with self._changed:
                self._changed.notify_all()
        return message

    def post(self, error: BaseException) -> None:
        """Let an error be raised by whoever takes the next message."""
        with self._changed:
            self.link.messages.append(error)
            self._changed.notify_all()

    def send(self, message: bytes) -> Closed | None:
        """Send a message, and return how the connection ended if it has.

        Raises:
            BaseException: The thread was interrupted; the connection is closed then.
        """
        try:
            with self._writing:
                with self._protocol:
                    if self.link.closed or self.link.is_closing:
                        return self.link.end()
                    self.link.send(message)
                    data = self.link.outgoing()
                self._wire.write(data)
        except OSError:
            with self._changed:  # the peer may have said why
                self._changed.wait_for(lambda: self.link.closed, self._timing.closing)
            return self.link.end()
        except BaseException:
            self.body.interrupt()  # half of a frame is out
            raise
        self._flush()
        return None

    def close(self) -> None:
        """Close it in good order, or without it after a while; end all waiting."""
        with self._protocol:
            self.link.close()
        with self._changed:
            self._changed.notify_all()
        is_own = self._thread is current_thread()
        if self._flush() and not is_own:
            self._thread.join(self._timing.closing)
        self.body.close()  # which wakes the thread
        if not is_own:
            self._thread.join(self._timing.closing)

    def _run(self) -> None:
        with self.body.held():
            try:
                while not self.link.closed:
                    self._step()
            finally:
                self.link.lose("")
                with self._changed:
                    self._changed.notify_all()
                self.body.interrupt()
                with self._writing:  # whoever writes has been woken
                    self.body.release()

    def _step(self) -> None:
        try:
            data = self._wire.read(self.link.wait())
        except OSError as error:
            self.link.lose(str(error))
            return
        with self._protocol:
            if data is None:
                self.link.tick()
            else:
                self.link.receive(data)
        self._flush()
        messages = self.link.messages
        with self._changed:
            self._changed.notify_all()
            if len(messages) < MOST_WAITING:
                return
            self._paused = True
            while len(messages) > MOST_WAITING // 2 and not self.link.is_closing:
                self._changed.wait()
            self._paused = False
        self.link.restart_clock()

    def _flush(self) -> bool:
        """Write what the link has to say, unless somebody is writing, who does it then."""
        while self.link.has_outgoing:
            if not self._writing.acquire(blocking=False):
                return False
            try:
                with self._protocol:
                    data = self.link.outgoing()
                self._wire.write(data)
            except OSError:
                return True  # reading tells
            finally:
                self._writing.release()
        return True


class Session(SessionState[E_co, Connection]):
    """What goes on in a sync socket.

    Args:
        connect: Sends the handshake.
        state: As for `SessionState`.
    """

    def __init__(self, connect: Callable[[], tuple[Body, ResponseInfo]], *state: Any) -> None:
        super().__init__(*state)
        self._connect = connect
        self._stop = Event()

    def open(self) -> None:
        """Open a connection.

        Raises:
            CozeError: The handshake failed.
        """
        body, response = self._connect()
        limit = self.settings.max_response_bytes
        try:
            connection = Connection(cast("Upgraded", body), response, limit, self.timing)
        except BaseException:
            body.close()
            raise
        self.connection = connection
        if self.is_left:  # closed by another thread meanwhile
            connection.close()

    def close(self) -> None:
        """Close the socket."""
        if self.is_left or self.is_inherited:
            return
        self.is_left = True
        self._stop.set()
        if self.connection:
            self.connection.close()

    def send(self, name: str, data: Mapping[str, object] | None = None, id_: object = None) -> None:
        """Send an event.

        Raises:
            CozeError: The socket sends no such event, or it is closed or lost.
        """
        connection = self.opened()
        self.sent(name, data, connection.send(self.codec.encode(name, data, id_)))

    def next(self) -> E_co | None:
        """Wait for the next event; ``None`` at the end.

        Raises:
            CozeError: An error event came, the socket was closed for a reason, or it is not open.
        """
        connection = self.opened()
        message = connection.take()
        if message is not None and not self.is_left:
            return self.read(message)
        error = self.loss(connection)
        return self._reopen(error) if error else None

    def until(self, name: str = "") -> Iterator[E_co]:
        """Return the events up to a certain one, or by default one that ends the turn."""
        return _Until[E_co](self, name)

    def pipe(self, source: object) -> Iterator[Any]:
        """Send the pieces of a source in a thread, and return what comes out meanwhile."""
        return _Flow[E_co](self, source)

    def _reopen(self, error: APIConnectionError) -> E_co | None:
        for pause in self.resumption.pauses():
            if self._stop.wait(pause):
                return None
            with suppress(APIConnectionError, ServerError):
                self.open()
                if settings := self.resumption.settings():
                    self.send(self.operation.settings, settings)
                return self.reconnected(error)
        raise error


class _Until(Until[E_co]):
    def __init__(self, session: Session[E_co], name: str = "") -> None:
        super().__init__(session, name)
        self._next = session.next

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E_co:
        if self._goes_on():
            return self._took(self._next())
        raise StopIteration


class _Flow(Flow[E_co]):
    def __init__(self, session: Session[E_co], source: object) -> None:
        super().__init__(session, source)
        self._next = session.next
        Thread(target=self._feed, args=[session], name="coze pipe", daemon=True).start()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        while self._goes_on():
            piece = self._piece(self._next())
            if piece is not None:
                return piece
        raise StopIteration

    def _feed(self, session: Session[E_co]) -> None:
        try:
            with no_stop_iteration("The source of a pipe"):
                for piece in self._source:
                    for data in session.codec.chunks(piece):
                        if self._is_done:
                            return
                        session.send(self._pipe.feed, data)
                session.send(self._pipe.done)
        except BaseException as error:  # noqa: BLE001  # whoever reads raises it
            if not self._is_done:
                session.opened().post(error)
        finally:
            session.is_fed = False
