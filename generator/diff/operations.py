"""The operations of a document, which of them are the same in another, and how long they last."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import frozen

from generator.diff.document import Node, Part, list_at, object_at, objects_at
from generator.errors import GeneratorError
from generator.json_values import is_array, is_object
from generator.spec import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.document import Document

_TEXTS: Final = ("title", "summary", "description")
_EXAMPLES: Final = frozenset({"example", "examples", "default", "enum"})
_PARAMETER: Final = re.compile(r"\{([^{}]*)\}")


@frozen(eq=False)
class Operation:
    """An operation and what it shares with its path.

    Attributes:
        method: The HTTP method in upper case.
        path: The path, with the names of its parameters.
        key: Method and path, path parameters without names: what makes it the same elsewhere.
        part: The operation object.
        parameters: Its parameters and those of its path: by place and name, those in the path by
            their position.
    """

    method: str
    path: str
    key: str
    part: Part
    parameters: dict[tuple[str, str], Part]

    @property
    def node(self) -> Node:
        """The operation object itself."""
        return self.part[0]

    @property
    def label(self) -> str:
        """How reports name it."""
        return f"{self.method} {self.path}"


def operations_of(document: Document) -> dict[str, Operation]:
    """Return the operations of a document, by key."""
    found: dict[str, Operation] = {}
    for path, part in objects_at((document.root, ""), "paths"):
        if path.startswith("/"):
            for operation in in_item(document, path, part):
                # Two paths that differ in the names of parameters only differ by these.
                key = operation.label if operation.key in found else operation.key
                found[key] = operation
    return found


def in_item(document: Document, path: str, part: Part) -> Iterator[Operation]:
    """Yield the operations of a path item."""
    item = document.follow(part)
    for method in METHODS:
        if item[0].get(method) is not None:
            operation = object_at(item, method)
            yield Operation(
                method.upper(),
                path,
                operation_key(method, path),
                operation,
                _parameters(document, path, item, operation),
            )


def changed_texts(old: Document, new: Document) -> int:
    """Return how many operations that are in both documents are explained in other words."""
    news = operations_of(new)
    return sum(
        _texts(old, operation) != _texts(new, news[key])
        for key, operation in operations_of(old).items()
        if key in news
    )


def _texts(document: Document, operation: Operation) -> list[str]:
    """Return all titles, summaries and descriptions in an operation, and behind its references."""
    found: list[str] = []
    seen: set[int] = set()
    waiting: list[tuple[Any, str]] = [(operation.node, operation.part[1])]
    while waiting:
        value, pointer = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if is_object(value):
            if isinstance(value.get("$ref"), str):
                waiting.append(document.target((value, pointer)))
            found += [text for key in _TEXTS if isinstance(text := value.get(key), str)]
            waiting += [(inner, pointer) for key, inner in value.items() if key not in _EXAMPLES]
        elif is_array(value):
            waiting += [(inner, pointer) for inner in value]
    return sorted(found)


def operation_key(method: str, path: str) -> str:
    """Return method and path, path parameters without names."""
    return f"{method.upper()} {_PARAMETER.sub('{}', path)}"


def _parameters(
    document: Document, path: str, item: Part, operation: Part
) -> dict[tuple[str, str], Part]:
    positions = {name: str(at) for at, name in enumerate(_PARAMETER.findall(path))}
    found: dict[tuple[str, str], Part] = {
        # A path parameter that nothing describes is a text.
        ("path", at): ({"name": name, "in": "path", "required": True}, item[1])
        for name, at in positions.items()
    }
    for owner in (item, operation):
        for part in list_at(owner, "parameters"):
            node, pointer = document.follow(part)
            name, place = node.get("name"), node.get("in")
            if not isinstance(name, str) or not isinstance(place, str):
                raise GeneratorError(
                    "a parameter has no name or no place",
                    pointer=pointer,
                    remedy="Give it 'name' and 'in'.",
                )
            name_or_position = positions.get(name, name) if place == "path" else name
            found[place, name_or_position.lower() if place == "header" else name_or_position] = (
                node,
                pointer,
            )
    return found


Removal: TypeAlias = Literal["", "-deprecated", "-after-sunset", "-before-sunset"]

_STABILITY: Final = ("draft", "alpha", "beta", "stable")
_UNSTABLE: Final = _STABILITY[:2]
_SUNSET: Final = "x-sunset"
_LEVEL: Final = "x-stability-level"


def compare_lifecycles(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """Yield the aspects that changed, each with what was and what is."""
    was, now = old.get("deprecated") is True, new.get("deprecated") is True
    if was != now:
        yield "deprecated" if now else "reactivated", was, now
    if now:
        yield from _sunset(old.get(_SUNSET), new.get(_SUNSET), was_deprecated=was)
    yield from _stability(old.get(_LEVEL), new.get(_LEVEL))


def is_unstable(node: Mapping[str, Any]) -> bool:
    """Return whether it says of itself that nothing is promised yet."""
    return node.get(_LEVEL) in _UNSTABLE


def removal(old: Mapping[str, Any]) -> Removal:
    """Return how the removal of something was announced."""
    if old.get("deprecated") is not True:
        return ""
    if old.get(_SUNSET) is None:
        return "-deprecated"
    sunset = _date(old[_SUNSET])
    if sunset is None or sunset > datetime.now(UTC).date():
        return "-before-sunset"
    return "-after-sunset"


def _sunset(was: Any, now: Any, *, was_deprecated: bool) -> Iterator[tuple[str, Any, Any]]:
    if was == now and was_deprecated:
        return
    if now is None:
        if was is not None and was_deprecated:
            yield "sunset-removed", was, now
        return
    before, after = _date(was), _date(now)
    if after is None or (was is not None and before is None):
        yield "sunset-invalid", was, now
    elif before is not None and after < before:
        yield "sunset-earlier", was, now
    elif after < datetime.now(UTC).date():
        yield "sunset-past", was, now


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _stability(was: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    if was == now:
        return
    if any(level is not None and level not in _STABILITY for level in (was, now)):
        yield "stability-invalid", was, now
        return
    # What says nothing is stable.
    before = _STABILITY.index(was) if was is not None else len(_STABILITY) - 1
    after = _STABILITY.index(now) if now is not None else len(_STABILITY) - 1
    if before != after:
        yield "stability-decreased" if after < before else "stability-increased", was, now
