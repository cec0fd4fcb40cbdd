"""Asks for any number of values in groups of the size that the API takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar, cast

from coze_core._errors import CozeError
from coze_core._lenient import build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coze_core._operation import BatchOperation
    from coze_core._paging import Place
    from coze_core._request import Parts

T = TypeVar("T")


def groups(operation: BatchOperation[T], parts: Parts) -> Iterator[Parts]:
    """Give the arguments of each request; without any value there is none.

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
    for start in range(0, len(values), size):
        group = {**arguments, name: values[start : start + size]}
        yield cast("Parts", {**parts, place: group})


def joined(operation: BatchOperation[T], results: Sequence[T]) -> T:
    """Join the results of the requests into the first one; without any, into an empty one.

    Raises:
        CozeError: One of several results has no such list.
    """
    if len(results) == 1:
        return results[0]
    joint = results[0] if results else build(operation.result(), {})
    lists = [getattr(result, operation.join, "") for result in results]
    if not all(items is None or isinstance(items, list) for items in lists):
        raise CozeError(
            f"{operation.name}: one of {len(results)} answers has no list {operation.join}, so "
            f"they cannot be joined. Ask for at most {operation.size} values at a time."
        )
    setattr(joint, operation.join, [item for items in lists for item in items or ()])
    return joint
