"""The way of an answer onto the wire, and off it where a scenario breaks it."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message, Receive, Scope, Send

    from coze_sandbox._answers import Answer
    from coze_sandbox._scenarios import Scenario

TRANSPORT = "coze_sandbox.transport"
NO_CHUNK = b"no size\r\nlost\r\n"


class Protocol(H11Protocol):
    """uvicorn's HTTP protocol; each request can reach the connection that it came on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection."""
        super().connection_made(transport)
        # asyncio does it only for sockets that name their protocol; else small writes wait 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = with_transport


class Delivery:
    """Sends one answer.

    Args:
        answer: what is sent.
        scenario: how the sending goes wrong.
        scope: the request that it answers.
        receive: tells when the caller is gone.
        send: takes what is sent.
    """

    def __init__(
        self, answer: Answer, scenario: Scenario, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._answer = answer
        self._scenario = scenario
        self._transport: asyncio.Transport = scope[TRANSPORT]
        self._receive = receive
        self._send = send
        # The answer to a handshake that is refused has a name of its own.
        self._type = "http.response" if scope["type"] == "http" else "websocket.http.response"
        self._left = scenario.cut_after
        if scenario.malformed_chunk:
            self._left = sum(map(len, answer.parts)) // 2

    async def run(self) -> None:
        """Send the answer, as far as the scenario lets it go."""
        streamed = self._answer.streamed
        if not streamed:
            await asyncio.sleep(self._scenario.delay)
        if self._scenario.cut_after != 0:
            await self._begin()
            for part in self._parts():
                if streamed:
                    await asyncio.sleep(self._scenario.delay)
                await self._write(part)
        if self._left is None:
            await self._send({"type": f"{self._type}.body", "body": b"", "more_body": False})
        else:
            await self._break_off()

    def _parts(self) -> Iterator[bytes]:
        parts = self._answer.parts
        if not (self._scenario.endless and self._answer.streamed):
            yield from parts
            return
        middle = len(parts) // 2
        yield from parts[:middle]
        while not self._transport.is_closing() and self._left != 0:
            yield parts[middle]

    async def _begin(self) -> None:
        answer = self._answer
        headers = {"content-type": answer.media_type, **answer.headers}
        # Without a length the body is sent in chunks.
        if not answer.streamed and not self._scenario.malformed_chunk:
            headers["content-length"] = str(sum(map(len, answer.parts)))
        if self._scenario.retry_after is not None:
            headers["retry-after"] = f"{self._scenario.retry_after:g}"
        message: Message = {
            "type": f"{self._type}.start",
            "status": answer.status,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        await self._send(message)

    async def _write(self, part: bytes) -> None:
        """Write a part of the body; an event goes in two pieces, for callers get it so too."""
        if self._left is not None:
            part = part[: self._left]
            self._left -= len(part)
        middle = len(part) // 2 if self._answer.streamed else len(part)
        for piece in (part[:middle], part[middle:]):
            if piece:
                await self._send({"type": f"{self._type}.body", "body": piece, "more_body": True})
                await asyncio.sleep(0)

    async def _break_off(self) -> None:
        """Close the connection, and wait until the server has noticed."""
        if self._scenario.malformed_chunk:
            self._transport.write(NO_CHUNK)
        cut(self._transport, reset=self._scenario.reset)
        while not (await self._receive())["type"].endswith(".disconnect"):
            pass


def cut(transport: asyncio.Transport, *, reset: bool) -> None:
    """Close a connection once all is sent that was written, or reset it then."""
    if reset:
        linger = struct.pack("ii", 1, 0)  # close at once: the peer gets a reset
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.close()
