"""Values made up from schemas: from their examples, else from type, format, enum and name."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from coze_sandbox._json import ABSENT, Object, is_array, is_object

if TYPE_CHECKING:
    from coze_sandbox._document import Document

MOMENT = 1735689600  # 2025-01-01T00:00:00Z
DIGITS = 7400000000000000000
DEEPEST = 12
TYPES: dict[str, type | tuple[type, ...]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "string": str,
}
FORMATS = {
    "binary": "binary",
    "byte": base64.b64encode(b"sandbox").decode(),
    "date": "2025-01-01",
    "date-time": "2025-01-01T00:00:00Z",
    "email": "user@example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


class Synthesiser:
    """Makes a value of any schema: the same one each time, every property filled."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def value(
        self,
        node: Object,
        *,
        name: str = "",
        seed: int = 0,
        example: Any = ABSENT,
        above: tuple[str, ...] = (),
    ) -> Any:
        """Make a value.

        Args:
            node: the schema, or a reference to it.
            name: the property that it fills; it shapes the value.
            seed: distinguishes values of one schema: their ids and names differ.
            example: what a schema further up gives as its example for this place.
            above: the references that lead here.

        Returns:
            The value; `ABSENT` where a schema meets itself again or lies too deep.
        """
        ref = node.get("$ref")
        if isinstance(ref, str):
            if ref in above or len(above) == DEEPEST:
                return ABSENT
            above = (*above, ref)
        schema = self.merge_all_of(node)
        example = next(
            (one for one in (example, schema.get("example", ABSENT)) if fits(schema, one)), ABSENT
        )
        match kind_of(schema):
            case "object":
                return self._object(schema, seed, example, above)
            case "array":
                given = example[0] if example is not ABSENT and example else ABSENT
                item = self.value(
                    schema.get("items", {}), name=name, seed=seed, example=given, above=above
                )
                return [] if item is ABSENT else [item]
            case kind:
                return self._scalar(schema, kind, name, seed, example)

    def _object(self, schema: Object, seed: int, example: Any, above: tuple[str, ...]) -> Object:
        given: Object = {} if example is ABSENT else example
        made: Object = {}
        for name, node in schema.get("properties", {}).items():
            if "x-client-spelling-of" in node:
                continue
            value = self.value(
                node, name=name, seed=seed, example=given.get(name, ABSENT), above=above
            )
            if value is not ABSENT:
                made[name] = value
        others = schema.get("additionalProperties")
        if others is False or (others is None and made):
            return made
        made |= {name: value for name, value in given.items() if name not in made}
        if is_object(others) and others and not made:
            value = self.value(others, name="value", seed=seed, above=above)
            if value is not ABSENT:
                made["key"] = value
        return made

    def _scalar(self, schema: Object, kind: str, name: str, seed: int, example: Any) -> Any:
        if schema.get("enum"):
            return schema["enum"][0] if example is ABSENT else example
        if example is ABSENT:
            example = schema.get("default", ABSENT)
        if kind in ("integer", "number"):
            return self._number(schema, name, seed, example)
        if kind == "boolean":
            return True if example is ABSENT else example
        if example is ABSENT:
            example = self._text(schema, name)
        return _varied(example, name, seed, schema) if isinstance(example, str) else example

    def _number(self, schema: Object, name: str, seed: int, example: Any) -> Any:
        if is_id(name):
            return (1000 if example is ABSENT else example) + seed
        if example is not ABSENT:
            return example
        if name in self._document.envelope.fields:
            return 0
        if name.endswith(("_at", "_time", "timestamp")):
            return MOMENT
        return schema.get("minimum", min(1, schema.get("maximum", 1)))

    def _text(self, schema: Object, name: str) -> str:
        form = schema.get("format", "")
        if form in FORMATS:
            return FORMATS[form]
        if name in self._document.envelope.fields:
            return ""
        if name.endswith("_code"):
            return "0"  # where the type is text, clients read a number all the same
        if form == "uri" or name.endswith(("url", "uri")):
            return f"https://example.com/{name}"
        text = str(DIGITS) if is_id(name) else name.replace("_", " ") or "text"
        text = text[: schema.get("maxLength", len(text))]
        return text.ljust(schema.get("minLength", 0), "x")

    def merge_all_of(self, node: Object) -> Object:
        """Resolve a schema: one of all of `allOf`, and of the alternative that fits its example."""
        schema = self._document.resolve(node)
        for word in ("oneOf", "anyOf"):
            if schema.get(word):
                ways = [self.merge_all_of(way) for way in schema[word]]
                shown = schema.get("example", ABSENT)
                schema = {**schema, **next((way for way in ways if fits(way, shown)), ways[0])}
        for part in schema.get("allOf", ()):
            one = self.merge_all_of(part)
            properties = {**one.get("properties", {}), **schema.get("properties", {})}
            schema = {**one, **schema}
            if properties:
                schema["properties"] = properties
        return schema


def kind_of(schema: Object) -> str:
    """Return the JSON type that a schema speaks of."""
    kind = schema.get("type")
    if is_array(kind):
        kind = next((one for one in kind if one != "null"), None)
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "any"
    return str(kind)


def fits(schema: Object, value: Any) -> bool:
    """Return whether a value is of the type that a schema names, and one of its `enum`."""
    if value is ABSENT or (schema.get("enum") and value not in schema["enum"]):
        return False
    kind = kind_of(schema)
    if isinstance(value, bool):
        return kind in ("boolean", "any")
    return isinstance(value, TYPES.get(kind, object))


def is_id(name: str) -> bool:
    """Return whether a property holds an id, by its name."""
    return name in ("id", "uuid") or name.endswith(("_id", "Id", "_uuid"))


def _varied(text: str, name: str, seed: int, schema: Object) -> str:
    if is_id(name):
        text = text.replace("*", "0")
        if seed:
            text = f"{text[:-4] or text}{seed:04d}"
    elif seed and (name in ("", "name", "title") or name.endswith("_name")):
        text = f"{text} {seed}"
    return text[: schema.get("maxLength", len(text))]
