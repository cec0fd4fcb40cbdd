"""Asks for any number of values in groups of the size that the API takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar, cast

from coze_core._errors import CozeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coze_core._operation import BatchOperation
    from coze_core._paging import Place
    from coze_core._request import Parts

T = TypeVar("T")


def groups(operation: BatchOperation[T], parts: Parts) -> Iterator[Parts]:
    """Gives the arguments of each request: at least one, even without any value.

    Raises:
        CozeError: The values are no list.
    """
    name, size = operation.argument, operation.size
    place: Place = "body" if name in (parts.get("body") or {}) else "query"
    arguments: Mapping[str, object] = parts.get(place) or {}
    given = arguments.get(name)
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise CozeError(
            f"{operation.name}: {name} is of type {type(given).__name__}. Pass a list of values."
        )
    values = list(cast("Iterable[object]", given))
    for start in range(0, max(len(values), 1), size):
        group = {**arguments, name: values[start : start + size]}
        yield cast("Parts", {**parts, place: group})


def joined(operation: BatchOperation[T], results: Sequence[T]) -> T:
    """Joins the results of the requests into the first one."""
    first, *others = results
    if others:
        lists: list[list[object]] = [getattr(result, operation.join) or [] for result in results]
        setattr(first, operation.join, [item for items in lists for item in items])
    return first
