"""What openapi-python-client makes of our corrected document by itself; it knows no streams."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.answers import AT_ONCE, PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

_package: Any = import_module("stock_client")
_bots_list: Any = import_module("stock_client.api.default.bots_list")


class Peer:
    """Laps over one client, which is sync and async in one."""

    def __init__(self, url: str) -> None:
        self._client = _package.AuthenticatedClient(base_url=url, token="token")  # noqa: S106  # any will do

    def list_call(self, count: int) -> str:
        """Ask for the first page again and again."""
        return _seen([self._page(1) for _ in range(count)])

    async def list_call_async(self, count: int) -> str:
        """Ask for the first page again and again."""
        return _seen([await self._async_page(1) for _ in range(count)])

    async def at_once(self, count: int) -> str:
        """Ask for many first pages at once."""
        pages: list[list[Any]] = []
        for _ in range(count // AT_ONCE):
            pages += await asyncio.gather(*(self._async_page(1) for _ in range(AT_ONCE)))
        return _seen(pages)

    def paging(self, count: int) -> str:
        """Go through all pages."""
        seen, number, name = 0, 1, ""
        while seen < count:
            for item in self._page(number):
                seen += 1
                name = item.name
            number += 1
        return f"{seen} items, last {name}"

    async def paging_async(self, count: int) -> str:
        """Go through all pages."""
        seen, number, name = 0, 1, ""
        while seen < count:
            for item in await self._async_page(number):
                seen += 1
                name = item.name
            number += 1
        return f"{seen} items, last {name}"

    def decoder(self, operation: str) -> Callable[[bytes], object]:
        """Return what decodes a response."""
        words = operation.replace("_", ".").split(".")
        name = "".join(map(str.capitalize, words)) + "Response"
        response: Any = getattr(import_module("stock_client.models"), name)
        return lambda body: response.from_dict(json.loads(body)).data

    def _page(self, number: int) -> list[Any]:
        answer = _bots_list.sync(
            client=self._client, workspace_id="1", page_num=number, page_size=PAGE
        )
        return answer.data.items

    async def _async_page(self, number: int) -> list[Any]:
        answer = await _bots_list.asyncio(
            client=self._client, workspace_id="1", page_num=number, page_size=PAGE
        )
        return answer.data.items


def _seen(pages: list[list[Any]]) -> str:
    return f"{sum(map(len, pages))} items, last {pages[-1][-1].name}"
