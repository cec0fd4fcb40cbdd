"""The server of sockets: it sends as many events as it is asked for, and counts what comes."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from benchmarks.answers import message

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

PIECE = bytes(range(240)) * 4
"""20 ms of audio: 24,000 samples of 16 bits a second."""
_BATCH = 65_536


async def talk(head: bytes, reader: StreamReader, writer: StreamWriter) -> None:
    """Answer a handshake and what is sent after it, until the client closes the socket.

    Args:
        head: The handshake.
        reader: What comes after it.
        writer: What is answered.
    """
    protocol = ServerProtocol()
    protocol.receive_data(head)
    (request,) = protocol.events_received()
    protocol.send_response(protocol.accept(request))
    received = 0
    while not protocol.close_expected():
        writer.write(b"".join(protocol.data_to_send()))
        await writer.drain()
        protocol.receive_data(await reader.read(_BATCH))
        for frame in protocol.events_received():
            if b'"input_audio_buffer.append"' in frame.data:
                received += 1
            elif frame.opcode is Opcode.TEXT:
                for piece in _answer(json.loads(frame.data), received):
                    writer.write(piece)
                    await writer.drain()
    writer.write(b"".join(protocol.data_to_send()))
    writer.close()


def _answer(event: dict[str, Any], received: int) -> list[bytes]:
    match event["event_type"]:
        case "input_text_buffer.append":
            delta = b64encode(PIECE).decode()
            return [
                *_batches(_event("speech.audio.update", {"delta": delta}), event["data"]["delta"]),
                _event("speech.audio.completed"),
            ]
        case "conversation.message.create":
            return [
                *_batches(
                    _event("conversation.message.delta", message(0)), event["data"]["content"]
                ),
                _event("conversation.chat.completed", {"id": "1", "conversation_id": "1"}),
            ]
        case "input_audio_buffer.complete":
            return [
                _event("transcriptions.message.update", {"content": f"{received} pieces"}),
                _event("transcriptions.message.completed"),
            ]
        case _:
            return []


def _batches(frame: bytes, count: str) -> list[bytes]:
    """As many frames as a client has written that it wants, joined to what is written at once."""
    size = _BATCH // len(frame)
    whole, rest = divmod(int(count), size)
    return [frame * size] * whole + [frame * rest]


def _event(name: str, data: object = None) -> bytes:
    event = {"id": "1", "event_type": name, "detail": {"logid": "20241210152726467C48D89D6DB2F00D"}}
    text = json.dumps(event if data is None else {**event, "data": data}, ensure_ascii=False)
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
