"""A server on loopback that serves each connection in a thread."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class ListeningServer:
    """Accepts connections until its block ends, and cuts those that are open then."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with suppress(OSError):  # it was closed already
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._started():
            thread.join(5)

    @property
    def connections(self) -> int:
        """How many connections were made so far."""
        return len(self._connections)

    def wait_until_closed(self, first: int | None = None, *, seconds: float = 5) -> None:
        """Wait until the first connections (default: all) have been served to their end."""
        for thread in self._started()[1:][:first]:
            thread.join(seconds)
            assert not thread.is_alive(), "a connection stays open"

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection."""
        raise NotImplementedError

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        with self._starting:
            thread.start()
            self._threads.append(thread)

    def _started(self) -> list[threading.Thread]:
        with self._starting:  # what has just begun to serve is in the list, too
            return self._threads[:]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            self._start(self.serve, connection)
