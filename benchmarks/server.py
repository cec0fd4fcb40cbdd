"""The loopback server: ``python -m benchmarks.server`` prints its URL and serves until it is ended.

The first part of a path tells how to answer: ``plain`` at once, ``together`` when as many requests
as `AT_ONCE` are waiting, ``large`` and ``small`` by a stream in large pieces or event by event,
``socket`` over a WebSocket.
"""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio import Barrier, IncompleteReadError, StreamReader, StreamWriter

from benchmarks.answers import AT_ONCE, CHUNK, page, stream
from benchmarks.talk import talk

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_NUMBER = re.compile(r"\bpage_(?:num|index)=(\d+)")
_BATCH = 65_536


class Server:
    """Answers lists and streams."""

    def __init__(self) -> None:
        events = stream()
        whole = b"".join(events)
        self._together = Barrier(AT_ONCE)
        self._streams = {
            "large": _framed([whole[at : at + CHUNK] for at in range(0, len(whole), CHUNK)]),
            "small": _framed(events),
        }

    async def answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET /socket/"):
                    return await talk(head, reader, writer)
                if length := _LENGTH.search(head):
                    await reader.readexactly(int(length[1]))
                await self._answer(head.split(b" ", 2)[1].decode(), writer)
                await writer.drain()
        except (IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, target: str, writer: StreamWriter) -> None:
        mode = target.split("/", 2)[1]
        if batches := self._streams.get(mode):
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                b"transfer-encoding: chunked\r\n\r\n"
            )
            for batch in batches:
                writer.write(batch)
                await writer.drain()
            return
        if mode == "together":
            await self._together.wait()
        number = _NUMBER.search(target)
        body = page(int(number[1]) if number else 1)
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n"
            b"x-tt-logid: 20241210152726467C48D89D6DB2F00D\r\nserver: loopback\r\n"
            b"date: Tue, 10 Dec 2024 07:27:26 GMT\r\nvary: Accept-Encoding\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(body), body)
        )


def _framed(pieces: list[bytes]) -> list[bytes]:
    """Return pieces as chunks of HTTP, joined to what is written at once."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return [framed[at : at + _BATCH] for at in range(0, len(framed), _BATCH)]


async def _serve() -> None:
    server = await asyncio.start_server(Server().answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
