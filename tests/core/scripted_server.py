"""A server on loopback that plays the bytes it was given, answer by answer."""

from __future__ import annotations

import email.parser
import email.policy
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

if TYPE_CHECKING:
    from email.message import EmailMessage

Act = bytes | Callable[[socket.socket], None]
"""Bytes to send, or something to do with the connection, which is closed after it."""


def answer(
    status: int = 200,
    body: object = b"",
    *,
    kind: str = "application/json",
    length: int | None = None,
    **headers: str,
) -> bytes:
    """Makes a whole answer; what is not bytes is written as JSON. `length` may lie."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Type: {kind}",
        f"Content-Length: {len(content) if length is None else length}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content


def ok(data: object = None) -> bytes:
    """Makes an answer that is a success."""
    return answer(body={"code": 0, "msg": "", "data": data})


def drop(connection: socket.socket) -> None:
    """Closes the connection without an answer."""
    connection.shutdown(socket.SHUT_RDWR)


def hang(connection: socket.socket) -> None:
    """Never answers; waits until the other side gives up."""
    connection.recv(1)


def cut(content: bytes) -> Callable[[socket.socket], None]:
    """Sends some bytes, then closes the connection."""
    return lambda connection: connection.sendall(content)


class Seen(NamedTuple):
    """A request as it arrived."""

    method: str
    target: str
    headers: EmailMessage
    body: bytes

    @property
    def form(self) -> list[EmailMessage]:
        """The parts of a multipart form."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        return list(message.iter_parts())  # type: ignore[arg-type]


class ScriptedServer:
    """Answers each request with the next act of its script; the last one goes on for ever."""

    def __init__(self, *script: Act) -> None:
        self.script = list(script)
        self.seen: list[Seen] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with suppress(OSError):  # it was closed already
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    @property
    def connections(self) -> int:
        """How many connections were made so far."""
        return len(self._connections)

    def wait_until_closed(self, first: int | None = None) -> None:
        """Wait until the acts of the first connections (default: all) have ended."""
        for thread in self._threads[1:][:first]:
            thread.join(5)
            assert not thread.is_alive(), "a connection stays open"

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        gone = suppress(OSError)
        with gone, connection, connection.makefile("rb") as reader:
            while line := reader.readline():
                self.seen.append(_read(line, reader))
                act = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if callable(act):
                    act(connection)
                    break
                connection.sendall(act)


def _read(line: bytes, reader: BinaryIO) -> Seen:
    method, target, _ = line.decode().split()
    head = b""
    while (field := reader.readline()) not in (b"\r\n", b""):
        head += field
    headers = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head)
    if "chunked" in str(headers.get("transfer-encoding")):
        body = b""
        while size := int(reader.readline(), 16):
            body += reader.read(size)
            reader.readline()
        reader.readline()
    else:
        body = reader.read(int(headers.get("content-length") or 0))
    return Seen(method, target, headers, body)
