"""How the next page is asked for, without any I/O.

A strategy sees one page after the other: the request that asked for it, its data and its items. It
answers with the request of the next page, or with ``None`` at the end. No sign of the end is always
right, so each strategy has an order in which it believes them, and none goes on for ever: an empty
page is the end, and so is a token or id that comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Place = Literal["query", "body"]

_NONE = (None, "", 0, "0")
"""What stands for no token and no id."""
_MOST_REPEATS = 2
_RECENT = 16


class PageRequest(Struct, frozen=True):
    """The request of one page.

    Args:
        arguments: The query or the body of the request.
        state: What the strategy remembers of the pages before; its own business.
    """

    arguments: Mapping[str, object]
    state: Any = None


class NumberPaging(Struct, frozen=True, kw_only=True):
    """Pages with a number, from 1.

    A page is as long as the server makes it, whatever was asked for. The end is where ``has_more``
    says so; without it, where ``total`` items were seen; without that, or if more came than the
    total allows, at a page shorter than the first one. A server that sends the same page three
    times running does not look at the number: that is the end too.

    Args:
        page: The request name of the page number.
        total: The attribute of the page data with the number of items on all pages.
        has_more: The attribute that says whether there are more pages.
        request: The part of the request in which the names stand.
    """

    page: str
    total: str | None = None
    has_more: str | None = None
    request: Place = "query"

    def following(
        self, step: PageRequest, data: object, items: Sequence[object]
    ) -> PageRequest | None:
        """Return the request of the page after this one, or ``None`` at the end."""
        number = _number(step.arguments.get(self.page))
        number = 1 if number is None else number
        count = _count(step.state, number, items)
        if not items or count.repeats == _MOST_REPEATS or not self._goes_on(data, count):
            return None
        return PageRequest({**step.arguments, self.page: number + 1}, count)

    def total_of(self, data: object) -> int | None:
        """Return the number of items on all pages, if the page data says it."""
        return _number(_attribute(data, self.total))

    def _goes_on(self, data: object, count: _Count) -> bool:
        has_more = _flag(_attribute(data, self.has_more))
        if has_more is not None:
            return has_more
        total = self.total_of(data)
        if total is not None and total >= count.seen:
            return total > count.seen
        return len(count.items) >= count.first


class TokenPaging(Struct, frozen=True, kw_only=True):
    """Pages with a token, which the page before names.

    The end is where ``has_more`` says so, and where the token is missing or comes back.

    Args:
        token: The request name of the token.
        next: The attribute of the page data with the token of the next page.
        has_more: The attribute that says whether there are more pages.
        request: The part of the request in which the names stand.
    """

    token: str
    next: str
    has_more: str | None = None
    request: Place = "query"

    def following(
        self, step: PageRequest, data: object, items: Sequence[object]
    ) -> PageRequest | None:
        """Return the request of the page after this one, or ``None`` at the end."""
        if _flag(_attribute(data, self.has_more)) is False:
            return None
        return _by_cursor(step, self.token, _attribute(data, self.next), items)

    def total_of(self, data: object) -> None:
        """Return ``None``: such pages do not count."""
        del data


class WindowPaging(Struct, frozen=True, kw_only=True):
    """Windows of a list, each next to an item whose id is given.

    Before and after are meant in the list as the server orders it, so that the order makes no
    difference. If only the id *before* which to look is given, each window lies before the last
    one: its first id is asked with. Otherwise each lies after it: its last id is asked with, and
    an id before which to look stays as it is. The end is where ``has_more`` says so, and where the
    id is missing or comes back.

    Args:
        before: The request name of the id before which to look.
        after: The request name of the id after which to look.
        first: The attribute of the page data with the id of its first item.
        last: The attribute of the page data with the id of its last item.
        has_more: The attribute that says whether there are more items in this direction.
        request: The part of the request in which the names stand.
    """

    before: str
    after: str
    first: str
    last: str
    has_more: str
    request: Place = "body"

    def following(
        self, step: PageRequest, data: object, items: Sequence[object]
    ) -> PageRequest | None:
        """Return the request of the page after this one, or ``None`` at the end."""
        if _flag(_attribute(data, self.has_more)) is False:
            return None
        before, after = step.arguments.get(self.before), step.arguments.get(self.after)
        if before not in _NONE and after in _NONE:
            return _by_cursor(step, self.before, _attribute(data, self.first), items)
        return _by_cursor(step, self.after, _attribute(data, self.last), items)

    def total_of(self, data: object) -> None:
        """Return ``None``: such pages do not count."""
        del data


Paging: TypeAlias = NumberPaging | TokenPaging | WindowPaging
"""A way of asking for page after page."""


class _Count(Struct, frozen=True):
    """What page numbers remember.

    Args:
        first: Items on the first page that was asked for.
        seen: Items on all pages so far and, at least, on those before the first one. They are
            taken to be as long as that, which is too short if it was the last page.
        items: The last page.
        repeats: How many pages before it were the same.
    """

    first: int
    seen: int
    items: Sequence[object]
    repeats: int


def _count(before: _Count | None, number: int, items: Sequence[object]) -> _Count:
    if before is None:
        return _Count(len(items), max(number, 1) * len(items), items, 0)
    repeats = before.repeats + 1 if items == before.items else 0
    return _Count(before.first, before.seen + len(items), items, repeats)


class _Trail(Struct, frozen=True):
    """What tokens and ids remember, however many pages there are.

    The recent ones show a short circle at once. A longer one is found by Brent's algorithm, within
    three times its length: the one kept is that of the last page whose number is a power of two,
    and in a circle it comes back.

    Args:
        recent: The tokens or ids that the last pages were asked with.
        kept: One that an earlier page was asked with.
        pages: How many pages were asked for.
    """

    recent: tuple[object, ...] = ()
    kept: object = None
    pages: int = 0

    def with_asked(self, asked: object) -> _Trail:
        pages = self.pages + 1
        kept = self.kept if pages & self.pages else asked
        return _Trail((*self.recent[1 - _RECENT :], asked), kept, pages)


def _by_cursor(
    step: PageRequest, name: str, cursor: object, items: Sequence[object]
) -> PageRequest | None:
    """Ask on from a token or id, unless it comes back."""
    trail = (step.state or _Trail()).with_asked(step.arguments.get(name))
    if (
        not items
        or not isinstance(cursor, (str, int))
        or cursor in (*_NONE, *trail.recent, trail.kept)
    ):
        return None
    return PageRequest({**step.arguments, name: cursor}, trail)


def _attribute(data: object, name: str | None) -> object:
    return None if name is None else getattr(data, name, None)


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _flag(value: object) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
