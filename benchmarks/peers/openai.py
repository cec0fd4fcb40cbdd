"""The client of OpenAI over the same streams, with a model of a message of its kind."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers._streams import Streams

_sdk: Any = import_module("openai")
_types: Any = import_module("openai._models")
_CHAT = {"bot_id": "1", "user_id": "1", "stream": True}


class _Message(_types.BaseModel):
    id: str | None = None
    conversation_id: str | None = None
    bot_id: str | None = None
    chat_id: str | None = None
    role: str | None = None
    type: str | None = None
    content: str | None = None
    content_type: str | None = None


class Peer(Streams):
    """Laps over one client of each kind; it has other calls than streams, but not of this API."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._client = _sdk.OpenAI(api_key="token", base_url=url)
        self._async_client = _sdk.AsyncOpenAI(api_key="token", base_url=url)

    def _read(self) -> tuple[int, int]:
        events = characters = 0
        self.watch.start()
        with self._client.post(
            "/v3/chat",
            cast_to=_Message,
            body=_CHAT,
            stream=True,
            stream_cls=_sdk.Stream[_Message],
        ) as stream:
            for message in stream:
                if isinstance(message, _Message):  # the last event is a text
                    events += 1
                    characters += len(message.content or "")
                    if events == 1:
                        self.watch.stop()
        return events, characters

    async def _read_async(self) -> tuple[int, int]:
        events = characters = 0
        self.watch.start()
        async with await self._async_client.post(
            "/v3/chat",
            cast_to=_Message,
            body=_CHAT,
            stream=True,
            stream_cls=_sdk.AsyncStream[_Message],
        ) as stream:
            async for message in stream:
                if isinstance(message, _Message):
                    events += 1
                    characters += len(message.content or "")
                    if events == 1:
                        self.watch.stop()
        return events, characters
