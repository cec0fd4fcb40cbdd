"""What holds for every list, however its server pages, and through both clients."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import anyio
from hypothesis import given
from hypothesis import strategies as st

from tests.core.page_servers import NumberServer, TokenServer, WindowServer
from tests.fuzz.effort import fuzzed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.page_servers import Server

MARKS = [None, "", 0, "a", "b", "c"]
NUMBERED = st.builds(
    partial,
    st.just(NumberServer),
    st.integers(0, 40),
    cap=st.integers(1, 12),
    total=st.sampled_from(["right", "missing", "zero", "less", "more", "text"]),
    has_more=st.sampled_from(["right", "missing", "always", "never", "text"]),
    repeats_last=st.booleans(),
    inserted=st.lists(st.integers(0, 11), max_size=6).map(tuple),
)
MARKED = st.builds(
    partial,
    st.just(TokenServer),
    st.fixed_dictionaries(
        {
            mark: st.tuples(
                st.none() | st.lists(st.integers(0, 9), max_size=3),
                st.sampled_from(MARKS),
                st.sampled_from([None, True, False, "true", "false"]),
            )
            for mark in MARKS
        }
    ),
)
WINDOWED = st.builds(
    partial,
    st.just(WindowServer),
    st.integers(0, 40),
    cap=st.integers(1, 12),
    has_more=st.sampled_from(["right", "missing", "always", "never"]),
)
SERVERS: st.SearchStrategy[Callable[[], Server]] = NUMBERED | MARKED | WINDOWED


async def items_of(server: Server, most: int | None = None) -> list[Any]:
    """Return the items that ``async for`` gives, up to a number of them."""
    items: list[Any] = []
    if most == 0:
        return items
    async for item in server.async_pages():
        items.append(item)
        if len(items) == most:
            break
    return items


async def pages_of(server: Server, *, one_by_one: bool) -> list[Any]:
    page = await server.async_pages()
    if not one_by_one:
        return [(each.items, each.total, each.has_more) async for each in page.iter_pages()]
    pages = []
    while page is not None:
        pages.append((page.items, page.total, page.has_more))
        page = await page.next_page()
    return pages


@given(SERVERS)
@fuzzed(60)
def test_all_that_the_server_gave_comes_once_and_in_its_order(make: Callable[[], Server]) -> None:
    server = make()
    items = list(server.first_page())
    assert items == [item for page in server.given for item in page]


@given(SERVERS)
@fuzzed(60)
def test_no_request_is_made_twice(make: Callable[[], Server]) -> None:
    server = make()
    for _ in server.first_page():
        pass
    asked = [sorted((arguments or {}).items(), key=str) for arguments in server.asked]
    assert all(one not in asked[:place] for place, one in enumerate(asked))


@given(SERVERS)
@fuzzed(40)
def test_every_way_through_the_pages_is_the_same_one(make: Callable[[], Server]) -> None:
    servers = [make() for _ in range(5)]
    one, two, three, four, five = servers
    items = list(one.first_page())
    pages = [(page.items, page.total, page.has_more) for page in two.first_page().iter_pages()]
    assert [item for page, _, _ in pages for item in page] == items
    assert anyio.run(items_of, three) == items
    assert anyio.run(partial(pages_of, one_by_one=False), four) == pages
    assert anyio.run(partial(pages_of, one_by_one=True), five) == pages
    assert all(server.asked == one.asked for server in servers)


@given(SERVERS, st.integers(0, 60))
@fuzzed(40)
def test_no_page_is_asked_for_before_its_first_item_is_wanted(
    make: Callable[[], Server], wanted: int
) -> None:
    one, other, whole = make(), make(), make()
    items = list(islice(one.first_page(), wanted))
    assert anyio.run(items_of, other, wanted) == items
    if len(items) < wanted:  # all of them: the end was looked for
        return
    for _ in whole.first_page():
        pass
    needed, seen = 0, 0
    while seen < wanted:
        seen += len(whole.given[needed])
        needed += 1
    assert len(one.asked) == max(needed, 1)
    assert len(other.asked) == needed
