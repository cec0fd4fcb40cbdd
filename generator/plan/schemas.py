"""Reads types and properties out of the effective spec's schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from generator.errors import GeneratorError
from generator.normalise.objects import CHOICES, REST, referred
from generator.plan.types import (
    ANY,
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
from generator.spec import SCHEMAS, join

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


@frozen
class Property:
    """One property of an object schema."""

    wire: str
    schema: dict[str, Any]
    required: bool
    pointer: str


@frozen
class Schemas:
    """The component schemas, as the document says and as the parser understood them."""

    objects: Objects
    parsed: Parsed = field(repr=False)

    @property
    def components(self) -> Mapping[str, dict[str, Any]]:
        """The component schemas by name."""
        return self.objects.components

    def type_of(self, schema: dict[str, Any], pointer: str) -> TypeRef:
        """The type that a schema describes.

        Raises:
            GeneratorError: The schema is of a kind that no Python type stands for.
        """
        type_ = self._type_of(schema, pointer)
        return Nullable(type_) if schema.get("nullable") and type_ != ANY else type_

    def _type_of(self, schema: dict[str, Any], pointer: str) -> TypeRef:
        if "$ref" in schema:
            return self._referenced(schema["$ref"])
        values = [value for value in schema.get("enum", ()) if value is not None]
        if values:
            return self._enumeration(values, pointer)
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
            "an inline allOf of several schemas has no Python type here",
            pointer=pointer,
            remedy="Make it a named component in an overlay.",
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
        name = ref.removeprefix(SCHEMAS)
        target = self.components[name]
        if target.get("enum"):
            pointer = f"/components/schemas/{name}"
            enumeration = self._enumeration(
                [value for value in target["enum"] if value is not None], pointer, name
            )
            return Nullable(enumeration) if target.get("nullable") else enumeration
        if self.is_model(name):
            reference = Reference(name, is_open=self.objects.of(name).rest is not None)
            return Nullable(reference) if target.get("nullable") else reference
        return self.type_of(target, f"/components/schemas/{name}")

    @staticmethod
    def _enumeration(values: list[Any], pointer: str, name: str | None = None) -> Enumeration:
        kinds = sorted({type(value).__name__ for value in values})
        if kinds not in (["int"], ["str"]):
            raise GeneratorError(
                f"an enumeration of {' and '.join(kinds)} is not supported",
                pointer=pointer,
                remedy="List texts alone or integers alone in an overlay.",
            )
        return Enumeration(tuple(dict.fromkeys(values)), name)

    def is_model(self, name: str) -> bool:
        """Whether the component is an object with properties of its own."""
        return name in self.parsed.models

    def properties(self, name: str) -> list[Property]:
        """The properties of an object component, with ``*`` for further ones that it describes.

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
        """The schema with references left to classes alone: to objects and enumerations."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(SCHEMAS)
            target = self.components[name]
            if self.is_model(name) and self.objects.of(name).rest:
                return {"anyOf": [schema, {"type": "object"}]}
            if self.is_model(name) or target.get("enum"):
                return schema
            return self.with_classes_only(target)
        view = dict(schema)
        for key in ("items", "additionalProperties"):
            if isinstance(view.get(key), dict):
                view[key] = self.with_classes_only(view[key])
        for key in ("allOf", "oneOf", "anyOf"):
            if key in view:
                view[key] = [self.with_classes_only(member) for member in view[key]]
        return view

    def says(self, schema: dict[str, Any], key: str) -> bool:
        """Whether a schema, or one that it refers to, has a field that is true."""
        if "$ref" in schema:
            return self.says(self.components[schema["$ref"].removeprefix(SCHEMAS)], key)
        return bool(schema.get(key)) or any(
            self.says(member, key) for member in schema.get("allOf", ())
        )

    def text_of(self, schema: dict[str, Any]) -> str:
        """The description of a schema, or of the component that it refers to."""
        text = schema.get("description")
        if text is None:
            text = self.components.get(referred(schema), {}).get("description")
        return text or ""
