"""The frames of a socket on the wire, and how a scenario breaks them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from coze_sandbox._delivery import TRANSPORT, cut

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from coze_sandbox._scenarios import Scenario

PROTOCOL = "coze_sandbox.protocol"
NO_CODE = 1005
NO_CLOSE = 1006


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol; a socket can reach it, and let it fall silent.

    Attributes:
        silent: whether neither pings nor a close are answered.
    """

    silent = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        app = self.app

        async def with_protocol(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, PROTOCOL: self, TRANSPORT: self.transport}, receive, send)
            self.handshake_complete = True  # also where it was refused: else uvicorn logs an error

        self.app = with_protocol

    def handle_ping(self) -> None:
        """Answer a ping."""
        if self.silent:
            self.conn.data_to_send()
        else:
            super().handle_ping()

    def handle_close(self, event: Frame) -> None:
        """Answer a close."""
        if not self.silent:
            super().handle_close(event)

    def shutdown(self) -> None:
        """Drop the connection: uvicorn would send a close, which a closing one can't."""
        self.transport.abort()


@dataclass
class Wire:
    """Writes the frames of one socket, as far as its scenario lets them go."""

    protocol: SocketProtocol
    scenario: Scenario

    def __post_init__(self) -> None:
        self._frames_left = self.scenario.cut_frame
        self._bytes_left = self.scenario.cut_after

    async def send(self, text: bytes) -> None:
        """Send a text in as many frames as the scenario wants, with a ping after the first."""
        size = self.scenario.fragment or len(text)
        opcode = Opcode.BINARY if self.scenario.binary else Opcode.TEXT
        for begin in range(0, len(text), size):
            last = begin + size >= len(text)
            await self._write_frame(opcode, text[begin : begin + size], fin=last)
            if opcode is not Opcode.CONT and not last:
                await self._write_frame(Opcode.PING, b"between")
            opcode = Opcode.CONT

    async def close(self, code: int) -> None:
        """Close with a code: 1005 sends none, and 1006 drops the connection."""
        reason = (self.scenario.msg or "the sandbox was told to close").encode()
        if code == NO_CLOSE:
            cut(self.protocol.transport, reset=self.scenario.reset)
        else:
            data = b"" if code == NO_CODE else struct.pack("!H", code) + reason
            await self._write_frame(Opcode.CLOSE, data)

    async def write(self, frame: bytes) -> None:
        """Write a frame; to a client that is gone, nothing."""
        protocol = self.protocol
        await protocol.writable.wait()
        if protocol.conn.state is not State.OPEN or protocol.transport.is_closing():
            return
        if self._frames_left is not None:
            if self._frames_left < 1:
                self._bytes_left = int(len(frame) * self._frames_left)
            self._frames_left -= 1
        if self._bytes_left is not None:
            frame = frame[: self._bytes_left]
            self._bytes_left -= len(frame)
        protocol.transport.write(frame)
        if self._bytes_left == 0:
            cut(protocol.transport, reset=self.scenario.reset)

    async def _write_frame(self, opcode: Opcode, data: bytes, *, fin: bool = True) -> None:
        await self.write(Frame(opcode, data, fin=fin).serialize(mask=False))
