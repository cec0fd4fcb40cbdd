"""The connection of a sync socket, and the thread that reads it."""

from __future__ import annotations

import selectors
import socket
import ssl
from contextlib import AbstractContextManager, nullcontext, suppress
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

from coze_core._coze_error import CozeError
from coze_core._http._sync import Upgraded
from coze_core._ws._connection import AnyConnection
from coze_core._ws._timing import MOST_WAITING

_SIZE = 64 * 1024
_AT_ONCE = 0.001  # seconds; httpx knows no shorter limit
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class Connection(AnyConnection[Upgraded]):
    """A connection that one thread reads while any others write, take messages and close it."""

    def __init__(self, *opened: Any) -> None:
        self._messages: SimpleQueue[bytes | BaseException | None] = SimpleQueue()
        super().__init__(self._messages.put, *opened)
        self._wire = Wire(self.body.stream)
        self._protocol = Lock()  # around what the link reads, writes and decides
        self._writing = Lock()  # taken before the former
        self._room = Event()  # for more messages
        self._is_full = False
        self._thread = Thread(target=self._run, name="coze socket", daemon=True)
        self._thread.start()

    def take(self) -> bytes | BaseException | None:
        """Wait for a message, or an error of `post`; ``None`` at the end."""
        message = self._messages.get()
        if message is None:
            self._messages.put(None)  # for all others
        elif self._is_full and self._messages.qsize() <= MOST_WAITING // 2:
            self._room.set()
        return message

    def post(self, error: BaseException) -> None:
        """Let an error be raised by whoever takes the next message."""
        self._messages.put(error)

    def send(self, message: bytes) -> bool:
        """Send a message, and return whether that was possible.

        Raises:
            BaseException: The thread was interrupted; the connection is closed then.
        """
        try:
            with self._writing:
                with self._protocol:
                    if self.link.closed or self.link.is_closing:
                        return False
                    self.link.send(message)
                    data = self.link.outgoing()
                self._wire.write(data)
        except OSError:
            self._thread.join(self._timing.closing)  # the peer may have said why
            return False
        except BaseException:
            self.body.interrupt()  # half of a frame is out
            raise
        self._flush()
        return True

    def close(self) -> None:
        """Close it in good order, or without it after a while; end all waiting."""
        with self._protocol:
            self.link.close()
        self._messages.put(None)
        self._room.set()
        if self._flush():
            self._thread.join(self._timing.closing)
        self.body.close()  # which wakes the thread
        self._thread.join(self._timing.closing)

    def _run(self) -> None:
        with self.body.held():
            try:
                while not self.link.closed:
                    self._step()
            finally:
                self.link.lose("")
                self._messages.put(None)
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
        if self._messages.qsize() >= MOST_WAITING:
            self._room.clear()
            self._is_full = True
            if self._messages.qsize() >= MOST_WAITING and not self.link.is_closing:
                self._room.wait()
            self._is_full = False
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


class Wire:
    """Reads and writes without blocking, and waits outside of what may not be used by two at once.

    OpenSSL does not promise that one thread may read while another one writes.

    Args:
        stream: The connection, as httpcore has it.

    Raises:
        CozeError: It is no plain socket and no TLS on one.
    """

    def __init__(self, stream: Any) -> None:
        self._socket: socket.socket = stream.get_extra_info("socket")
        encrypted = stream.get_extra_info("ssl_object") is not None
        if encrypted and not isinstance(self._socket, ssl.SSLSocket):
            raise CozeError(
                "A socket can't pass a proxy whose URL begins with https://. Use one that begins "
                "with http://, or AsyncCoze."
            )
        self._lock: AbstractContextManager[Any] = Lock() if encrypted else nullcontext()
        self._first: bytes | None = None  # what came along with the answer to the handshake
        try:
            self._first = stream.read(_SIZE, _AT_ONCE)
        except Exception as error:  # noqa: BLE001  # of the httpcore of either family
            if not type(error).__name__.endswith("Timeout"):
                self._first = b""  # the connection is lost already
        self._socket.setblocking(False)
        self._readable = _Selector()
        self._readable.register(self._socket, selectors.EVENT_READ)

    def read(self, timeout: float) -> bytes | None:
        """Return what has come, nothing at the end, or ``None`` if nothing came in time.

        Raises:
            OSError: The connection is lost.
        """
        if self._first is not None:
            first, self._first = self._first, None
            return first
        for waits in (not self._pending(), True):
            if waits and not self._readable.select(timeout):
                return None
            with self._lock, suppress(*_NOT_NOW):
                return self._socket.recv(_SIZE)
        return None

    def write(self, data: bytes) -> None:
        """Write all of it, however long that takes.

        Raises:
            OSError: The connection is lost.
        """
        left = memoryview(data)
        while left:
            sent = 0
            with self._lock, suppress(*_NOT_NOW):
                sent = self._socket.send(left)
            left = left[sent:]
            if left and not sent:
                with _Selector() as writable:
                    writable.register(self._socket, selectors.EVENT_WRITE)
                    writable.select()

    def _pending(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
