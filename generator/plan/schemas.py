"""Reads types, properties and examples out of the effective spec's schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from generator.errors import GeneratorError
from generator.normalise.objects import CHOICES, COMPOSING, REST, referred
from generator.plan.types import (
    ANY,
    BYTES,
    STRING,
    Binary,
    Enumeration,
    ListOf,
    MapOf,
    Nullable,
    Reference,
    Scalar,
    TypeRef,
    UnionOf,
)
from generator.spec import join, schema_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.normalise.objects import Objects
    from generator.parse import Parsed

_SCALARS: Final[dict[str, TypeRef]] = {
    "string": STRING,
    "integer": Scalar("int"),
    "number": Scalar("float"),
    "boolean": Scalar("bool"),
}
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "string": "...",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "object": {},
}
DEPRECATED: Final = "Deprecated by the API."
_LISTED: Final = frozenset({"string", "integer"})
"""The types whose values a ``Literal`` can list, for readers of JSON too."""


@frozen
class Property:
    """One property of an object schema."""

    wire: str
    schema: dict[str, Any]
    required: bool
    pointer: str

    @property
    def label(self) -> str:
        """What its Python name is made of."""
        return self.schema.get("x-client-name", self.wire)


@frozen
class Schemas:
    """The component schemas, as the document says and as the parser understood them."""

    objects: Objects
    parsed: Parsed = field(repr=False)
    _resolving: list[str] = field(factory=list[str], init=False, eq=False, repr=False)

    @property
    def components(self) -> Mapping[str, dict[str, Any]]:
        """The component schemas by name."""
        return self.objects.components

    def type_of(self, schema: dict[str, Any], pointer: str) -> TypeRef:
        """Return the type that a schema describes.

        Raises:
            GeneratorError: The schema is of a kind that no Python type stands for.
        """
        type_ = self._type_of(schema, pointer)
        return Nullable(type_) if schema.get("nullable") and type_ != ANY else type_

    def _type_of(self, schema: dict[str, Any], pointer: str) -> TypeRef:
        if "$ref" in schema:
            return self._referenced(schema["$ref"])
        if schema.get("enum"):
            return self._enumeration(schema, pointer)
        for key in ("oneOf", "anyOf", "allOf"):
            if key in schema:
                return self._combined(schema[key], f"{pointer}/{key}", any_of=key != "allOf")
        return self._plain(schema, pointer)

    def _combined(self, members: list[dict[str, Any]], pointer: str, *, any_of: bool) -> TypeRef:
        types = tuple(
            dict.fromkeys(
                self.type_of(member, f"{pointer}/{number}") for number, member in enumerate(members)
            )
        )
        if len(types) == 1:
            return types[0]
        if any_of:
            return UnionOf(types)
        raise GeneratorError(
            "an allOf of schemas that are not objects has no type in Python",
            pointer=pointer,
            remedy="Describe the value in one schema in an overlay.",
        )

    def _plain(self, schema: dict[str, Any], pointer: str) -> TypeRef:
        match schema.get("type"):
            case "array":
                return ListOf(self.type_of(schema.get("items", {}), f"{pointer}/items"))
            case "object" if not schema.get("properties"):
                inner: dict[str, Any] | bool = schema.get("additionalProperties", True)
                if isinstance(inner, bool):
                    return MapOf(ANY)
                return MapOf(self.type_of(inner, f"{pointer}/additionalProperties"))
            case "string" if schema.get("format") == "binary":
                return Binary()
            case "string" if schema.get("format") == "byte":
                return BYTES
            case str(kind) if kind in _SCALARS:
                return _SCALARS[kind]
            case None:
                return ANY
            case kind:
                raise GeneratorError(
                    f"a schema of type {kind!r} has no Python type here",
                    pointer=pointer,
                    remedy="Describe it with a named component or a plain type in an overlay.",
                )

    def _referenced(self, ref: str) -> TypeRef:
        name = schema_name(ref)
        target = self.components[name]
        if target.get("enum"):
            enumeration = self._enumeration(target, f"/components/schemas/{name}", name)
            return Nullable(enumeration) if target.get("nullable") else enumeration
        if self.is_model(name):
            reference = Reference(name, is_open=self.objects.of(name).rest is not None)
            return Nullable(reference) if target.get("nullable") else reference
        pointer = f"/components/schemas/{name}"
        if name in self._resolving:  # an allOf without properties looked like an object before
            raise GeneratorError(
                "the component contains itself with no object in between",
                pointer=pointer,
                remedy="Describe it as an object of its own, or more simply, in an overlay.",
            )
        self._resolving.append(name)
        try:
            return self.type_of(target, pointer)
        finally:
            self._resolving.pop()

    def _enumeration(
        self, schema: dict[str, Any], pointer: str, name: str | None = None
    ) -> TypeRef:
        kinds = _by_kind(schema)
        if not kinds.keys() <= _SCALARS.keys():
            raise GeneratorError(
                f"an enumeration of {' and '.join(kinds)} values is not supported",
                pointer=pointer,
                remedy="List texts, numbers, true and false alone in an overlay.",
            )
        if not kinds:
            return self._plain(schema, pointer)
        types = tuple(
            Enumeration(tuple(dict.fromkeys(values)), name if len(kinds) == 1 else None)
            if kind in _LISTED
            else _SCALARS[kind]
            for kind, values in kinds.items()
        )
        return types[0] if len(types) == 1 else UnionOf(types)

    def is_model(self, name: str) -> bool:
        """Return whether the component is an object with properties of its own."""
        return name in self.components and self.objects.is_object(name)

    def properties(self, name: str) -> list[Property]:
        """Return the properties of an object component, ``*`` for further ones.

        They stand in the document's order; whether one is required is the parser's word.

        Raises:
            GeneratorError: The object may be of other classes, which the schema does not list.
        """
        component, pointer = self.components[name], join("/components/schemas", name)
        if "discriminator" in component and not component.keys() & {*CHOICES}:
            raise GeneratorError(
                f"the discriminator of {name} chooses between schemas that are not listed",
                pointer=f"{pointer}/discriminator",
                remedy="List them with oneOf in an overlay, or remove the discriminator there.",
            )
        members, parsed = self.objects.of(name), self.parsed.properties(name)
        found = [
            Property(wire, part.node, parsed[wire], part.pointer)
            for wire, part in members.properties.items()
        ]
        if members.rest:
            text = self.text_of(members.rest.node) or "All members that have no argument or field."
            schema = {
                "type": "object",
                "description": text,
                "additionalProperties": members.rest.node,
            }
            found.append(Property(REST, schema, parsed[REST], members.rest.pointer))
        return found

    def with_classes_only(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema with references left to classes alone: to objects and enumerations."""
        if "$ref" in schema:
            name = schema_name(schema["$ref"])
            target = self.components[name]
            if self.is_model(name) and self.objects.of(name).rest:
                return {"anyOf": [schema, {"type": "object"}]}
            if self.is_model(name) or set(_by_kind(target)) in ({"string"}, {"integer"}):
                return schema
            return self.with_classes_only(target)
        view = dict(schema)
        kinds = _by_kind(schema)
        if set(kinds) - {"string", "integer"} or len(kinds) > 1:
            return {"anyOf": [_kind_schema(kind, values) for kind, values in kinds.items()]}
        for key in ("items", "additionalProperties"):
            if isinstance(view.get(key), dict):
                view[key] = self.with_classes_only(view[key])
        for key in ("allOf", "oneOf", "anyOf"):
            if key in view:
                view[key] = [self.with_classes_only(member) for member in view[key]]
        return view

    def request_properties(self, name: str) -> list[Property]:
        """Return the properties that callers send: not those that only the server writes."""
        hidden = self.saying(name, "readOnly")
        return [prop for prop in self.properties(name) if prop.wire not in hidden]

    def answer_properties(self, name: str) -> list[Property]:
        """Return the properties of an answer: what only callers write may be missing."""
        hidden = self.saying(name, "writeOnly")
        return [
            evolve(prop, required=False) if prop.wire in hidden else prop
            for prop in self.properties(name)
        ]

    def saying(self, name: str, key: str) -> frozenset[str]:
        """Return the properties of an object whose schemas have a field that is true."""
        return frozenset(
            prop.wire for prop in self.properties(name) if self._says(prop.schema, key)
        )

    def _says(self, schema: dict[str, Any], key: str) -> bool:
        if "$ref" in schema:
            return self._says(self.components[schema_name(schema["$ref"])], key)
        return bool(schema.get(key)) or any(
            self._says(member, key) for member in schema.get("allOf", ())
        )

    def answer_sample(self, schema: dict[str, Any]) -> Any:
        """Return what a schema and its parts give as examples; ``None`` if they give none."""
        return _Sampler(self, is_request=False).value(schema)

    def argument_sample(self, schema: dict[str, Any]) -> Any:
        """Return an example of an argument; what is required and has none is made up."""
        return _Sampler(self, is_request=True).value(schema)

    def text_of(self, schema: dict[str, Any]) -> str:
        """Return the description of a schema, or of the component that it refers to."""
        text: str | None = schema.get("description")
        if text is None:
            text = self.components.get(referred(schema), {}).get("description")
        return with_deprecation(schema, text or "")


@frozen
class _Sampler:
    schemas: Schemas
    is_request: bool

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
        return _PLACEHOLDERS.get(schema.get("type", "")) if self.is_request else None

    def _component(self, name: str, above: frozenset[str]) -> Any:
        component = self.schemas.components[name]
        if "example" in component or not self.schemas.is_model(name):
            return self.value(component, above)
        properties = (
            [prop for prop in self.schemas.request_properties(name) if prop.required]
            if self.is_request
            else self.schemas.answer_properties(name)
        )
        values = {
            prop.wire: self.value(prop.schema, above) for prop in properties if prop.wire != REST
        }
        found = {wire: value for wire, value in values.items() if value is not None}
        return found or ({} if self.is_request else None)


def with_deprecation(node: dict[str, Any], text: str) -> str:
    """Return a text that also says that a parameter or a field is deprecated."""
    return f"{DEPRECATED}\n\n{text}".strip() if node.get("deprecated") else text


def _by_kind(schema: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the values of an enumeration by their JSON type, numbers together."""
    values = [value for value in schema.get("enum", ()) if value is not None]
    kinds = {"bool": "boolean", "str": "string", "float": "number", "int": "integer"}
    found: dict[str, list[Any]] = {}
    for value in values:
        kind = type(value).__name__
        found.setdefault(kinds.get(kind, kind), []).append(value)
    if "number" in found or (schema.get("type") == "number" and "integer" in found):
        found["number"] = [*found.get("number", ()), *found.pop("integer", ())]
    return found


def _kind_schema(kind: str, values: list[Any]) -> dict[str, Any]:
    return {"type": kind, "enum": values} if kind in _LISTED else {"type": kind}
