"""This client."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from http import HTTPStatus
from importlib import import_module
from tempfile import TemporaryFile
from time import sleep, time_ns
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from benchmarks.answers import AT_ONCE, FILE, PAGE
from benchmarks.peers._streams import Streams
from benchmarks.talk import PIECE
from coze_client import AsyncCoze, Coze, JWTAuth, callbacks, params

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
_SECRET = "a verify_token"  # noqa: S105  # any will do
_OUTPUTS: list[params.ToolOutput] = [{"tool_call_id": "3", "output": "3"}]


class Peer(Streams):
    """Laps over one client of each kind."""

    def __init__(self, url: str, http: Literal["httpx", "httpx2"] = "httpx") -> None:
        super().__init__()
        self._url = url
        self._client = Coze(token="token", base_url=url, http=http)  # noqa: S106  # any will do
        self._async_client = AsyncCoze(token="token", base_url=url, http=http)  # noqa: S106  # as above

    def list_call(self, count: int) -> str:
        """Ask for the first page again and again."""
        return _seen([self._client.bots.list(**_LIST, page_num=1) for _ in range(count)])

    async def list_call_async(self, count: int) -> str:
        """Ask for the first page again and again."""
        return _seen([await self._first_page() for _ in range(count)])

    async def queued(self, count: int) -> str:
        """Ask for as many first pages at once."""
        return _seen(await asyncio.gather(*(self._first_page() for _ in range(count))))

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

    def download(self, _: int) -> str:
        """Receive a file."""
        received = 0
        with self._client.audio.speech.create(input="x", voice_id="1") as download:
            for chunk in download.iter_bytes():
                received += len(chunk)
        return f"{received} bytes"

    def upload(self, _: int) -> str:
        """Send a file."""
        with TemporaryFile() as file:
            file.truncate(FILE)
            return f"{self._client.files.upload(file=file).bytes} bytes"

    def wait(self, count: int) -> str:
        """Chat, and wait for the answer, which is there at the first poll, half a second later."""
        for _ in range(count):
            self._client.chat.create_and_poll(bot_id="1", user_id="1")
        return f"{count} done"

    def wait_by_hand(self, count: int) -> str:
        """Make the calls that this takes."""
        for _ in range(count):
            sleep(0.5)  # wakes a processor as cold as the other one
            chat = self._client.chat.create(bot_id="1", user_id="1")
            chat = self._client.chat.retrieve(conversation_id="1", chat_id=chat.id)
            self._client.chat.messages.list(conversation_id="1", chat_id=chat.id)
        return f"{count} done"

    def tools(self, count: int) -> str:
        """Chat with a bot that asks for a tool each time."""
        for _ in range(count):
            with self._client.chat.run(bot_id="1", user_id="1", tools={"add": _add}) as stream:
                for _ in stream:
                    pass
        return f"{count} done"

    def tools_by_hand(self, count: int) -> str:
        """Make the calls that this takes."""
        chat = self._client.chat
        for _ in range(count):
            with chat.stream(bot_id="1", user_id="1") as stream:
                for _ in stream:
                    pass
            with chat.stream_submit_tool_outputs(
                conversation_id="1", chat_id="2", tool_outputs=_OUTPUTS
            ) as stream:
                for _ in stream:
                    pass
        return f"{count} done"

    def callback(self, count: int) -> str:
        """Receive callbacks, each another one."""
        receiver = callbacks.Receiver(_SECRET)
        for number in range(count):
            body = _callback(number)
            now = str(time_ns() // 1_000_000)
            headers = {
                "x-coze-signature": callbacks.signature(now, "nonce", _SECRET, body),
                "x-coze-timestamp": now,
                "x-coze-nonce": "nonce",
            }
            answer = receiver.receive(headers, body, _ignore)
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(answer.body)
        return f"{count} done"

    async def renewal(self, count: int) -> str:
        """Ask for first pages, fifty at once, each fifty of them with a new login."""
        pages: list[AsyncPage[BotSummary]] = []
        for _ in range(count // AT_ONCE):
            auth = JWTAuth(client_id="1", public_key_id="1", private_key=_key(), base_url=self._url)
            client = self._async_client.with_options(auth=auth)
            calls = (client.bots.list(**_LIST, page_num=1) for _ in range(AT_ONCE))
            pages += await asyncio.gather(*calls)
        return _seen(pages)

    def _read(self) -> tuple[int, int]:
        events = characters = 0
        self.watch.start()
        with self._client.chat.stream(bot_id="1", user_id="1") as stream:
            for event in stream:
                if event.event == "conversation.message.delta":
                    events += 1
                    characters += len(event.data.content or "")
                    if events == 1:
                        self.watch.stop()
        return events, characters

    async def _read_async(self) -> tuple[int, int]:
        events = characters = 0
        self.watch.start()
        async with self._async_client.chat.stream(bot_id="1", user_id="1") as stream:
            async for event in stream:
                if event.event == "conversation.message.delta":
                    events += 1
                    characters += len(event.data.content or "")
                    if events == 1:
                        self.watch.stop()
        return events, characters

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


def _add() -> int:
    """Add."""
    return 3


def _ignore(_: object) -> None:
    pass


def _callback(number: int) -> bytes:
    header = {"event_type": "bot.published", "event_id": str(number)}
    event = {"bot_id_str": "7493066380997000000", "bot_name": "Weather"}
    return json.dumps({"header": header, "event": event}).encode()


@cache
def _key() -> str:
    made: Any = import_module("joserfc.jwk").RSAKey.generate_key(2048)
    return made.as_pem(private=True).decode()
