"""Values drawn from a schema, each one that the schema allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker

from generator.normalise.objects import mapped, mapping
from generator.spec import resolve

if TYPE_CHECKING:
    import random

    from generator.normalise.walk import Node

_FORMATS = {
    "date": "2026-11-29",
    "date-time": "2026-11-29T01:02:03Z",
    "duration": "P1DT2H",
    "byte": "Y296ZQ==",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_COMPOSING = {"allOf", "oneOf", "anyOf"}
_DEEP = 4
_TRIES = 200
_NOTHING = object()


class Drawing:
    """Draws values for the schemas of one document.

    Args:
        document: The document.
        choose: What chooses among values.
        sent: Whether the values are for requests, and not for answers.
    """

    def __init__(self, document: Node, choose: random.Random, *, sent: bool) -> None:
        self._document = document
        self._choose = choose
        self._hidden = "readOnly" if sent else "writeOnly"
        self._validator = OAS30WriteValidator if sent else OAS30ReadValidator

    def value(self, schema: Node) -> Any:
        """Draw a value that the schema allows.

        Raises:
            LookupError: None was found.
        """
        whole = {"allOf": [schema], "components": self._document.get("components", {})}
        validator = self._validator(whole, format_checker=oas30_format_checker)
        for _ in range(_TRIES):
            value = self._draw(schema, 0)
            if validator.is_valid(value):
                return value
        raise LookupError(f"no value was found for {schema}")

    def _draw(self, schema: Node, depth: int) -> Any:
        if "$ref" in schema:
            return self._draw(resolve(self._document, schema["$ref"]), depth)
        if schema.get("nullable") and self._choose.random() < 0.1:
            return None
        if values := [value for value in schema.get("enum", ()) if value is not None]:
            return self._choose.choice(values)
        drawn = [self._draw(one, depth) for one in schema.get("allOf", ())]
        for member in (
            self._choose.choice(schema[key]) for key in ("oneOf", "anyOf") if key in schema
        ):
            drawn.append(self._draw(member, depth))
            if "discriminator" in schema and isinstance(drawn[-1], dict):
                names = mapping(schema).items()
                values = [value for value, name in names if mapped(name) == member["$ref"]]
                drawn[-1][schema["discriminator"]["propertyName"]] = self._choose.choice(values)
        drawn.append(self._own(schema, depth))
        drawn = [one for one in drawn if one is not _NOTHING]
        if drawn and all(isinstance(one, dict) for one in drawn):
            whole: Node = {}
            for one in drawn:
                whole |= one
            return whole
        return drawn[0] if drawn else _NOTHING

    def _own(self, schema: Node, depth: int) -> Any:
        match schema.get("type", "object" if "properties" in schema else None):
            case "object":
                return self._object(schema, depth)
            case "array":
                count = 0 if depth > _DEEP else self._choose.randint(1, 2)
                count = max(count, schema.get("minItems", 0))
                return [self._draw(schema.get("items", {}), depth + 1) for _ in range(count)]
            case "string":
                return self._text(schema)
            case "integer":
                low = int(schema.get("minimum", 1))
                return self._choose.randint(
                    low, min(int(schema.get("maximum", low + 1000)), low + 1000)
                )
            case "number":
                low = schema.get("minimum", 0)
                return min(
                    low + self._choose.choice([0.5, 1.25, 7]), schema.get("maximum", low + 7)
                )
            case "boolean":
                return self._choose.random() < 0.5
            case _ if schema.keys() & {*_COMPOSING, "required"}:
                return _NOTHING
            case _:
                return {"any": ["thing", 1]}

    def _object(self, schema: Node, depth: int) -> Node:
        properties: Node = schema.get("properties", {})
        required = schema.get("required", ())
        made = {
            name: self._draw(one, depth + 1)
            for name, one in properties.items()
            # What comes in another spelling is given back in the usual one.
            if "x-client-spelling-of" not in one
            and self._hidden not in self._resolved(one)
            and (name in required or (depth <= _DEEP and self._choose.random() < 0.9))
        }
        is_map = not properties and not schema.keys() & _COMPOSING
        rest = schema.get("additionalProperties", is_map)
        if rest is not False and depth <= _DEEP:
            inner = {} if rest is True else rest
            made |= {f"more {number}": self._draw(inner, depth + 1) for number in range(2)}
        return made

    def _resolved(self, schema: Node) -> Node:
        return resolve(self._document, schema["$ref"]) if "$ref" in schema else schema

    def _text(self, schema: Node) -> Any:
        form = schema.get("format")
        if form in _FORMATS:
            return _FORMATS[form]
        text = self._choose.choice(["text 1&=ü", "a/b?c#d", "7493066380997000001", "%2F+ é"])
        return text[: schema.get("maxLength", 100)].ljust(schema.get("minLength", 0), "x")
