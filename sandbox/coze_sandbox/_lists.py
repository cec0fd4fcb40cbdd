"""Seeded collections, and the pages of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coze_sandbox._errors import RefusalError
from coze_sandbox._json import ABSENT, Object, at, is_object, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_sandbox._call import Call
    from coze_sandbox._document import Operation, Pagination
    from coze_sandbox._scenarios import Scenario

DEFAULT_SIZE = 20
TOKEN = "page-"  # noqa: S105  # the token of a page
UNSET = (None, "", "0")


class Collection:
    """The items of one list operation; they are made when they are asked for.

    Args:
        make: makes the item of a number from 1.
        size: how many there are.
    """

    def __init__(self, make: Callable[[int], Any], size: int) -> None:
        self._make = make
        self._size = size
        self._made: dict[int, Any] = {}

    def __len__(self) -> int:
        return self._size

    def between(self, start: int, stop: int) -> list[Any]:
        """Return copies of the items from one position up to, not with, another."""
        items = (self.item(position + 1) for position in range(start, min(stop, self._size)))
        return [dict(one) if is_object(one) else one for one in items]

    def position(self, item_id: str) -> int | None:
        """Find the position of an id."""
        ids = (identity(item) for item in self.between(0, self._size))
        return next((position for position, one in enumerate(ids) if one == item_id), None)

    def item(self, number: int) -> Any:
        """Return the item of a number from 1."""
        if number not in self._made:
            self._made[number] = self._make(number)
        return self._made[number]


def id_name(item: Object) -> str:
    """Return which field of an item is its id: `id`, else the first one that ends in `_id`."""
    names = ("id", *(name for name in item if name.endswith("_id")))
    return next((name for name in names if name in item), "id")


def identity(item: Any) -> str:
    """Return the id of an item."""
    return str(item.get(id_name(item), "")) if is_object(item) else str(item)


def page(
    call: Call, paging: Pagination, items: Collection, body: Object, scenario: Scenario
) -> None:
    """Put the page that a call asks for into the body of its answer.

    Raises:
        RefusalError: a page number or size is out of range, a token or an id is unknown.
    """
    start, stop = _range(call, paging, items, scenario)
    found = items.between(start, stop)
    put(body, paging.items, found)
    more = stop < len(items)
    if paging.total:
        put(body, paging.total, len(items))
    if paging.style == "token":
        token = f"{TOKEN}{start if scenario.repeat_token else stop}"
        more = more or scenario.repeat_token
        put(body, paging.next, token if more or scenario.always_has_more else "")
    if paging.style == "window":
        more = start > 0 if _asked(call, paging.before) not in UNSET else more
        put(body, paging.first, identity(found[0]) if found else "")
        put(body, paging.last, identity(found[-1]) if found else "")
    if paging.has_more:
        put(body, paging.has_more, more or scenario.always_has_more)


def _range(
    call: Call, paging: Pagination, items: Collection, scenario: Scenario
) -> tuple[int, int]:
    size = _number(call, paging.size, min(DEFAULT_SIZE, paging.max_size or DEFAULT_SIZE))
    if paging.max_size is not None and size > paging.max_size:
        raise RefusalError(f"{paging.size}: {size} is above the limit of {paging.max_size}")
    size = min(size, scenario.page_cap or size)
    match paging.style:
        case "number":
            start = (_number(call, paging.page, 1) - 1) * size
        case "token":
            start = _start_of(call, paging.token)
        case "window":
            before = _position(call, paging.before, items)
            if before is not None:
                return max(before - size, 0), before
            after = _position(call, paging.after, items)
            start = 0 if after is None else after + 1
    return start, start + size


def _start_of(call: Call, name: str) -> int:
    token = _asked(call, name)
    if token in UNSET:
        return 0
    number = str(token).removeprefix(TOKEN)
    if str(token) != f"{TOKEN}{number}" or not number.isdecimal():
        raise RefusalError(f"{name}: {token!r} is not a token that a page gave")
    return int(number)


def _position(call: Call, name: str, items: Collection) -> int | None:
    asked = _asked(call, name)
    if asked in UNSET:
        return None
    position = items.position(str(asked))
    if position is None:
        raise RefusalError(f"{name}: no item has the id {asked!r}")
    return position


def _number(call: Call, name: str, default: int) -> int:
    asked = _asked(call, name)
    number = default if asked is None else int(asked)
    if number < 1:
        raise RefusalError(f"{name}: {number} is below 1")
    return number


def _asked(call: Call, name: str) -> Any:
    """Return the value of an argument, else the default that the document has for it."""
    if name in call.arguments:
        return call.arguments[name]
    return argument_schema(call.operation, name).get("default")


def argument_schema(operation: Operation, name: str) -> Object:
    """Return the schema of an argument of the query or the body."""
    document = operation.document
    for parameter in operation.parameters:
        if parameter["in"] == "query" and parameter["name"] == name:
            return document.resolve(parameter.get("schema"))
    for content in operation.bodies.values():
        properties = at(document.resolve(content.get("schema")), "properties")
        if properties is not ABSENT and name in properties:
            return document.resolve(properties[name])
    return {}
