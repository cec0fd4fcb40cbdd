"""Where the parts of an OpenAPI document stand: one way to visit them, one to rewrite them.

Marks in parts follow them through the passes, and say where they stood before.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

from generator.errors import Faults, raise_all
from generator.json_values import is_array, is_object
from generator.spec import METHODS, join, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Node = dict[str, Any]
Key = str | int | None
Role = Literal[
    "document",
    "components",
    "path",
    "operation",
    "parameter",
    "body",
    "response",
    "media",
    "schema",
    "stream",
    "socket",
    "callback",
    "other",
]
Arity = Literal["one", "list", "map"]

PHRASES: Final = {str(status.value): status.phrase for status in HTTPStatus}
"""What a response is called that the document does not describe."""
ORIGIN: Final = "x-origin"
"""The key of a mark: the JSON pointer of a part before all passes. Passes keep it, or drop it."""
_PROSE: Final = ("title", "description", "example", "externalDocs", ORIGIN)
_PARAMETERS: Final = ("parameter", "list")
_SCHEMA: Final = ("schema", "one")
_SCHEMAS: Final = ("schema", "map")
_MEMBERS: Final = ("schema", "list")
_CONTENT: Final = ("media", "map")
_OTHERS: Final = ("other", "map")

BELOW: Final[Mapping[Role, Mapping[str, tuple[Role, Arity]]]] = {
    "document": {"paths": ("path", "map"), "components": ("components", "one")},
    "components": {
        "schemas": _SCHEMAS,
        "responses": ("response", "map"),
        "parameters": ("parameter", "map"),
        "examples": _OTHERS,
        "requestBodies": ("body", "map"),
        "headers": ("parameter", "map"),
        "securitySchemes": _OTHERS,
        "links": _OTHERS,
        "callbacks": ("callback", "map"),
    },
    "path": {
        "parameters": _PARAMETERS,
        **dict[str, "tuple[Role, Arity]"].fromkeys(METHODS, ("operation", "one")),
    },
    "operation": {
        "parameters": _PARAMETERS,
        "requestBody": ("body", "one"),
        "responses": ("response", "map"),
        "callbacks": ("callback", "map"),
        "x-client-stream": ("stream", "one"),
        "x-client-events": ("stream", "one"),
        "x-client-socket": ("socket", "one"),
    },
    "parameter": {"schema": _SCHEMA, "content": _CONTENT, "examples": _OTHERS},
    "body": {"content": _CONTENT},
    "response": {"headers": ("parameter", "map"), "content": _CONTENT, "links": _OTHERS},
    "media": {"schema": _SCHEMA, "examples": _OTHERS},
    "schema": {
        "properties": _SCHEMAS,
        "items": _SCHEMA,
        "additionalProperties": _SCHEMA,
        "allOf": _MEMBERS,
        "oneOf": _MEMBERS,
        "anyOf": _MEMBERS,
        "not": _SCHEMA,
    },
    "stream": {"events": _SCHEMAS, "header": _SCHEMA},
    "socket": {"send": _SCHEMAS, "receive": _SCHEMAS},
    "callback": {},
    "other": {},
}
"""The fields that hold other parts. Those of a callback are expressions, and hold paths."""


class Part(NamedTuple):
    """A part of a document, and where it stands."""

    role: Role
    node: Node
    pointer: str


def children(part: Part) -> Iterator[tuple[str, Key, Part]]:
    """Return the parts directly below a part: the field, the key or number in it, and the part."""
    fields = BELOW[part.role]
    if part.role == "callback":
        fields = dict[str, "tuple[Role, Arity]"].fromkeys(part.node, ("path", "one"))
    if fields.keys().isdisjoint(part.node):  # as most parts have none
        return
    for name, (role, arity) in fields.items():
        if name in part.node:
            content: Any = part.node[name]
            pointer = join(part.pointer, name)
            if arity == "one":
                if is_object(content):
                    yield name, None, Part(role, content, pointer)
            elif is_object(content) or is_array(content):
                entries = content.items() if is_object(content) else enumerate(content)
                for key, node in entries:
                    if is_object(node):
                        yield name, key, Part(role, node, join(pointer, key))


def parts(document: Node) -> Iterator[Part]:
    """Return all parts of a document, each before those below it."""
    waiting = [Part("document", document, "")]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed([lower for _, _, lower in children(part)]))


def operations(document: Node) -> Iterator[tuple[str, str, Node]]:
    """Return the operations that clients call: path, HTTP method in lower case, operation."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def successes(operation: Node) -> dict[str, Node]:
    """Return the answers of success by status; the default is one if there is no other."""
    responses: dict[str, Node] = operation.get("responses", {})
    found = {status: one for status, one in responses.items() if status.startswith("2")}
    return found or {status: one for status, one in responses.items() if status == "default"}


def identity(parameter: Node) -> tuple[Any, Any]:
    """Return what makes a parameter the same elsewhere: name and place."""
    return parameter.get("name"), parameter.get("in")


def map_children(part: Part, change: Callable[[Part, str, Key], Node]) -> Node:
    """Return a part with what ``change`` makes of each part directly below it; no part is modified.

    Args:
        part: The part.
        change: Given a child, the field that it stands in, and its key or number there.
    """
    result = part.node
    for name, key, lower in children(part):
        new = change(lower, name, key)
        if new is lower.node:
            continue
        if result is part.node:
            result = part.node.copy()
        if key is None:
            result[name] = new
            continue
        if result[name] is part.node[name]:
            result[name] = part.node[name].copy()
        result[name][key] = new
    return result


def rewrite(document: Node, changes: Mapping[Role, Callable[[Part], Node]]) -> Node:
    """Return a document with each part changed, then those below it; copy, don't modify.

    Args:
        document: The document.
        changes: For each role of parts, what makes the new part of an old one.

    Raises:
        GeneratorError: For parts that can't be changed; the others were tried, too.
    """
    faults = Faults()

    def visit(part: Part, *_: object) -> Node:
        change, new = changes.get(part.role), part.node
        if change is not None:
            new = faults.attempt(partial(change, part), new)
        return map_children(part if new is part.node else Part(part.role, new, part.pointer), visit)

    result = visit(Part("document", document, ""))
    raise_all(faults)
    return result


def omit(node: Node, *keys: str) -> Node:
    """Return a part without some of its fields."""
    return {key: value for key, value in node.items() if key not in keys}


def shape_of(schema: Node) -> Node:
    """Return what of a schema makes a difference to a program."""

    def visit(part: Part, *_: object) -> Node:
        node = omit(part.node, *_PROSE)
        if "required" in node:
            node["required"] = sorted(node["required"])
        if node.get("type") == "string":
            node.pop("x-enum-varnames", None)
        if node.keys() == {"allOf"} and len(node["allOf"]) == 1:
            (node,) = node["allOf"]
        return map_children(Part(part.role, node, ""), visit)

    return visit(Part("schema", schema, ""))


def marked(document: Node) -> Node:
    """Return a document with a mark in each part, which says where it stands."""

    def change(part: Part) -> Node:
        return part.node | {ORIGIN: part.pointer}

    return rewrite(document, dict.fromkeys(get_args(Role), change))


def origin(document: Node, pointer: str) -> str:
    """Return where a place of a document stood when its parts were marked."""
    found, value = "", document
    for part in split(pointer):
        found, value = join(found, part), _item(value, part)
        if is_object(value) and isinstance(value.get(ORIGIN), str):
            found = value[ORIGIN]
    return found


def _item(value: Any, part: str) -> Any:
    if is_array(value) and part.isdecimal():
        return next(iter(value[int(part) :]), None)
    return value.get(part) if is_object(value) else None
