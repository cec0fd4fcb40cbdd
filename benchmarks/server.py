"""The loopback server: ``python -m benchmarks.server FOLDER`` prints its URLs, plain and with TLS.

It serves until it is ended. FOLDER holds a certificate. The first part of a path tells how to
answer: ``plain`` at once; ``together-50`` when as many requests wait; ``large``, ``small`` and
``short`` by a stream in large pieces, event by event, or of a few events; ``events-1000`` by one
of as many; ``line-1000`` by one event of as many characters; ``items-1000`` by pages of so many
items; ``nested-10`` by a page with a field of such depth; ``tools`` by a stream that asks for one;
``socket`` over a WebSocket. ``/connections`` tells how many connections were opened.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import sys
from asyncio import Barrier, IncompleteReadError, StreamReader, StreamWriter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import answers
from benchmarks.talk import talk

if TYPE_CHECKING:
    from collections.abc import Sequence

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_NUMBER = re.compile(r"\bpage_(?:num|index)=(\d+)")
_BATCH = 65_536
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n"
    b"x-tt-logid: 20241210152726467C48D89D6DB2F00D\r\nserver: loopback\r\n"
    b"date: Tue, 10 Dec 2024 07:27:26 GMT\r\nvary: Accept-Encoding\r\n"
    b"content-length: %d\r\n\r\n"
)


class Server:
    """Answers lists, streams, chats and files."""

    def __init__(self) -> None:
        self._connections = 0
        self._barriers: dict[str, Barrier] = {}

    async def answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer the requests of one connection."""
        self._connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET /socket/"):
                    return await talk(head, reader, writer)
                if length := _LENGTH.search(head):
                    await _skip(reader, int(length[1]))
                elif b"\r\ntransfer-encoding: chunked" in head.lower():
                    await _skip_chunks(reader)
                await self._answer(head.split(b" ", 2)[1].decode(), writer)
                await writer.drain()
        except (IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, target: str, writer: StreamWriter) -> None:
        _, mode, *rest = target.partition("?")[0].split("/")
        path, (kind, _, size) = "/".join(rest), mode.partition("-")
        if path in {"v3/chat", "v3/chat/submit_tool_outputs"} and kind != "jobs":
            writer.write(_STREAM_HEAD)
            for batch in _stream(path if kind == "tools" else kind, int(size or 0)):
                writer.write(batch)
                await writer.drain()
            return
        if path == "v1/audio/speech":
            writer.write(_HEAD % (b"audio/mpeg", answers.FILE))
            piece = bytes(_BATCH)
            for _ in range(answers.FILE // _BATCH):
                writer.write(piece)
                await writer.drain()
            return
        if kind == "together" and path not in answers.BODIES:
            await self._barriers.setdefault(size, Barrier(int(size))).wait()
        if mode == "connections":
            body = json.dumps(self._connections).encode()
        elif path in answers.BODIES:
            body = answers.BODIES[path]
        else:
            number = _NUMBER.search(target)
            sizes = {kind: int(size)} if kind in {"items", "nested"} else {}
            body = answers.page(int(number[1]) if number else 1, **sizes)
        writer.write(_HEAD % (b"application/json; charset=utf-8", len(body)) + body)


async def _skip(reader: StreamReader, length: int) -> None:
    while length:
        piece = await reader.read(min(length, _BATCH))
        if not piece:
            raise IncompleteReadError(b"", length)
        length -= len(piece)


async def _skip_chunks(reader: StreamReader) -> None:
    while length := int(await reader.readline(), 16):
        await _skip(reader, length + 2)
    await reader.readline()


@cache
def _stream(kind: str, size: int) -> Sequence[bytes]:
    """Return what is written at once, one after another."""
    if kind == "large":
        whole = b"".join(answers.stream())
        return _framed(
            [whole[at : at + answers.CHUNK] for at in range(0, len(whole), answers.CHUNK)]
        )
    if kind in {"v3/chat", "v3/chat/submit_tool_outputs"}:
        return _framed(answers.tool_stream(asks=kind == "v3/chat"))
    if kind == "line":
        return _framed([*answers.stream(1, size), answers.END])
    count = {"short": answers.DELTAS, "small": answers.EVENTS}.get(kind, size)
    return _framed(answers.stream(count))


def _framed(pieces: Sequence[bytes]) -> Sequence[bytes]:
    """Return pieces as chunks of HTTP, joined to what is written at once."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return [framed[at : at + _BATCH] for at in range(0, len(framed), _BATCH)]


async def _serve(folder: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    answer = Server().answer
    servers = [
        await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1000),
        await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1000, ssl=tls),
    ]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    sys.stdout.write(f"http://127.0.0.1:{ports[0]} https://127.0.0.1:{ports[1]}\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
