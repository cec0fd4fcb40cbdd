"""A server on loopback that plays the bytes it was given, answer by answer."""

from __future__ import annotations

import email.parser
import email.policy
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from tests.core.listening import ListeningServer

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
    """Make a whole answer; what is not bytes is written as JSON. `length` may lie."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Type: {kind}",
        f"Content-Length: {len(content) if length is None else length}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content


def ok(data: object = None) -> bytes:
    """Make an answer that is a success."""
    return answer(body={"code": 0, "msg": "", "data": data})


def drop(connection: socket.socket) -> None:
    """Close the connection without an answer."""
    connection.shutdown(socket.SHUT_RDWR)


def hang(connection: socket.socket) -> None:
    """Give no answer; wait until the other side gives up."""
    connection.recv(1)


def cut(content: bytes) -> Callable[[socket.socket], None]:
    """Send some bytes, then close the connection."""
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


class ScriptedServer(ListeningServer):
    """Answers each request with the next act of its script; the last one goes on for ever."""

    def __init__(self, *script: Act) -> None:
        super().__init__()
        self.script = list(script)
        self.seen: list[Seen] = []

    def serve(self, connection: socket.socket) -> None:
        gone = suppress(OSError)
        with gone, connection, connection.makefile("rb") as reader:
            while line := reader.readline():
                self.seen.append(_read(line, reader))
                act = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if callable(act):
                    act(connection)
                    break
                connection.sendall(act)


Serve = Callable[..., ScriptedServer]
"""The fixture ``serve``: it starts a server that answers by the acts it is given."""


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
