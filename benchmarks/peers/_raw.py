"""Laps written by hand over httpx, for any way of decoding."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from benchmarks.answers import AT_ONCE, PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADERS = {"Authorization": "Bearer token"}
_CHAT = {"bot_id": "1", "user_id": "1", "stream": True}
_DELTA = b"event:conversation.message.delta"


class RawPeer:
    """Laps over one httpx client of each kind.

    Args:
        url: Where the server answers.
        items: Checks and decodes a page.
        message: Decodes the data of an event.
        field: Makes what takes a field out of what was decoded.
    """

    def __init__(
        self,
        url: str,
        items: Callable[[bytes], list[Any]],
        message: Callable[[bytes], Any],
        field: Callable[[str], Callable[[Any], str]],
    ) -> None:
        self._client = httpx.Client(base_url=url, headers=_HEADERS)
        self._async_client = httpx.AsyncClient(base_url=url, headers=_HEADERS)
        self._items = items
        self._message = message
        self._name = field("name")
        self._content = field("content")

    def list_call(self, count: int) -> str:
        """Ask for the first page again and again."""
        pages = [self._page(1) for _ in range(count)]
        return f"{sum(map(len, pages))} items, last {self._name(pages[-1][-1])}"

    async def list_call_async(self, count: int) -> str:
        """Ask for the first page again and again."""
        pages = [await self._async_page(1) for _ in range(count)]
        return f"{sum(map(len, pages))} items, last {self._name(pages[-1][-1])}"

    async def at_once(self, count: int) -> str:
        """Ask for many first pages at once."""
        pages: list[list[Any]] = []
        for _ in range(count // AT_ONCE):
            pages += await asyncio.gather(*(self._async_page(1) for _ in range(AT_ONCE)))
        return f"{sum(map(len, pages))} items, last {self._name(pages[-1][-1])}"

    def paging(self, count: int) -> str:
        """Go through all pages."""
        seen, number, name = 0, 1, ""
        while seen < count:
            for item in self._page(number):
                seen += 1
                name = self._name(item)
            number += 1
        return f"{seen} items, last {name}"

    async def paging_async(self, count: int) -> str:
        """Go through all pages."""
        seen, number, name = 0, 1, ""
        while seen < count:
            for item in await self._async_page(number):
                seen += 1
                name = self._name(item)
            number += 1
        return f"{seen} items, last {name}"

    def stream(self, _: int) -> str:
        """Read the stream; lines and events are taken to be as this server writes them."""
        message, content = self._message, self._content
        events = characters = 0
        rest = b""
        with self._client.stream("POST", "/v3/chat", json=_CHAT) as response:
            for chunk in response.raise_for_status().iter_bytes():
                *blocks, rest = (rest + chunk).split(b"\n\n")
                for block in blocks:
                    event, data = block.split(b"\n")
                    if event == _DELTA:
                        events += 1
                        characters += len(content(message(data[5:])))
        return f"{events} events, {characters} characters"

    async def stream_async(self, _: int) -> str:
        """Read the stream; lines and events are taken to be as this server writes them."""
        message, content = self._message, self._content
        events = characters = 0
        rest = b""
        async with self._async_client.stream("POST", "/v3/chat", json=_CHAT) as response:
            async for chunk in response.raise_for_status().aiter_bytes():
                *blocks, rest = (rest + chunk).split(b"\n\n")
                for block in blocks:
                    event, data = block.split(b"\n")
                    if event == _DELTA:
                        events += 1
                        characters += len(content(message(data[5:])))
        return f"{events} events, {characters} characters"

    def _page(self, number: int) -> list[Any]:
        query = {"workspace_id": "1", "page_num": number, "page_size": PAGE}
        response = self._client.get("/v1/bots", params=query)
        return self._items(response.raise_for_status().content)

    async def _async_page(self, number: int) -> list[Any]:
        query = {"workspace_id": "1", "page_num": number, "page_size": PAGE}
        response = await self._async_client.get("/v1/bots", params=query)
        return self._items(response.raise_for_status().content)
