"""websockets with json and base64: what the figures of sockets are a ratio to."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

from websockets.asyncio.client import connect
from websockets.sync.client import connect as connect_in_threads

from benchmarks.talk import PIECE

_LIMIT = {"compression": None, "max_size": None}


class Peer:
    """Laps over one connection each."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("http", "ws", 1)

    def receive_audio(self, count: int) -> str:
        """Receive pieces of audio."""
        pieces = received = 0
        with connect_in_threads(f"{self._url}/v1/audio/speech", **_LIMIT) as socket:
            socket.send(_written("input_text_buffer.append", {"delta": str(count)}))
            while (event := json.loads(socket.recv()))["event_type"] != "speech.audio.completed":
                pieces += 1
                received += len(b64decode(event["data"]["delta"]))
        return f"{pieces} pieces, {received} bytes"

    async def receive_audio_async(self, count: int) -> str:
        """Receive pieces of audio."""
        pieces = received = 0
        async with connect(f"{self._url}/v1/audio/speech", **_LIMIT) as socket:
            await socket.send(_written("input_text_buffer.append", {"delta": str(count)}))
            while (event := json.loads(await socket.recv()))[
                "event_type"
            ] != "speech.audio.completed":
                pieces += 1
                received += len(b64decode(event["data"]["delta"]))
        return f"{pieces} pieces, {received} bytes"

    def receive_text(self, count: int) -> str:
        """Receive pieces of text."""
        events = characters = 0
        with connect_in_threads(f"{self._url}/v1/chat", **_LIMIT) as socket:
            socket.send(_written("conversation.message.create", {"content": str(count)}))
            while (event := json.loads(socket.recv()))[
                "event_type"
            ] != "conversation.chat.completed":
                events += 1
                characters += len(event["data"]["content"])
        return f"{events} events, {characters} characters"

    async def receive_text_async(self, count: int) -> str:
        """Receive pieces of text."""
        events = characters = 0
        async with connect(f"{self._url}/v1/chat", **_LIMIT) as socket:
            await socket.send(_written("conversation.message.create", {"content": str(count)}))
            while (event := json.loads(await socket.recv()))[
                "event_type"
            ] != "conversation.chat.completed":
                events += 1
                characters += len(event["data"]["content"])
        return f"{events} events, {characters} characters"

    def send_audio(self, count: int) -> str:
        """Send pieces of audio, and wait until the server has counted them."""
        with connect_in_threads(f"{self._url}/v1/audio/transcriptions", **_LIMIT) as socket:
            for _ in range(count):
                delta = b64encode(PIECE).decode()
                socket.send(_written("input_audio_buffer.append", {"delta": delta}))
            socket.send(_written("input_audio_buffer.complete"))
            return json.loads(socket.recv())["data"]["content"]

    async def send_audio_async(self, count: int) -> str:
        """Send pieces of audio, and wait until the server has counted them."""
        async with connect(f"{self._url}/v1/audio/transcriptions", **_LIMIT) as socket:
            for _ in range(count):
                delta = b64encode(PIECE).decode()
                await socket.send(_written("input_audio_buffer.append", {"delta": delta}))
            await socket.send(_written("input_audio_buffer.complete"))
            return json.loads(await socket.recv())["data"]["content"]


def _written(name: str, data: Any = None) -> str:
    return json.dumps({"event_type": name} if data is None else {"event_type": name, "data": data})
