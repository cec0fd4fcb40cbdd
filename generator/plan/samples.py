"""Values made of the document's examples, for the calls and answers that the reference shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.normalise.objects import COMPOSING, REST, referred

if TYPE_CHECKING:
    from generator.plan.schemas import Schemas

_PLACEHOLDERS: Final[dict[str, Any]] = {
    "string": "...",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "object": {},
}


def answer_sample(schema: dict[str, Any], schemas: Schemas) -> Any:
    """Return what a schema and its parts give as examples; ``None`` if they give none."""
    return _Sampler(schemas, is_request=False).value(schema)


def argument_sample(schema: dict[str, Any], schemas: Schemas) -> Any:
    """Return an example of an argument; what is required and has none is made up."""
    return _Sampler(schemas, is_request=True).value(schema)


class _Sampler:
    def __init__(self, schemas: Schemas, *, is_request: bool) -> None:
        self._schemas = schemas
        self._is_request = is_request

    def value(self, schema: dict[str, Any], above: frozenset[str] = frozenset()) -> Any:
        if "example" in schema:
            return schema["example"]
        name = referred(schema)
        if name:
            return None if name in above else self._component(name, above | {name})
        if schema.get("enum"):
            return schema["enum"][0]
        for key in COMPOSING:
            if key in schema:
                return self.value(schema[key][0], above)
        if schema.get("type") == "array":
            item = self.value(schema.get("items", {}), above)
            return None if item is None else [item]
        return _PLACEHOLDERS.get(schema.get("type", "")) if self._is_request else None

    def _component(self, name: str, above: frozenset[str]) -> Any:
        component = self._schemas.components[name]
        if "example" in component or not self._schemas.is_model(name):
            return self.value(component, above)
        properties = (
            [prop for prop in self._schemas.request_properties(name) if prop.required]
            if self._is_request
            else self._schemas.answer_properties(name)
        )
        values = {
            prop.wire: self.value(prop.schema, above) for prop in properties if prop.wire != REST
        }
        found = {wire: value for wire, value in values.items() if value is not None}
        return found or ({} if self._is_request else None)
