"""Models and pages in frameworks. Pydantic is imported only when it asks."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs

from coze_core._coze_error import CozeError
from coze_core._decode import build

M = TypeVar("M")

_TYPES = {bool: "boolean", float: "number", int: "integer", NoneType: "null", str: "string"}


def model_of(kind: type[M], data: Any) -> M:
    """Return a model of JSON data.

    Raises:
        CozeError: Something does not fit.
    """
    if not isinstance(data, dict):
        raise CozeError(f"{kind.__name__} is made from a dict, got {type(data).__name__}.")
    problems: list[str] = []
    made = build(kind, cast("object", data), problems)
    if problems:
        raise CozeError(f"{kind.__name__}: this does not fit: {', '.join(problems[:5])}.")
    return made


def core_schema(kind: type[Any]) -> Any:
    """Return the schema by which pydantic validates an object or its dict, and dumps the dict."""
    from pydantic_core import core_schema as schemas

    def validate(value: object) -> Any:
        if isinstance(value, kind):
            return value
        try:
            return kind.from_dict(value)
        except CozeError as error:
            raise ValueError(str(error)) from None

    dump = schemas.plain_serializer_function_ser_schema(kind.to_dict)
    return schemas.no_info_plain_validator_function(validate, serialization=dump)


@cache
def serializer(kind: type[Any]) -> Any:
    """Return what dumps an object that pydantic meets where anything may stand."""
    from pydantic_core import SchemaSerializer

    return SchemaSerializer(core_schema(kind))


def json_schema(hint: Any, above: tuple[Any, ...] = ()) -> dict[str, Any]:
    """Return the JSON schema of a model, or of another type that a field has."""
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if kind in {Union, UnionType}:
        return {"anyOf": [json_schema(part, above) for part in parts]}
    if kind is Literal:
        return {"enum": list(parts)}
    if kind is list:
        return {"type": "array", "items": json_schema(parts[0], above) if parts else {}}
    if kind is dict or kind in above:
        return {"type": "object"}
    if isinstance(kind, type) and attrs.has(kind):
        hints = get_type_hints(kind)
        names = cast("dict[str, str]", getattr(kind, "__wire_names__", {}))
        properties = {
            names.get(field.name, field.name): json_schema(hints[field.name], (*above, kind))
            for field in attrs.fields(kind)
        }
        properties.pop("*", None)
        return {"type": "object", "title": kind.__name__, "properties": properties}
    return {"type": _TYPES[kind]} if kind in _TYPES else {}
