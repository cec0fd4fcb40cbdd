"""Passes over single schemas: formats, enumerations, properties and examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from referencing import Registry
from referencing.jsonschema import DRAFT4

from generator.errors import GeneratorError, hint, raise_all
from generator.normalise.objects import COMPOSING, Objects
from generator.normalise.walk import Node, Part, omit, parts, rewrite
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STRINGS: Final = (
    "binary", "byte", "date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6",
    "password", "time", "uri", "uuid",
)  # fmt: skip
_FORMATS: Final[Mapping[str, Mapping[str, str]]] = {
    "integer": {"i32": "int32", "i64": "int64", "int32": "int32", "int64": "int64"},
    "number": {"double": "double", "float": "float"},
    "string": {name: name for name in _STRINGS},
}
_VALUES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_NEEDED: Final[Mapping[str, str]] = {
    "properties": "object",
    "additionalProperties": "object",
    "items": "array",
}
_NAMES: Final = ("x-enum-varnames", "x-coze-enum-names", "x-apihub-enum-names")
_ORDERS: Final = ("x-coze-order", "x-apihub-orders")
_EXAMPLES: Final = ("x-coze-example", "example")
_PLACEHOLDERS: Final = frozenset({"", '""', "-", "\\", "/"})
_PARSED: Final = frozenset({"integer", "number", "boolean", "array", "object"})
_DOCUMENT: Final = "urn:document"


def formats(document: Node) -> Node:
    """Drop each format that the OpenAPI registry does not have for the type."""

    def change(part: Part) -> Node:
        if "format" not in part.node:
            return part.node
        known = _FORMATS.get(part.node.get("type", ""), {})
        name = known.get(part.node["format"])
        rest = omit(part.node, "format")
        return rest | {"format": name} if name else rest

    return rewrite(document, {"schema": change})


def check_types(document: Node) -> Node:
    """Refuse what contradicts the type of a schema: values of another type, fields of another kind.

    Raises:
        GeneratorError: For each contradiction.
    """
    raise_all(
        error
        for part in parts(document)
        if part.role == "schema" and "type" in part.node
        for error in _contradictions(part, part.node["type"])
    )
    return document


def _contradictions(part: Part, kind: str) -> Iterator[GeneratorError]:
    values = [value for value in part.node.get("enum", ()) if value is not None]
    wrong = [value for value in values if type(value) not in _VALUES.get(kind, ())]
    if wrong and kind in _VALUES:
        yield GeneratorError(
            f"an enumeration of type {kind} has values of another: "
            f"{', '.join(map(repr, wrong[:3]))}",
            pointer=join(part.pointer, "enum"),
            remedy="Correct the values or the type in an overlay; texts of digits need quotes.",
        )
    elif wrong:
        yield GeneratorError(
            f"an enumeration of values of type {kind} has no type in Python",
            pointer=join(part.pointer, "enum"),
            remedy="Remove it in an overlay, or move it to the items that it is about.",
        )
    for name, needed in _NEEDED.items():
        if part.node.get(name) and kind != needed:
            yield GeneratorError(
                f"a schema of type {kind} has {name}, which only an {needed} can have",
                pointer=join(part.pointer, name),
                remedy=f"Remove it in an overlay, or make the type {needed} there.",
            )


def enum_names(document: Node) -> Node:
    """Put the names of the members of an enumeration into ``x-enum-varnames``.

    Raises:
        GeneratorError: There are more or fewer names than values.
    """

    def change(part: Part) -> Node:
        key = next((key for key in _NAMES if part.node.get(key)), None)
        if key is None:
            return part.node
        names = part.node[key]
        values = part.node.get("enum", [])
        if len(names) != len(values):
            raise GeneratorError(
                f"the enumeration has {len(values)} values and {len(names)} names: "
                f"{values} and {names}",
                pointer=join(part.pointer, key),
                remedy="Correct one or the other in an overlay.",
            )
        return omit(part.node, *_NAMES) | {"x-enum-varnames": names}

    return rewrite(document, {"schema": change})


def required(document: Node) -> Node:
    """Clean ``required``: each property once, and none that does not exist.

    Raises:
        GeneratorError: It names what is not a property.
    """
    errors: list[GeneratorError] = []

    def change(part: Part) -> Node:
        # What is put together may be described in one member and required in another.
        kept = any(key in part.node or f"/{key}/" in part.pointer for key in COMPOSING)
        if "required" not in part.node or kept:
            return part.node
        known = part.node.get("properties", {})
        for number, name in enumerate(part.node["required"]):
            if name not in known:
                errors.append(
                    GeneratorError(
                        f"required names {name!r}, which is not a property{hint(name, known)}",
                        pointer=join(part.pointer, "required", number),
                        remedy="Describe the property in an overlay, or remove the name there.",
                    )
                )
        names = list(dict.fromkeys(part.node["required"]))
        rest = omit(part.node, "required")
        return rest | {"required": names} if names else rest

    result = rewrite(document, {"schema": change})
    raise_all(errors)
    return result


def values(document: Node) -> Node:
    """Merge an ``allOf`` that describes a value, not an object, into one schema.

    Raises:
        GeneratorError: No value fits all of its members.
    """
    objects = Objects(document.get("components", {}).get("schemas", {}))

    def change(part: Part) -> Node:
        return objects.as_one(part) if len(part.node.get("allOf", ())) > 1 else part.node

    return rewrite(document, {"schema": change})


def property_order(document: Node) -> Node:
    """Order properties as the API's documentation does, not by the alphabet."""

    def change(part: Part) -> Node:
        order: list[str] | None = next(
            (part.node[key] for key in _ORDERS if key in part.node), None
        )
        properties: Node = part.node.get("properties", {})
        if order is None or not properties:
            return part.node
        first = {name: properties[name] for name in order if name in properties}
        return part.node | {"properties": first | properties}

    return rewrite(document, {"schema": change})


def examples(document: Node) -> Node:
    """Turn examples, mostly texts whatever the type, into values of the type; drop the rest."""
    # What only the pass needs takes longer to import than a comparison of documents takes.
    from generator.schema_check import MAX_STEPS, StepLimit, TooManyStepsError  # noqa: PLC0415

    registry = Registry[Any]().with_resource(_DOCUMENT, DRAFT4.create_resource(document))
    limit = StepLimit(patterns_fit=False)
    validator = limit.validator()({}, registry=registry)

    def change(part: Part) -> Node:
        given = next((part.node[key] for key in _EXAMPLES if key in part.node), None)
        rest = omit(part.node, *_EXAMPLES)
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
    if isinstance(given, str):
        if given.strip() in _PLACEHOLDERS:
            return None
        if type_ in _PARSED:
            try:
                given = json.loads(given)
            except (ValueError, RecursionError):
                return None
    if type_ == "string" and type(given) is int:
        return str(given)
    if type_ == "integer" and isinstance(given, float) and given.is_integer():
        return int(given)
    return given
