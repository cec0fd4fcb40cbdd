"""The pass that knows the limits: what would take forever to read or print is refused at once.

Parsers write references out where they lead to no class, compare the properties of an object with
each other, and recurse: a few lines of a document can stand for more than a machine can hold.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from generator.errors import GeneratorError, raise_all
from generator.graph import circles
from generator.json_values import MAX_DEPTH
from generator.normalise.objects import COMPOSING, is_composed
from generator.normalise.structure import MAX_MEMBERS
from generator.normalise.walk import Node, Part, children
from generator.spec import join, schema_name

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PARTS: Final = 200_000
"""How many parts all schemas together may have, with their references written out."""
_COMPOSED: Final = re.compile(rf"(/({'|'.join(COMPOSING)})/\d+)*")


def check_limits(document: Node) -> Node:
    """Refuse schemas that are too large once references to what is no class are inlined.

    Raises:
        GeneratorError: One contains itself without an object in between, is nested too deep, or has
            too many properties; or all together are too large.
    """
    _Sizes(document.get("components", {}).get("schemas", {})).measure()
    return document


@frozen
class _Size:
    parts: int = 1
    depth: int = 1
    properties: int = 0


@frozen
class _Sizes:
    components: dict[str, Node]
    known: dict[str, _Size] = field(factory=dict[str, _Size], init=False)

    def measure(self) -> None:
        """Measure each component, those that it is made of first."""
        graph = {name: set(self._written_out(_part(one))) for name, one in self.components.items()}
        raise_all(
            _error(circle[0], "contains itself with no object in between")
            for circle in circles(graph)
        )
        total = 0
        refused: dict[str, GeneratorError | None] = {}  # with None for what only contains another
        for name in TopologicalSorter(graph).static_order():
            size = self.known[name] = self._size(_part(self.components[name]))
            total += size.parts
            if graph[name] & refused.keys():
                refused[name] = None
            elif size.depth > MAX_DEPTH:
                refused[name] = _error(name, f"is nested deeper than {MAX_DEPTH} levels")
            elif size.properties > MAX_MEMBERS:
                refused[name] = _error(name, f"has more than {MAX_MEMBERS} properties")
            elif total > MAX_PARTS:
                message = f"makes more than {MAX_PARTS} parts with references written out"
                refused[name] = _error(name, message)
                break
        raise_all(error for error in refused.values() if error)

    def _written_out(self, part: Part) -> Iterator[str]:
        """Return the components that are written out in the place of references to them."""
        for kind, inner in _inner(part):
            name = _target(inner)
            if name is None:
                yield from self._written_out(inner)
            elif _inherits(part, kind) or not self._is_class(name):
                yield name

    def _size(self, part: Part) -> _Size:
        parts, depth, properties = 1, 0, len(part.node.get("properties", ()))
        for kind, inner in _inner(part):
            name = _target(inner)
            if name is None:
                size = self._size(inner)
            elif _inherits(part, kind) or not self._is_class(name):
                size = self.known[name]
            else:
                size = _Size()
            parts += size.parts
            depth = max(depth, size.depth)
            if _inherits(part, kind):
                properties += size.properties
        return _Size(parts, depth + 1, properties)

    def _is_class(self, name: str) -> bool:
        return is_composed(self.components[name])


def _inner(part: Part) -> Iterator[tuple[str, Part]]:
    """Return the schemas directly in a schema or what it refers to, each with its field."""
    if "$ref" in part.node:
        yield "$ref", part
    else:
        yield from ((name, inner) for name, _, inner in children(part))


def _target(part: Part) -> str | None:
    ref: str | None = part.node.get("$ref")
    return None if ref is None else schema_name(ref)


def _part(schema: Node) -> Part:
    return Part("schema", schema, "" if is_composed(schema) else "/value")


def _inherits(part: Part, kind: str) -> bool:
    """Return whether a field holds what an object, not a value in it, has the properties of."""
    return kind in COMPOSING and _COMPOSED.fullmatch(part.pointer) is not None


def _error(name: str, message: str) -> GeneratorError:
    return GeneratorError(
        f"the component {message}",
        pointer=join("/components/schemas", name),
        remedy="Describe it as an object of its own, or more simply, in an overlay.",
    )
