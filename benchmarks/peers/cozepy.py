"""The official SDK, which only the environment of the benchmarks has."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.answers import AT_ONCE, PAGE
from benchmarks.peers._streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable

_sdk: Any = import_module("cozepy")
_LIST = {"space_id": "1", "use_api_version": 2}  # the endpoint that the others ask too
_DELTA = _sdk.ChatEventType.CONVERSATION_MESSAGE_DELTA


class Peer(Streams):
    """Laps over one client of each kind."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._client = _sdk.Coze(auth=_sdk.TokenAuth("token"), base_url=url)
        self._async_client = _sdk.AsyncCoze(auth=_sdk.AsyncTokenAuth("token"), base_url=url)

    def list_call(self, count: int) -> str:
        """Ask for the first page again and again."""
        return _seen([self._client.bots.list(**_LIST) for _ in range(count)])

    async def list_call_async(self, count: int) -> str:
        """Ask for the first page again and again."""
        return _seen([await self._async_client.bots.list(**_LIST) for _ in range(count)])

    async def at_once(self, count: int) -> str:
        """Ask for many first pages at once."""
        pages: list[Any] = []
        for _ in range(count // AT_ONCE):
            calls = (self._async_client.bots.list(**_LIST) for _ in range(AT_ONCE))
            pages += await asyncio.gather(*calls)
        return _seen(pages)

    def paging(self, _: int) -> str:
        """Go through all pages."""
        seen, name = 0, None
        for item in self._client.bots.list(**_LIST, page_size=PAGE):
            seen += 1
            name = item.name
        return f"{seen} items, last {name}"

    async def paging_async(self, _: int) -> str:
        """Go through all pages."""
        seen, name = 0, None
        async for item in await self._async_client.bots.list(**_LIST, page_size=PAGE):
            seen += 1
            name = item.name
        return f"{seen} items, last {name}"

    def _read(self) -> tuple[int, int]:
        events = characters = 0
        self.watch.start()
        for event in self._client.chat.stream(bot_id="1", user_id="1"):
            if event.event == _DELTA:
                events += 1
                characters += len(event.message.content)
                if events == 1:
                    self.watch.stop()
        return events, characters

    async def _read_async(self) -> tuple[int, int]:
        events = characters = 0
        self.watch.start()
        async for event in self._async_client.chat.stream(bot_id="1", user_id="1"):
            if event.event == _DELTA:
                events += 1
                characters += len(event.message.content)
                if events == 1:
                    self.watch.stop()
        return events, characters

    def decoder(self, operation: str) -> Callable[[bytes], object] | None:
        """Return what decodes a response; it has no plugins."""
        if operation != "bots.list":
            return None
        data: Any = vars(import_module("cozepy.bots"))["_PrivateListBotsDataV2"]
        return lambda body: data(**json.loads(body)["data"])


def _seen(pages: list[Any]) -> str:
    return f"{sum(len(page.items) for page in pages)} items, last {pages[-1].items[-1].name}"
