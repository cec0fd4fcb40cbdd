"""Passes over operations: bodies that say nothing go, and all answers are described."""

from __future__ import annotations

from typing import Final

from generator.media import kind_of
from generator.normalise.walk import PHRASES, Node, Part, omit, rewrite
from generator.spec import split

_IGNORED: Final = frozenset({"accept", "authorization", "content-type"})
_CONSTANT: Final = "x-client-constant"
_BODILESS: Final = frozenset({"get", "delete", "head"})
_SAYING: Final = ("$ref", "properties", "additionalProperties", "items", "allOf", "oneOf", "anyOf")


def ignored_headers(document: Node) -> Node:
    """Drop header parameters that OpenAPI ignores, unless an overlay makes them constant."""

    def change(part: Part) -> Node:
        parameters: list[Node] = part.node.get("parameters", [])
        kept = [one for one in parameters if not _is_ignored(one)]
        return part.node if len(kept) == len(parameters) else part.node | {"parameters": kept}

    return rewrite(document, {"operation": change})


def _is_ignored(parameter: Node) -> bool:
    name = parameter["name"].lower()
    return parameter["in"] == "header" and name in _IGNORED and _CONSTANT not in parameter


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
