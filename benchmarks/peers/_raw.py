"""Laps written by hand over httpx or httpx2, for any way of decoding."""

from __future__ import annotations

import asyncio
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from benchmarks.answers import AT_ONCE, FILE, PAGE
from benchmarks.peers._streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADERS = {"Authorization": "Bearer token"}
_CHAT = {"bot_id": "1", "user_id": "1", "stream": True}
_DELTA = b"event:conversation.message.delta"


class RawPeer(Streams):
    """Laps over one client of each kind.

    Args:
        httpx: The package: httpx or httpx2.
        url: Where the server answers.
        items: Checks and decodes a page.
        message: Decodes the data of an event.
        field: Makes what takes a field out of what was decoded.
    """

    def __init__(
        self,
        httpx: Any,
        url: str,
        items: Callable[[bytes], list[Any]],
        message: Callable[[bytes], Any],
        field: Callable[[str], Callable[[Any], str]],
    ) -> None:
        super().__init__()
        self._client = httpx.Client(base_url=url, headers=_HEADERS, timeout=60)
        self._async_client = httpx.AsyncClient(base_url=url, headers=_HEADERS, timeout=60)
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

    async def queued(self, count: int) -> str:
        """Ask for as many first pages at once, a hundred at a time."""
        queue = asyncio.Semaphore(100)

        async def page() -> list[Any]:
            async with queue:
                return await self._async_page(1)

        pages: list[list[Any]] = await asyncio.gather(*(page() for _ in range(count)))
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

    def download(self, _: int) -> str:
        """Receive a file."""
        received = 0
        with self._client.stream("POST", "/v1/audio/speech", json={"input": "x"}) as response:
            for chunk in response.raise_for_status().iter_bytes():
                received += len(chunk)
        return f"{received} bytes"

    def upload(self, _: int) -> str:
        """Send a file."""
        with TemporaryFile() as file:
            file.truncate(FILE)
            response = self._client.post("/v1/files/upload", files={"file": file})
        return f"{response.raise_for_status().json()['data']['bytes']} bytes"

    def _read(self) -> tuple[int, int]:
        """Read the stream; lines and events are taken to be as this server writes them."""
        message, content = self._message, self._content
        events = characters = 0
        rest = b""
        self.watch.start()
        with self._client.stream("POST", "/v3/chat", json=_CHAT) as response:
            for chunk in response.raise_for_status().iter_bytes():
                *blocks, rest = (rest + chunk).split(b"\n\n")
                for block in blocks:
                    event, data = block.split(b"\n")
                    if event == _DELTA:
                        events += 1
                        characters += len(content(message(data[5:])))
                        if events == 1:
                            self.watch.stop()
        return events, characters

    async def _read_async(self) -> tuple[int, int]:
        """As `_read`."""
        message, content = self._message, self._content
        events = characters = 0
        rest = b""
        self.watch.start()
        async with self._async_client.stream("POST", "/v3/chat", json=_CHAT) as response:
            async for chunk in response.raise_for_status().aiter_bytes():
                *blocks, rest = (rest + chunk).split(b"\n\n")
                for block in blocks:
                    event, data = block.split(b"\n")
                    if event == _DELTA:
                        events += 1
                        characters += len(content(message(data[5:])))
                        if events == 1:
                            self.watch.stop()
        return events, characters

    def _page(self, number: int) -> list[Any]:
        query = {"workspace_id": "1", "page_num": number, "page_size": PAGE}
        response = self._client.get("/v1/bots", params=query)
        return self._items(response.raise_for_status().content)

    async def _async_page(self, number: int) -> list[Any]:
        query = {"workspace_id": "1", "page_num": number, "page_size": PAGE}
        response = await self._async_client.get("/v1/bots", params=query)
        return self._items(response.raise_for_status().content)
