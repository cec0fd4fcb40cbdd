"""Which pages each strategy asks for, whatever servers answer."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_core._paging import NumberPaging
from tests.core.page_servers import (
    NUMBERS,
    TOKENS,
    WINDOWS,
    NumberServer,
    Server,
    TokenServer,
    WindowServer,
)
from tests.fuzz.effort import fuzzed

if TYPE_CHECKING:
    from coze_core._paging import Paging
    from tests.core.page_servers import Arguments, HasMore, Total


number_servers = st.builds(
    NumberServer,
    st.integers(0, 40),
    cap=st.integers(1, 12),
    total=st.sampled_from(["right", "missing", "zero", "less", "more", "text"]),
    has_more=st.sampled_from(["right", "missing", "always", "never", "text"]),
    repeats_last=st.booleans(),
)


sizes = st.none() | st.integers(1, 20)


@given(number_servers, sizes, st.none() | st.integers(1, 5))
@fuzzed(100)
def test_numbered_pages_end_and_lose_nothing(
    server: NumberServer, size: int | None, start: int | None
) -> None:
    things = list(server.first_page(page_size=size, page_num=start))
    asked = [arguments["page_num"] or 1 for arguments in server.asked]
    assert asked == list(range(start or 1, (start or 1) + len(asked)))
    effective = min(size or server.cap, server.cap)
    rest = server.things[((start or 1) - 1) * effective :]
    if server.has_more == "never":
        assert things[:effective] == things
    elif server.has_more != "missing" or server.total != "less":
        assert set(rest) <= set(things)
    if not server.repeats_last:
        assert things == rest[: len(things)]


@given(
    st.integers(1, 40),
    st.integers(1, 12),
    st.lists(st.integers(0, 11), max_size=20),
    st.sampled_from(["right", "missing", "more"]),
    st.sampled_from(["right", "missing", "always"]),
)
@fuzzed(60)
def test_what_is_inserted_while_paging_hides_nothing_that_was_there(
    count: int, cap: int, inserted: list[int], total: Total, has_more: HasMore
) -> None:
    fewer_than_a_page = tuple(number % cap for number in inserted)
    server = NumberServer(
        count, cap=cap, total=total, has_more=has_more, inserted=fewer_than_a_page
    )
    assert set(range(count)) <= set(server.first_page())


@pytest.mark.parametrize(
    ("count", "signs", "requests"),
    [
        (25, {}, 3),
        (20, {}, 2),
        (0, {}, 1),
        (20, {"has_more": "missing"}, 2),
        (20, {"has_more": "missing", "total": "text"}, 2),
        (20, {"has_more": "text", "total": "missing"}, 2),
        (20, {"has_more": "missing", "total": "more"}, 3),
        (25, {"has_more": "missing", "total": "missing"}, 3),
        (25, {"has_more": "missing", "total": "zero"}, 3),
        (25, {"has_more": "always"}, 4),
        (25, {"has_more": "never"}, 1),
        (25, {"has_more": "always", "repeats_last": True}, 5),
        (5, {"has_more": "always", "repeats_last": True}, 3),
        (0, {"has_more": "always"}, 1),
    ],
)
def test_no_more_pages_are_asked_for_than_the_signs_demand(
    count: int, signs: dict[str, Any], requests: int
) -> None:
    server = NumberServer(count, **signs)
    list(server.first_page(page_size=10))
    assert len(server.asked) == requests


def test_paging_starts_where_the_caller_says() -> None:
    server = NumberServer(25, has_more="missing")
    assert list(server.first_page(page_num="2")) == list(range(10, 25))
    assert [arguments["page_num"] for arguments in server.asked] == ["2", 3]


tokens = st.sampled_from([None, "", "a", "b", "c", "d"])


@given(
    st.fixed_dictionaries(
        {
            token: st.tuples(
                st.none() | st.just([1]) | st.just([]),
                tokens,
                st.none() | st.booleans(),
            )
            for token in (None, "", "a", "b", "c", "d")
        }
    ),
    tokens,
)
@fuzzed(60)
def test_no_token_is_asked_twice(table: Any, start: str | None) -> None:
    server = TokenServer(table)
    for _ in server.first_page(page_token=start):
        pass
    asked = [arguments["page_token"] for arguments in server.asked]
    assert len(asked) == len(set(asked))
    items, mark, has_more = table[asked[-1]]
    assert not items or has_more is False or not mark or mark in asked


@pytest.mark.parametrize("last", [None, "", "0", 0])
@pytest.mark.parametrize("has_more", [None, True, False, "false"])
def test_tokens_lead_to_the_last_page(last: object, has_more: object) -> None:
    server = TokenServer(
        {None: ([1], "a", None), "a": ([2], "b", True), "b": ([3], last, has_more)}
    )
    assert list(server.first_page(page_size=1)) == [1, 2, 3]
    assert server.asked[1:] == [
        {"page_size": 1, "page_token": "a"},
        {"page_size": 1, "page_token": "b"},
    ]


@pytest.mark.parametrize("has_more", [False, "false", "False", 0, "0"])
def test_a_token_of_a_last_page_is_not_asked_for(has_more: object) -> None:
    server = TokenServer({None: ([1], "a", has_more), "a": ([2], None, None)})
    assert list(server.first_page()) == [1]


@pytest.mark.parametrize("has_more", [None, True, "true", 1, "1", "maybe"])
def test_a_token_is_asked_for_unless_its_page_is_said_to_be_the_last(has_more: object) -> None:
    server = TokenServer({None: ([1], "a", has_more), "a": ([2], None, None)})
    assert list(server.first_page()) == [1, 2]


def circle(length: int) -> TokenServer:
    """Return a server whose first token leads into a circle of so many pages."""
    pages = {number: ([number], number % length + 1, True) for number in range(1, length + 1)}
    return TokenServer({None: ([0], 1, True), **pages})


@pytest.mark.parametrize("length", [1, 2, 5, 16])
def test_tokens_that_go_in_circles_are_followed_once(length: int) -> None:
    assert list(circle(length).first_page()) == list(range(length + 1))


@pytest.mark.parametrize("length", [17, 31, 32, 33, 60])
def test_a_longer_circle_ends_within_three_rounds(length: int) -> None:
    items = list(circle(length).first_page())
    assert items[: length + 1] == list(range(length + 1))
    assert len(items) <= 3 * length + 1


@pytest.mark.parametrize(("has_more", "things"), [(True, 40), (False, 1), (None, 40), (0, 1)])
def test_numbers_without_a_total_go_by_what_there_is(has_more: object, things: int) -> None:
    class Bare(Server):
        paging = NumberPaging(page="page", has_more="more")

        def page(self, arguments: Arguments) -> Any:
            number = arguments.get("page") or 1
            more = has_more and number < 40
            return SimpleNamespace(items=[number] if number <= 40 else [], more=more)

    assert len(list(Bare().first_page())) == things


@pytest.mark.parametrize("has_more", [True, "True", 1, "1"])
def test_a_sign_that_there_is_more_goes_before_the_total(has_more: object) -> None:
    class Contradictory(Server):
        paging = NUMBERS

        def page(self, arguments: Arguments) -> Any:
            number = arguments.get("page_num") or 1
            return SimpleNamespace(items=[number], total=1, has_more=number < 3 and has_more)

    assert list(Contradictory().first_page()) == [1, 2, 3]


def test_numbers_without_any_sign_go_on_to_a_shorter_page() -> None:
    class Bare(NumberServer):
        paging = NumberPaging(page="page_num")

    server = Bare(25)
    assert list(server.first_page()) == list(range(25))
    assert len(server.asked) == 3


def test_a_token_that_is_no_text_ends_the_pages() -> None:
    assert list(TokenServer({None: ([1], {"a": 1}, True)}).first_page()) == [1]


@given(
    st.integers(0, 40),
    st.integers(1, 12),
    st.sampled_from(["right", "missing", "always"]),
    st.sampled_from([None, "", "0", 0]),
    st.integers(0, 40),
    st.integers(0, 40),
    sizes,
)
@fuzzed(60)
def test_windows_cover_all_that_lies_in_their_direction(  # noqa: PLR0913, PLR0917  # what requests differ in
    count: int,
    cap: int,
    has_more: HasMore,
    nothing: object,
    before: int,
    after: int,
    size: int | None,
) -> None:
    server = WindowServer(count, cap=cap, has_more=has_more)
    limits = {
        "before_id": str(before) if 0 < before <= count else nothing,
        "after_id": str(after) if 0 < after <= count else nothing,
    }
    things = [set(page.items) for page in server.first_page(limit=size, **limits).iter_pages()]
    upper = before if 0 < before <= count else count + 1
    lower = after if 0 < after <= count else 0
    assert set().union(*things) == set(server.things[lower : max(upper - 1, lower)])
    assert all(one.isdisjoint(other) for one, other in pairwise(things))


def test_windows_before_an_id_go_back_and_all_others_go_on() -> None:
    back = WindowServer(30)
    assert [page.items[0] for page in back.first_page(before_id="26").iter_pages()] == [
        *("16", "6", "1")
    ]
    assert [arguments["before_id"] for arguments in back.asked] == ["26", "16", "6"]
    between = WindowServer(30)
    list(between.first_page(before_id="26", after_id="3"))
    assert between.asked == [
        {"before_id": "26", "after_id": "3"},
        {"before_id": "26", "after_id": "13"},
        {"before_id": "26", "after_id": "23"},
    ]
    assert len(list(WindowServer(30, has_more="never").first_page())) == 10


def test_windows_whose_ids_repeat_are_the_end() -> None:
    class Stuck(WindowServer):
        def page(self, arguments: Arguments) -> Any:
            del arguments
            return SimpleNamespace(items=[1], first_id="1", last_id="1", has_more=True)

    server = Stuck(1)
    assert list(server.first_page()) == [1, 1]
    assert len(server.asked) == 2


@pytest.mark.parametrize("paging", [NUMBERS, TOKENS, WINDOWS])
@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {"items": [1]},
        SimpleNamespace(items=None, has_more=True),
        SimpleNamespace(items={"a": 1}, total="many", has_more=[]),
        SimpleNamespace(items="abc", total=True, next=5, last_id=5),
    ],
)
def test_page_data_of_any_shape_makes_a_last_page(paging: Paging, data: object) -> None:
    class Odd(Server):
        def page(self, arguments: Arguments) -> Any:
            del arguments
            return data

    server = Odd()
    server.paging = paging
    page = server.first_page()
    assert page.items == []
    assert page.data is data
    assert page.total is None
    assert page.has_more is False
    assert page.next_page() is None
