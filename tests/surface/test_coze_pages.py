"""Lists of Coze, page by page, through both clients and in the face of a moving collection."""

from __future__ import annotations

import json
from importlib.resources import files
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_client import AsyncCoze, Coze
from coze_sandbox import Scenario
from tests.client.calls import at, call_of
from tests.core.page_servers import TOKENS, Server, WindowServer
from tests.fuzz.effort import fuzzed

if TYPE_CHECKING:
    from coze_sandbox import Sandbox
    from tests.core.page_servers import Arguments

MANIFEST: dict[str, Any] = json.loads(
    files("coze_api").joinpath("manifest.json").read_text("utf-8")
)
LISTS = [path for path, entry in MANIFEST["surface"]["methods"].items() if entry["kind"] == "list"]


def arguments_of(path: str) -> dict[str, Any]:
    """Return what a list is asked with: a page of twenty items, where a request can say so."""
    call = call_of(path)
    size = call.operation["x-client-pagination"]["size"]
    return call.arguments | {size: 20}


def pages_of(url: str, path: str, arguments: dict[str, Any]) -> list[list[Any]]:
    with Coze("token", base_url=url) as coze:
        page = at(coze, path)(**arguments)
        pages = [each.items for each in page.iter_pages()]
        assert list(page) == [item for items in pages for item in items]
        return pages


async def apages_of(url: str, path: str, arguments: dict[str, Any]) -> list[list[Any]]:
    async with AsyncCoze("token", base_url=url) as coze:
        method = at(coze, path)
        pages = [each.items async for each in (await method(**arguments)).iter_pages()]
        assert [item async for item in method(**arguments)] == [
            item for items in pages for item in items
        ]
        return pages


@pytest.mark.parametrize("path", LISTS)
def test_both_clients_read_the_same_pages(coze_sandbox: Sandbox, path: str) -> None:
    coze_sandbox.scenario(Scenario(page_cap=7))
    arguments = arguments_of(path)
    pages = pages_of(coze_sandbox.url, path, arguments)
    asked = [(request.query, request.body) for request in coze_sandbox.requests[: len(pages)]]
    assert len({str(one) for one in asked}) == len(pages)
    assert pages == anyio.run(apages_of, coze_sandbox.url, path, arguments)
    assert all(len(items) <= 7 for items in pages)
    assert sum(map(len, pages)) > 0


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "scenario",
    [Scenario(always_has_more=True), Scenario(repeat_token=True, always_has_more=True)],
    ids=["has_more", "token"],
)
def test_a_list_ends_whatever_its_pages_claim(
    coze_sandbox: Sandbox, path: str, scenario: Scenario
) -> None:
    arguments = arguments_of(path)
    right = pages_of(coze_sandbox.url, path, arguments)
    coze_sandbox.reset()
    coze_sandbox.scenario(scenario)
    claimed = pages_of(coze_sandbox.url, path, arguments)
    assert {str(item) for items in claimed for item in items} <= {
        str(item) for items in right for item in items
    }
    assert len(coze_sandbox.requests) < 30


class MovingTokenServer(Server):
    """Pages that begin after the item that the token names, in a list that grows in between."""

    paging = TOKENS

    def __init__(self, count: int, *, cap: int, inserted: list[int]) -> None:
        super().__init__()
        self.things = list(range(1, count + 1))
        self.cap = cap
        self.inserted = inserted

    def page(self, arguments: Arguments) -> Any:
        if len(self.asked) > 1 and self.inserted:
            place = self.inserted.pop() % (len(self.things) + 1)
            self.things.insert(place, -len(self.asked))
        token = arguments.get("page_token")
        start = self.things.index(int(token)) + 1 if token else 0
        items = self.things[start : start + self.cap]
        more = start + self.cap < len(self.things)
        return SimpleNamespace(items=items, next=str(items[-1]) if items else "", has_more=more)


class MovingWindowServer(WindowServer):
    """Windows of a list that grows at its end while it is read."""

    def __init__(self, count: int, *, cap: int, grown: list[int]) -> None:
        super().__init__(count, cap=cap)
        self.grown = grown

    def page(self, arguments: Arguments) -> Any:
        if len(self.asked) > 1 and self.grown:
            more = range(len(self.things) + 1, len(self.things) + 1 + self.grown.pop())
            self.things += map(str, more)
        return super().page(arguments)


counts = st.lists(st.integers(0, 30), max_size=20)


@given(st.integers(0, 40), st.integers(1, 12), counts)
@fuzzed(40)
def test_what_is_inserted_between_tokens_hides_and_repeats_nothing(
    count: int, cap: int, inserted: list[int]
) -> None:
    server = MovingTokenServer(count, cap=cap, inserted=inserted)
    things = list(server.first_page())
    assert set(range(1, count + 1)) <= set(things)
    assert len(things) == len(set(things))


@given(st.integers(0, 40), st.integers(1, 12), counts, st.integers(0, 40))
@fuzzed(40)
def test_what_is_added_while_windows_are_read_hides_and_repeats_nothing(
    count: int, cap: int, grown: list[int], before: int
) -> None:
    server = MovingWindowServer(count, cap=cap, grown=[number % 9 for number in grown])
    backwards = 0 < before <= count
    limits = {"before_id": str(before)} if backwards else {}
    things = list(server.first_page(**limits))
    due = range(1, before if backwards else count + 1)
    assert set(map(str, due)) <= set(things)
    assert len(things) == len(set(things))
