"""A server on loopback that plays one script for each connection, frame by frame."""

from __future__ import annotations

import json
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from tests.core.listening import ListeningServer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from websockets.http11 import Request

LOGID = "20261129peer"


def event(name: str, data: object = None, **more: object) -> bytes:
    """Write an event as the service does."""
    fields: dict[str, object] = {"id": "e1", "event_type": name, "detail": {"logid": LOGID}, **more}
    if data is not None:
        fields["data"] = data
    return json.dumps(fields).encode()


def frame(message: bytes, opcode: Any = Opcode.TEXT, *, fin: bool = True) -> bytes:
    """Write a frame of a server."""
    return Frame(opcode, message, fin).serialize(mask=False)


class Peer:
    """The server's end of one connection.

    Attributes:
        request: The handshake.
        events: What the client has sent, in order.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.protocol = ServerProtocol(max_size=None)
        self.events: list[dict[str, Any]] = []
        self.pings = 0
        self.request: Request = self._next()

    def accept(self) -> None:
        response = self.protocol.accept(self.request)
        response.headers["X-Tt-Logid"] = LOGID
        self.protocol.send_response(response)
        self._flush()

    def refuse(self, status: int, body: object, **headers: str) -> None:
        content = json.dumps(body).encode()
        lines = [
            f"HTTP/1.1 {status} No",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            f"X-Tt-Logid: {LOGID}",
            "Connection: close",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        ]
        self.raw("\r\n".join([*lines, "", ""]).encode() + content)

    def send(self, name: str, data: object = None, **more: object) -> None:
        self.raw(frame(event(name, data, **more)))

    def raw(self, data: bytes) -> None:
        self.connection.sendall(data)

    def receive(self) -> dict[str, Any]:
        """Wait for an event; empty when the client has gone."""
        while (got := self._next()) is not None:
            if got.opcode == Opcode.TEXT:
                self.events.append(json.loads(got.data))
                return self.events[-1]
            self.pings += got.opcode is Opcode.PING
        return {}

    def drain(self) -> None:
        """Read until the client has gone."""
        while self.receive():
            pass

    def close(self, code: int | None = 1000, reason: str = "") -> None:
        self.protocol.send_close(code, reason) if code else self.protocol.send_close()
        self._flush()
        self.drain()

    def cut(self, *, reset: bool = False) -> None:
        if reset:
            option = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def _flush(self) -> None:
        with suppress(OSError):
            for data in self.protocol.data_to_send():
                if data:
                    self.connection.sendall(data)

    def _next(self) -> Any:
        while True:
            events = getattr(self, "_waiting", [])
            if events:
                return events.pop(0)
            try:
                data = self.connection.recv(65536)
            except OSError:
                data = b""
            if data:
                self.protocol.receive_data(data)
            else:
                return None
            self._waiting = self.protocol.events_received()
            self._flush()


class PeerServer(ListeningServer):
    """Plays the next script for each connection; the last one goes on for ever."""

    def __init__(
        self, *scripts: Callable[[Peer], object], tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__()
        self.scripts = list(scripts)
        self.peers: list[Peer] = []
        self.errors: list[BaseException] = []
        self._tls = tls
        if tls:
            self.url = self.url.replace("http", "https")

    def __exit__(self, *exc_info: object) -> None:
        super().__exit__(*exc_info)
        self.join()
        assert not self.errors, self.errors

    def join(self, *, seconds: float = 10) -> None:
        """Wait until all scripts have ended."""
        self.wait_until_closed(seconds=seconds)

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
        try:
            with connection:
                peer = Peer(connection)
                if peer.request is None:
                    return
                self.peers.append(peer)
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                script(peer)
        except OSError:
            pass
        except Exception as error:  # noqa: BLE001  # the test raises it
            self.errors.append(error)
