"""The passes over what operations share: it comes to stand where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.errors import GeneratorError
from generator.json_values import MAX_VALUES, is_object, size_of
from generator.normalise.walk import METHODS, Node, Part, omit, rewrite
from generator.spec import resolve, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.normalise.walk import Role

_KINDS: Final[Mapping[Role, tuple[str, ...]]] = {
    "parameter": ("#/components/parameters/", "#/components/headers/"),
    "body": ("#/components/requestBodies/",),
    "response": ("#/components/responses/",),
}


def inline_references(document: Node) -> Node:
    """Inline parameters, headers, bodies and answers where they are referenced.

    Only what a method takes or returns: the answers that become errors stay shared.

    Raises:
        GeneratorError: A reference leads nowhere, in a circle, or to something else; or all of them
            make the document too large.
    """
    sizes: dict[str, int] = {}
    room = MAX_VALUES

    def change(part: Part) -> Node:
        nonlocal room
        is_response = part.role == "response"
        if is_response and not split(part.pointer)[-1].startswith(("2", "default")):
            return part.node
        if room < 0:
            # It is refused already.
            return part.node
        node, seen = part.node, set[str]()
        while "$ref" in node:
            ref: str = node["$ref"]
            if ref in seen or not ref.startswith(_KINDS[part.role]):
                raise GeneratorError(
                    f"the $ref {ref!r} leads to no {part.role}",
                    pointer=part.pointer,
                    remedy="Correct the reference in an overlay.",
                )
            seen.add(ref)
            node = resolve(document, ref, at=part.pointer)
            if ref not in sizes:
                sizes[ref] = size_of(node)
            room -= sizes[ref]
            if room < 0 or not is_object(node):
                raise GeneratorError(
                    f"with references written out there are more than {MAX_VALUES} values"
                    if room < 0
                    else f"the $ref {ref!r} leads to no object",
                    pointer=part.pointer,
                    remedy="Correct what it leads to in an overlay.",
                )
        return node

    return rewrite(document, dict.fromkeys(_KINDS, change))


def shared_parameters(document: Node) -> Node:
    """Copy the parameters of a path into its operations, unless they have their own."""

    def change(part: Part) -> Node:
        shared: list[Node] = part.node.get("parameters", [])
        if not shared:
            return part.node
        node = omit(part.node, "parameters")
        for method in METHODS:
            if method in node:
                own: list[Node] = node[method].get("parameters", [])
                known = [_identity(one) for one in own]
                rest = [one for one in shared if _identity(one) not in known]
                node[method] = node[method] | {"parameters": [*rest, *own]}
        return node

    return rewrite(document, {"path": change})


def _identity(parameter: Node) -> tuple[Any, Any]:
    return parameter.get("name"), parameter.get("in")
