"""This client."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from benchmarks.answers import AT_ONCE, PAGE
from benchmarks.talk import PIECE
from coze_client import AsyncCoze, Coze

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coze_api.models import BotSummary
    from coze_client import AsyncPage, Page, events


class _List(TypedDict):
    workspace_id: str
    page_size: int


_LIST: _List = {"workspace_id": "1", "page_size": PAGE}


class _Message(TypedDict):
    role: Literal["user"]
    content_type: Literal["text"]


_MESSAGE: _Message = {"role": "user", "content_type": "text"}


class Peer:
    """Laps over one client of each kind."""

    def __init__(self, url: str) -> None:
        self._client = Coze(token="token", base_url=url)  # noqa: S106  # any will do
        self._async_client = AsyncCoze(token="token", base_url=url)  # noqa: S106  # as above

    def list_call(self, count: int) -> str:
        """Ask for the first page again and again."""
        return _seen([self._client.bots.list(**_LIST, page_num=1) for _ in range(count)])

    async def list_call_async(self, count: int) -> str:
        """Ask for the first page again and again."""
        return _seen([await self._first_page() for _ in range(count)])

    async def at_once(self, count: int) -> str:
        """Ask for many first pages at once."""
        pages: list[AsyncPage[BotSummary]] = []
        for _ in range(count // AT_ONCE):
            pages += await asyncio.gather(*(self._first_page() for _ in range(AT_ONCE)))
        return _seen(pages)

    def paging(self, _: int) -> str:
        """Go through all pages."""
        seen, name = 0, None
        for item in self._client.bots.list(**_LIST):
            seen += 1
            name = item.name
        return f"{seen} items, last {name}"

    async def paging_async(self, _: int) -> str:
        """Go through all pages."""
        seen, name = 0, None
        async for item in self._async_client.bots.list(**_LIST):
            seen += 1
            name = item.name
        return f"{seen} items, last {name}"

    def stream(self, _: int) -> str:
        """Read the stream."""
        events = characters = 0
        with self._client.chat.stream(bot_id="1", user_id="1") as stream:
            for event in stream:
                if event.event == "conversation.message.delta":
                    events += 1
                    characters += len(event.data.content or "")
        return f"{events} events, {characters} characters"

    async def stream_async(self, _: int) -> str:
        """Read the stream."""
        events = characters = 0
        async with self._async_client.chat.stream(bot_id="1", user_id="1") as stream:
            async for event in stream:
                if event.event == "conversation.message.delta":
                    events += 1
                    characters += len(event.data.content or "")
        return f"{events} events, {characters} characters"

    def receive_audio(self, count: int) -> str:
        """Receive pieces of audio."""
        pieces = received = 0
        with self._client.websockets.audio.speech.create() as socket:
            socket.input_text_buffer.append(delta=str(count))
            for event in socket.turn():
                if event.event_type == "speech.audio.update":
                    pieces += 1
                    received += len(event.data.delta)
        return f"{pieces} pieces, {received} bytes"

    async def receive_audio_async(self, count: int) -> str:
        """Receive pieces of audio."""
        pieces = received = 0
        async with self._async_client.websockets.audio.speech.create() as socket:
            await socket.input_text_buffer.append(delta=str(count))
            async for event in socket.turn():
                if event.event_type == "speech.audio.update":
                    pieces += 1
                    received += len(event.data.delta)
        return f"{pieces} pieces, {received} bytes"

    def receive_text(self, count: int) -> str:
        """Receive pieces of text."""
        events = characters = 0
        with self._client.websockets.chat.create(bot_id="1") as socket:
            socket.conversation.message.create(**_MESSAGE, content=str(count))
            for event in socket.turn():
                if event.event_type == "conversation.message.delta":
                    events += 1
                    characters += len(event.data.content or "")
        return f"{events} events, {characters} characters"

    async def receive_text_async(self, count: int) -> str:
        """Receive pieces of text."""
        events = characters = 0
        async with self._async_client.websockets.chat.create(bot_id="1") as socket:
            await socket.conversation.message.create(**_MESSAGE, content=str(count))
            async for event in socket.turn():
                if event.event_type == "conversation.message.delta":
                    events += 1
                    characters += len(event.data.content or "")
        return f"{events} events, {characters} characters"

    def send_audio(self, count: int) -> str:
        """Send pieces of audio, and wait until the server has counted them."""
        with self._client.websockets.audio.transcriptions.create() as socket:
            for _ in range(count):
                socket.input_audio_buffer.append(delta=PIECE)
            socket.input_audio_buffer.complete()
            return "".join(_text(event) for event in socket.turn())

    async def send_audio_async(self, count: int) -> str:
        """Send pieces of audio, and wait until the server has counted them."""
        async with self._async_client.websockets.audio.transcriptions.create() as socket:
            for _ in range(count):
                await socket.input_audio_buffer.append(delta=PIECE)
            await socket.input_audio_buffer.complete()
            return "".join([_text(event) async for event in socket.turn()])

    def decoder(self, operation: str) -> Callable[[bytes], object]:
        """Return what decodes a response: the part of a call that has no more to do with HTTP."""
        resource, _, method = operation.rpartition(".")
        module: Any = import_module(f"coze_api.resources.{resource.replace('.', '_')}")
        decode = getattr(module, f"_{method.upper()}").decoder.decode
        return lambda body: decode(body).value

    async def _first_page(self) -> AsyncPage[BotSummary]:
        return await self._async_client.bots.list(**_LIST, page_num=1)


def _text(event: events.TranscriptionsSocketEvent) -> str:
    return event.data.content if event.event_type == "transcriptions.message.update" else ""


def _seen(pages: Sequence[Page[BotSummary] | AsyncPage[BotSummary]]) -> str:
    return f"{sum(len(page.items) for page in pages)} items, last {pages[-1].items[-1].name}"
