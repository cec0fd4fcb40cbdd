"""Checks that the parts of a document are what the passes take them for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.errors import GeneratorError, raise_all
from generator.json_values import is_array, is_number, is_object
from generator.normalise.walk import BELOW, Node, Part, parts
from generator.spec import join, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from generator.normalise.walk import Arity, Role

_TYPES: Final = ("string", "number", "integer", "boolean", "array", "object")


MAX_MEMBERS: Final = 2_000
"""How many properties, values or members a schema may have: parsers compare each with all."""


_KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "a text": lambda value: isinstance(value, str),
    "an array of texts": lambda value: is_array(value) and all(isinstance(i, str) for i in value),
    "an array": is_array,
    "an object": is_object,
    "a number": is_number,
    "a number above 0": lambda value: is_number(value) and value > 0,
    f"one of {', '.join(_TYPES)}": lambda value: value in _TYPES,
}
_EVERYWHERE: Final[Mapping[str, str]] = {"$ref": "a text", "description": "a text"}
_FIELDS: Final[Mapping[Role, Mapping[str, str]]] = {
    "operation": {"operationId": "a text"},
    "parameter": {"name": "a text", "in": "a text"},
    "schema": {
        "type": f"one of {', '.join(_TYPES)}",
        "enum": "an array",
        "discriminator": "an object",
        "multipleOf": "a number above 0",
        **dict.fromkeys(("format", "title", "pattern", "x-client-name"), "a text"),
        **dict.fromkeys(("required", "x-enum-varnames"), "an array of texts"),
        **dict.fromkeys(("x-coze-enum-names", "x-apihub-enum-names"), "an array of texts"),
        **dict.fromkeys(("x-coze-order", "x-apihub-orders"), "an array of texts"),
        **dict.fromkeys(("minimum", "maximum", "minLength", "maxLength"), "a number"),
        **dict.fromkeys(("minItems", "maxItems", "minProperties", "maxProperties"), "a number"),
    },
}


def check_structure(document: Node) -> Node:
    """Refuse fields that are not of the kind that OpenAPI gives them.

    Raises:
        GeneratorError: For all such fields.
    """
    raise_all(error for part in parts(document) for error in _faults(part))
    return document


def _faults(part: Part) -> Iterator[GeneratorError]:
    for name, kind in {**_EVERYWHERE, **_FIELDS.get(part.role, {})}.items():
        if name in part.node:
            yield from _check(part.node[name], name, kind, join(part.pointer, name))
    if part.role == "parameter" and "$ref" not in part.node and not _is_header(part):
        yield from _check_identity(part)
    if part.role == "schema":
        yield from _check_numbers(part)
    for name, content, arity in _holders(part):
        yield from _check_holder(content, name, arity, join(part.pointer, name))


def _check_numbers(part: Part) -> Iterator[GeneratorError]:
    for name in ("properties", "enum", "allOf", "oneOf", "anyOf"):
        content: Any = part.node.get(name)
        if (is_object(content) or is_array(content)) and len(content) > MAX_MEMBERS:
            yield GeneratorError(
                f"there are more than {MAX_MEMBERS} {name}",
                pointer=join(part.pointer, name),
                remedy="Describe a map, or a plain type, in an overlay.",
            )


def _is_header(part: Part) -> bool:
    return split(part.pointer)[-2] == "headers"


def _check_identity(part: Part) -> Iterator[GeneratorError]:
    for name in ("name", "in"):
        if name not in part.node:
            yield GeneratorError(
                f"the parameter has no {name!r}",
                pointer=part.pointer,
                remedy="Add it in an overlay.",
            )


def _holders(part: Part) -> Iterator[tuple[str, Any, Arity]]:
    """Return the fields of a part that hold other parts."""
    if part.role == "callback":
        for name, content in part.node.items():
            if not name.startswith("x-"):
                yield name, content, "one"
    for name, (_, arity) in BELOW[part.role].items():
        if name in part.node:
            yield name, part.node[name], arity


def _check_holder(content: Any, name: str, arity: Arity, pointer: str) -> Iterator[GeneratorError]:
    # Whether further properties are allowed may be said with true or false.
    if isinstance(content, bool) and name == "additionalProperties":
        return
    yield from _check(content, name, "an array" if arity == "list" else "an object", pointer)
    if arity == "map" and is_object(content):
        for key, value in content.items():
            if not key.startswith("x-"):
                yield from _check(value, key, "an object", join(pointer, key))
    elif arity == "list" and is_array(content):
        for number, value in enumerate(content):
            yield from _check(value, f"{name}[{number}]", "an object", join(pointer, number))


def _check(value: Any, name: str, kind: str, pointer: str) -> Iterator[GeneratorError]:
    if not _KINDS[kind](value):
        yield GeneratorError(
            f"{name} is not {kind}", pointer=pointer, remedy="Correct it in an overlay."
        )
