"""Passes over references: what none leads to goes, and none leads nowhere or to itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, get_args
from urllib.parse import unquote

from generator.errors import Faults, GeneratorError, raise_all
from generator.graph import circles
from generator.json_values import is_object
from generator.normalise.objects import OF_VALUE, mapped, mapping
from generator.normalise.walk import Node, Part, Role, children, omit, parts, rewrite
from generator.spec import SCHEMAS, join, resolve, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_REFERRING: Final = ("$ref", "discriminator")
_KEPT: Final = "securitySchemes"
_SAME_VALUE: Final = frozenset({"allOf", "oneOf", "anyOf", "not"})

_Name = tuple[str, str]


def drop_unreferenced(document: Node) -> Node:
    """Drop components that no operation leads to, except security schemes."""
    gone = set(unused(document))
    components: dict[str, Node] = document.get("components", {})
    left = {
        kind: {name: one for name, one in named.items() if (kind, name) not in gone}
        for kind, named in components.items()
        if is_object(named)
    }
    left = {kind: named for kind, named in left.items() if named}
    rest = omit(document, "components")
    return rest | {"components": left} if left else rest


def unused(document: Node) -> list[_Name]:
    """Return the kinds and names of the components that no operation leads to."""
    edges: dict[_Name, set[_Name]] = {}
    waiting: set[_Name] = set()
    for part in parts(document):
        owner = _component(part.pointer)
        found = waiting if owner is None else edges.setdefault(owner, set())
        found.update(_targets(part))
    wanted: set[_Name] = set()
    while waiting:
        name = waiting.pop()
        wanted.add(name)
        waiting |= edges.get(name, set()) - wanted
    components: dict[str, Node] = document.get("components", {})
    return [
        (kind, name)
        for kind, named in components.items()
        if is_object(named) and kind != _KEPT
        for name in named
        if (kind, name) not in wanted
    ]


def check_references(document: Node) -> Node:
    """Refuse references that lead to no component, or back to where they stand.

    Raises:
        GeneratorError: One does not.
    """
    same: dict[str, set[str]] = {}
    faults = Faults()
    for part in parts(document):
        faults.attempt(partial(_check_part, document, part), None)
        name = _component(part.pointer)
        if name is not None and part.pointer == join("/components", *name):
            same[part.pointer] = {join("/components", *one) for one in _same_value(part)}
    faults += (
        GeneratorError(
            "the component refers to itself with nothing in between",
            pointer=circle[0],
            remedy="Describe a value of its own in an overlay.",
        )
        for circle in circles(same)
    )
    raise_all(faults)
    return document


def without_references(document: Node, errors: Iterable[GeneratorError]) -> Node:
    """Return a document without the references that ``check_references`` refuses."""
    pointers = {error.pointer for error in errors}

    def change(part: Part) -> Node:
        keys = [key for key in _REFERRING if join(part.pointer, key) in pointers]
        return omit(part.node, *keys) if keys else part.node

    return rewrite(document, dict.fromkeys(get_args(Role), change))


def _check_part(document: Node, part: Part) -> None:
    at = join(part.pointer, "$ref" if "$ref" in part.node else "discriminator")
    for ref in references(part):
        resolve(document, ref, at=at)
        place = _component(unquote(ref[1:]))
        fits = part.role != "schema" or ref.startswith(SCHEMAS)
        if place is None or len(split(ref)) > len(("components", *place)) or not fits:
            raise GeneratorError(
                f"the $ref {ref!r} leads to no component that may stand here",
                pointer=at,
                remedy="Make a component of what it means in an overlay.",
            )


def wrap_ref_siblings(document: Node) -> Node:
    """Wrap a reference in an allOf where something is said beside it, which OpenAPI ignores.

    The rest goes, and so does what stands in a component or a member of an allOf: it is said of no
    value of its own.
    """

    def change(part: Part) -> Node:
        if "$ref" not in part.node or len(part.node) == 1:
            return part.node
        ref = {"$ref": part.node["$ref"]}
        about = {key: part.node[key] for key in OF_VALUE if key in part.node}
        if not about or split(part.pointer)[-2] in {"schemas", "allOf"}:
            return ref
        return about | {"allOf": [ref]}

    return rewrite(document, {"schema": change})


def references(part: Part) -> Iterator[str]:
    """Return the references that a part makes itself, not those of the parts below it."""
    if "$ref" in part.node:
        yield part.node["$ref"]
    if part.role == "schema":
        yield from map(mapped, mapping(part.node).values())


def _targets(part: Part) -> Iterator[_Name]:
    return (name for ref in references(part) if (name := _component(unquote(ref[1:]))))


def _component(pointer: str) -> _Name | None:
    """Return the kind and name of the component that a pointer leads to or into."""
    match split(pointer):
        case ["components", kind, name, *_]:
            return kind, name
        case _:
            return None


def _same_value(part: Part) -> Iterator[_Name]:
    """Return what else the value that a part describes is held to."""
    waiting = [part]
    while waiting:
        part = waiting.pop()
        yield from _targets(
            Part(part.role, {k: v for k, v in part.node.items() if k == "$ref"}, "")
        )
        waiting += (lower for field, _, lower in children(part) if field in _SAME_VALUE)
