"""Servers without a network that page, each in its way, well or badly."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Literal

from coze_core._operation import ListOperation
from coze_core._pages import AsyncPages, Page
from coze_core._paging import NumberPaging, PageRequest, Paging, TokenPaging, WindowPaging
from coze_core._response import RequestInfo, ResponseInfo

NUMBERS = NumberPaging(page="page_num", total="total", has_more="has_more")
TOKENS = TokenPaging(token="page_token", next="next", has_more="has_more")
WINDOWS = WindowPaging(
    before="before_id",
    after="after_id",
    first="first_id",
    last="last_id",
    has_more="has_more",
)
MOST_REQUESTS = 200

Arguments = Mapping[str, Any]


class Server:
    """Answers pages, and remembers what it was asked. Its subclasses know how to page."""

    paging: Paging

    def __init__(self) -> None:
        self.asked: list[Arguments] = []
        self.given: list[list[Any]] = []

    def page(self, arguments: Arguments) -> Any:
        raise NotImplementedError

    def fetch(self, arguments: Arguments) -> tuple[Any, ResponseInfo]:
        self.asked.append(arguments)
        assert len(self.asked) < MOST_REQUESTS, "paging goes on for ever"
        response = ResponseInfo(
            status_code=200,
            headers={},
            logid=f"log-{len(self.asked)}",
            body=b"",
            request=RequestInfo("GET", "/things"),
            attempts=1,
            elapsed=0.0,
        )
        data = self.page(arguments)
        items = getattr(data, "items", None)
        self.given.append(items if isinstance(items, list) else [])
        return data, response

    async def afetch(self, arguments: Arguments) -> tuple[Any, ResponseInfo]:
        return self.fetch(arguments)

    def operation(self) -> ListOperation[Any, Any]:
        return ListOperation(
            "things.list",
            "GET",
            "/things",
            result=lambda: object,
            items=lambda data: data.items,
            paging=self.paging,
        )

    def first_page(self, **arguments: object) -> Page[Any]:
        return Page(self.operation(), self.fetch, PageRequest(arguments), self.fetch(arguments))

    def async_pages(self, **arguments: object) -> AsyncPages[Any]:
        return AsyncPages(self.operation(), self.afetch, arguments)


Total = Literal["right", "missing", "zero", "less", "more", "text"]
HasMore = Literal["right", "missing", "always", "never", "text"]


class NumberServer(Server):
    """Pages by number over a list of distinct things."""

    paging = NUMBERS

    def __init__(  # noqa: PLR0913  # all that servers differ in
        self,
        count: int,
        *,
        cap: int = 10,
        total: Total = "right",
        has_more: HasMore = "right",
        repeats_last: bool = False,
        inserted: tuple[int, ...] = (),
    ) -> None:
        super().__init__()
        self.things = list(range(count))
        self.cap = cap
        self.total: Total = total
        self.has_more: HasMore = has_more
        self.repeats_last = repeats_last
        self.inserted = list(inserted)

    def page(self, arguments: Arguments) -> Any:
        if len(self.asked) > 1 and self.inserted:
            more = self.inserted.pop()
            self.things = [-len(self.things) - number for number in range(more)] + self.things
        count = len(self.things)
        size = min(arguments.get("page_size") or self.cap, self.cap)
        last_page = max(1, -(-count // size))
        number = int(arguments.get("page_num") or 1)
        if self.repeats_last:
            number = min(number, last_page)
        end = number * size
        return SimpleNamespace(
            items=self.things[end - size : end] or None,
            total={"zero": 0, "less": count // 2, "more": count + 7, "missing": None}.get(
                self.total, str(count) if self.total == "text" else count
            ),
            has_more={"always": True, "never": False, "missing": None}.get(
                self.has_more, str(end < count) if self.has_more == "text" else end < count
            ),
        )


class TokenServer(Server):
    """Gives the page and the next token that a table says."""

    paging = TOKENS

    def __init__(self, table: Mapping[object, tuple[list[int] | None, object, object]]) -> None:
        super().__init__()
        self.table = table

    def page(self, arguments: Arguments) -> Any:
        items, mark, has_more = self.table[arguments.get("page_token")]
        return SimpleNamespace(items=items, next=mark, has_more=has_more)


class WindowServer(Server):
    """Windows of a list whose ids count from 1, next to an id; an empty id or 0 is none."""

    paging = WINDOWS

    def __init__(self, count: int, *, cap: int = 10, has_more: HasMore = "right") -> None:
        super().__init__()
        self.things = [str(number) for number in range(1, count + 1)]
        self.cap = cap
        self.has_more: HasMore = has_more

    def page(self, arguments: Arguments) -> Any:
        before = int(arguments.get("before_id") or 0) or len(self.things) + 1
        after = int(arguments.get("after_id") or 0)
        size = min(arguments.get("limit") or self.cap, self.cap)
        window = self.things[after : before - 1]
        backwards = before <= len(self.things) and not after
        items = window[-size:] if backwards else window[:size]
        has_more: dict[str, bool | None] = {"missing": None, "always": True, "never": False}
        return SimpleNamespace(
            items=items,
            first_id=items[0] if items else None,
            last_id=items[-1] if items else "0",
            has_more=has_more.get(self.has_more, len(items) < len(window)),
        )
