"""The socket below a connection, which one thread reads while others write."""

from __future__ import annotations

import selectors
import socket
import ssl
from contextlib import AbstractContextManager, nullcontext, suppress
from threading import Lock
from typing import Any

from coze_core._coze_error import CozeError

SIZE = 64 * 1024
_AT_ONCE = 0.001  # seconds; httpx knows no shorter limit
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


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
            self._first = stream.read(SIZE, _AT_ONCE)
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
                return self._socket.recv(SIZE)
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
