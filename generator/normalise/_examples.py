"""A pass over examples: each is a value that its schema allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from referencing import Registry
from referencing.jsonschema import DRAFT4

from generator.normalise.walk import Node, Part, omit, rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEYS: Final = ("x-coze-example", "example")
_PLACEHOLDERS: Final = frozenset({"", '""', "-", "\\", "/"})
_DOCUMENT: Final = "urn:document"


def examples(document: Node) -> Node:
    """Turn examples, mostly texts whatever the type, into values of the type; drop the rest."""
    # What only the pass needs takes longer to import than a comparison of documents takes.
    from generator.schema_check import MAX_STEPS, StepLimit, TooManyStepsError  # noqa: PLC0415

    registry = Registry[Any]().with_resource(_DOCUMENT, DRAFT4.create_resource(document))
    limit = StepLimit(patterns_fit=False)
    validator = limit.validator()({}, registry=registry)

    def change(part: Part) -> Node:
        given = next((part.node[key] for key in _KEYS if key in part.node), None)
        rest = omit(part.node, *_KEYS)
        value = _value(given, part.node.get("type", ""))
        if value is None:
            return part.node if len(rest) == len(part.node) else rest
        schema = {"$ref": f"{_DOCUMENT}#{quote(part.pointer)}"}
        limit.left = MAX_STEPS
        try:
            fits = validator.evolve(schema=schema).is_valid(value)
        except TooManyStepsError:
            fits = False
        return rest | {"example": value} if fits else rest

    return rewrite(document, {"schema": change})


def _value(given: Any, type_: str) -> Any:
    """Return the value that is meant by an example, or ``None``."""
    if isinstance(given, str) and given.strip() in _PLACEHOLDERS:
        return None
    return _READ.get(type_, _same)(given)


def _same(given: Any) -> Any:
    return given


def _text(given: Any) -> Any:
    return str(given) if type(given) is int else given


def _parsed(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return None


def _integer(given: Any) -> Any:
    value = _parsed(given)
    return int(value) if isinstance(value, float) and value.is_integer() else value


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "string": _text,
    "integer": _integer,
    "number": _parsed,
    "boolean": _parsed,
    "array": _parsed,
    "object": _parsed,
}
