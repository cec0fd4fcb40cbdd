"""Checks that the parts of a document are what the passes take them for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.errors import GeneratorError
from generator.normalise.parts import BELOW, Node, Part, parts
from generator.spec import join
from generator.values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.normalise.parts import Role, Shape

_TEXTS: Final = "an array of texts"
_FIELDS: Final[Mapping[Role, Mapping[str, str]]] = {
    "operation": {"operationId": "a text"},
    "parameter": {"name": "a text", "in": "a text"},
    "schema": {
        **dict.fromkeys(("type", "format", "title", "x-client-name"), "a text"),
        **dict.fromkeys(("required", "x-enum-varnames", "x-coze-order", "x-apihub-orders"), _TEXTS),
        **dict.fromkeys(("x-coze-enum-names", "x-apihub-enum-names"), _TEXTS),
        "enum": "an array",
        "discriminator": "an object",
    },
}
_EVERYWHERE: Final[Mapping[str, str]] = {"$ref": "a text", "description": "a text"}


def check_structure(document: Node) -> Node:
    """A field that is not of the kind that OpenAPI gives it is an error.

    Raises:
        GeneratorError: For the first such field.
    """
    # Each part is checked before those below it are looked for.
    for part in parts(document):
        for name, wanted in {**_EVERYWHERE, **_FIELDS.get(part.role, {})}.items():
            if name in part.node and not _is(wanted, part.node[name]):
                raise _wrong(join(part.pointer, name), name, wanted)
        for name, content, shape in _holders(part):
            _check_holder(join(part.pointer, name), name, content, shape)
    return document


def _holders(part: Part) -> Iterator[tuple[str, Any, Shape]]:
    """The fields of a part that hold other parts."""
    if part.role == "callback":
        for name, content in part.node.items():
            yield name, content, "one"
    for name, (_, shape) in BELOW[part.role].items():
        if name in part.node:
            yield name, part.node[name], shape


def _check_holder(pointer: str, name: str, content: Any, shape: Shape) -> None:
    if shape == "one":
        is_open = name == "additionalProperties" and isinstance(content, bool)
        if not (is_object(content) or is_open or name.startswith("x-")):
            raise _wrong(pointer, name, "an object")
    elif shape == "map":
        if not is_object(content):
            raise _wrong(pointer, name, "an object")
        for key, value in content.items():
            if not (is_object(value) or key.startswith("x-")):
                raise _wrong(join(pointer, key), key, "an object")
    else:
        if not is_array(content):
            raise _wrong(pointer, name, "an array")
        for number, value in enumerate(content):
            if not is_object(value):
                raise _wrong(join(pointer, number), f"{name}[{number}]", "an object")


def _is(wanted: str, value: Any) -> bool:
    match wanted:
        case "a text":
            return isinstance(value, str)
        case "an object":
            return is_object(value)
        case "an array":
            return is_array(value)
        case _:
            return is_array(value) and all(isinstance(item, str) for item in value)


def _wrong(pointer: str, name: str, wanted: str) -> GeneratorError:
    return GeneratorError(
        f"{name} is not {wanted}", pointer=pointer, remedy="Correct it in an overlay."
    )
