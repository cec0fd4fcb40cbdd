from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from coze_core._pages import AsyncPage
from coze_core._paging import PageRequest
from coze_core._response import response_of
from tests.core.page_servers import (
    NUMBERS,
    NumberServer,
    TokenServer,
)

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.page_servers import Arguments


def test_a_page_tells_what_it_is() -> None:
    server = NumberServer(25)
    page = server.first_page(page_size=10)
    assert page.items == list(range(10))
    assert (page.total, page.has_more) == (25, True)
    assert page.data == server.page({"page_size": 10})
    assert response_of(page).logid == "log-1"
    assert repr(page) == "<Page things.list: 10 items of 25, has_more=True>"
    uncounted = NumberServer(3, total="missing").first_page()
    assert repr(uncounted) == "<Page things.list: 3 items, has_more=False>"
    second = page.next_page()
    assert second is not None
    assert second.items == list(range(10, 20))
    assert response_of(second).logid == "log-2"
    assert [len(each.items) for each in page.iter_pages()] == [10, 10, 5]
    assert [len(each.items) for each in second.iter_pages()] == [10, 5]


def test_pages_are_asked_for_when_their_first_item_is_wanted(run: Runner) -> None:
    server = NumberServer(25)
    things = run.iter(server.first_page() if run.portal is None else server.async_pages())
    assert [run.next(things) for _ in range(10)] == list(range(10))
    assert len(server.asked) == 1
    run.next(things)
    assert len(server.asked) == 2


def test_a_page_keeps_the_other_arguments_as_they_were() -> None:
    server = NumberServer(25)
    given_arguments = {"keyword": "x", "page_size": 10, "folder": None}
    list(server.first_page(**given_arguments))
    assert server.asked[2] == given_arguments | {"page_num": 3}
    assert given_arguments == {"keyword": "x", "page_size": 10, "folder": None}


def test_the_next_page_can_be_asked_for_again() -> None:
    server = TokenServer({None: ([1], "a", True), "a": ([2], None, False)})
    page = server.first_page()
    for _ in range(2):
        again = page.next_page()
        assert again is not None
        assert again.items == [2]


def test_a_strategy_needs_nothing_but_data() -> None:
    step = NUMBERS.following(PageRequest({"page_num": 4}), SimpleNamespace(has_more=True), [1])
    assert step is not None
    assert step.arguments == {"page_num": 5}


def test_a_list_can_be_run_and_made_a_task_and_cancelled() -> None:
    server = NumberServer(25)
    assert asyncio.run(server.async_pages()).items == list(range(10))

    async def tasks() -> list[AsyncPage[Any]]:
        cancelled = asyncio.create_task(server.async_pages())
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        async with asyncio.TaskGroup() as group:
            made = [group.create_task(server.async_pages(page_num=page)) for page in (1, 2)]
        return [task.result() for task in made]

    assert [page.items[0] for page in asyncio.run(tasks())] == [0, 10]
    assert len(server.asked) == 3


def test_an_error_reaches_the_task_of_a_list() -> None:
    class Refusing(NumberServer):
        def page(self, arguments: Arguments) -> Any:
            raise TimeoutError(arguments)

    with pytest.raises(TimeoutError):
        asyncio.run(Refusing(1).async_pages())


@pytest.mark.anyio
class TestAsync:
    async def test_nothing_is_sent_until_it_is_awaited_or_iterated_over(self) -> None:
        server = NumberServer(25)
        pages = server.async_pages(page_size=10)
        assert server.asked == []
        assert repr(pages) == "<AsyncPages things.list: to be awaited or iterated over>"
        page = await pages
        assert isinstance(page, AsyncPage)
        assert (len(page.items), page.total, page.has_more) == (10, 25, True)
        assert response_of(page).logid == "log-1"
        assert [thing async for thing in pages] == list(range(25))
        assert len(server.asked) == 4
        assert (await pages).items == page.items

    async def test_the_pages_are_the_same_as_sync(self) -> None:
        page = await NumberServer(25).async_pages()
        assert [len(each.items) async for each in page.iter_pages()] == [10, 10, 5]
        assert [thing async for thing in page] == list(range(25))
        second = await page.next_page()
        assert second is not None
        assert repr(second) == "<AsyncPage things.list: 10 items of 25, has_more=True>"
        assert [thing async for thing in second] == list(range(10, 25))

    async def test_an_iterator_goes_on_where_it_was_left(self) -> None:
        things = aiter(NumberServer(25).async_pages())
        assert [await anext(things) for _ in range(3)] == [0, 1, 2]
        assert [thing async for thing in things] == list(range(3, 25))
        page = await NumberServer(25).async_pages()
        pages = page.iter_pages()
        assert (await anext(pages)).items == list(range(10))
        assert [len(each.items) async for each in pages] == [10, 5]

    async def test_an_empty_collection_has_no_items(self) -> None:
        assert [thing async for thing in NumberServer(0).async_pages()] == []

    async def test_iteration_goes_on_after_an_error(self) -> None:
        class Shaky(NumberServer):
            def page(self, arguments: Arguments) -> Any:
                if len(self.asked) == 2:
                    raise TimeoutError
                return super().page(arguments)

        things = aiter(Shaky(15).async_pages())
        for _ in range(10):
            await anext(things)
        with pytest.raises(TimeoutError):
            await anext(things)
        assert await anext(things) == 10
