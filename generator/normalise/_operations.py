"""Passes over operations: what they share stands in each, what says nothing goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.errors import GeneratorError
from generator.json_values import MAX_VALUES, is_object, size_of
from generator.normalise.media import kind_of
from generator.normalise.walk import PHRASES, Node, Part, identity, omit, rewrite
from generator.spec import METHODS, resolve, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.normalise.walk import Role

_KINDS: Final[Mapping[Role, tuple[str, ...]]] = {
    "parameter": ("#/components/parameters/", "#/components/headers/"),
    "body": ("#/components/requestBodies/",),
    "response": ("#/components/responses/",),
}
_IGNORED: Final = frozenset({"accept", "authorization", "content-type"})
_BODILESS: Final = frozenset({"get", "delete", "head"})
_SAYING: Final = ("$ref", "properties", "additionalProperties", "items", "allOf", "oneOf", "anyOf")


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
                known = [identity(one) for one in own]
                rest = [one for one in shared if identity(one) not in known]
                node[method] = node[method] | {"parameters": [*rest, *own]}
        return node

    return rewrite(document, {"path": change})


def ignored_headers(document: Node) -> Node:
    """Drop header parameters that OpenAPI ignores, unless an overlay makes them constant."""

    def change(part: Part) -> Node:
        parameters: list[Node] = part.node.get("parameters", [])
        kept = [one for one in parameters if not _is_ignored(one)]
        return part.node if len(kept) == len(parameters) else part.node | {"parameters": kept}

    return rewrite(document, {"operation": change})


def _is_ignored(parameter: Node) -> bool:
    name = parameter["name"].lower()
    return parameter["in"] == "header" and name in _IGNORED and "x-client-constant" not in parameter


def empty_bodies(document: Node) -> Node:
    """Drop the request body of GET, DELETE or HEAD if it is an object without properties."""

    def change(part: Part) -> Node:
        body: Node = part.node.get("requestBody", {})
        if split(part.pointer)[-1] not in _BODILESS or "content" not in body:
            return part.node
        if any(_says_something(*entry) for entry in body["content"].items()):
            return part.node
        return omit(part.node, "requestBody")

    return rewrite(document, {"operation": change})


def _says_something(media_type: str, media: Node) -> bool:
    schema: Node = media.get("schema", {})
    return (
        kind_of(media_type) == "raw"
        or schema.get("type", "object") != "object"
        or any(schema.get(key) for key in _SAYING)
    )


def response_descriptions(document: Node) -> Node:
    """Give a response without a description that of its status, since OpenAPI wants one."""

    def change(part: Part) -> Node:
        if "$ref" in part.node or part.node.get("description"):
            return part.node
        phrase = PHRASES.get(split(part.pointer)[-1], "Response")
        return part.node | {"description": phrase}

    return rewrite(document, {"response": change})
