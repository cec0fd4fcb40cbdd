"""A small, fast server for many connections at a time, in a process of its own.

In the process of the client, the two would wait for each other's turn more than for anything else.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from contextlib import suppress
from typing import Any, Self

EVENT = b'event: usage\ndata: {"token_count": 7}\n\n'
END = b"event: done\ndata: x\n\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
SOUND = b"sound " * 10_000


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def whole(content: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class LoadServer:
    """The server's process.

    Args:
        gather: How many streams must be open before they go on.
    """

    def __init__(self, gather: int = 1) -> None:
        self._gather = gather

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._gather)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout
        self._process.stdout.close()

    def stats(self) -> dict[str, int]:
        """Return the requests so far, the connections that are open, and the most that ever were."""
        with urllib.request.urlopen(f"{self.url}/stats", timeout=10) as answer:  # noqa: S310  # its own
            counts: dict[str, int] = json.load(answer)
        return counts


class _Counting:
    def __init__(self, gather: int) -> None:
        self.calls = self.open = self.peak = self.streams = 0
        self.gather = gather
        self.gathered = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self.answer(reader, writer):
                    pass
        finally:
            self.open -= 1
            writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"content-length: " in head:
            await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
        if b" /stats " in head:
            counts = {"calls": self.calls, "open": self.open - 1, "peak": self.peak}
            writer.write(whole(json.dumps(counts).encode()))
            return False
        self.calls += 1
        if b" /watch " in head:
            await self.stream(writer)
        elif b" /sound " in head:
            writer.write(whole(SOUND, "audio/mpeg"))
        elif b"get /things?" in head:
            writer.write(whole(b'{"code":0,"data":{"items":[{"id":"1"}],"total":3}}'))
        else:
            writer.write(whole(b'{"code":0,"data":{"id":"1"}}'))
        await writer.drain()
        return True

    async def stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + chunk(EVENT))
        self.streams += 1
        if self.streams >= self.gather:
            self.gathered.set()
        await self.gathered.wait()
        for _ in range(2):
            writer.write(chunk(EVENT))
            await asyncio.sleep(0.001)
        writer.write(chunk(END) + chunk(b""))


async def _run(gather: int) -> None:
    counting: Any = _Counting(gather)
    server = await asyncio.start_server(counting.serve, "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(int(sys.argv[1])))
