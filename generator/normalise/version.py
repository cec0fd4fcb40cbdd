"""Turns OpenAPI 3.1 into 3.0: nearly all that schemas of 3.1 say, 3.0 says in other words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from generator.errors import GeneratorError, raise_all
from generator.json_values import is_array, is_number, is_object
from generator.normalise.media import kind_of
from generator.normalise.walk import Node, Part, omit, rewrite
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERSION: Final = re.compile(r"3\.([01])\.\d+")
_PLAIN: Final = "3.0.3"
_DIALECT: Final = "https://spec.openapis.org/oas/3.1/dialect/base"
_REMEDY: Final = "Say it in the words of OpenAPI 3.0 in an overlay, or remove it there."
_OF_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("format", "pattern", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "object": (
        "properties", "required", "additionalProperties", "minProperties", "maxProperties",
    ),
}  # fmt: skip
_ANNOTATIONS: Final = frozenset({
    "title", "description", "default", "deprecated", "nullable", "readOnly", "writeOnly", "example",
    "examples", "externalDocs",
})  # fmt: skip
_KNOWN: Final = _ANNOTATIONS.union(
    ("$ref", "type", "enum", "not", "allOf", "oneOf", "anyOf", "discriminator", "xml"),
    *_OF_TYPE.values(),
)


def to_openapi_30(document: Node) -> Node:
    """Return a document of OpenAPI 3.0; one that is none yet, in its words.

    Raises:
        GeneratorError: The version is unknown, or something has no form in 3.0; all of it at once.
    """
    version = document.get("openapi", document.get("swagger"))
    known = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if known is None:
        raise GeneratorError(
            f"{version!r} is not a version of OpenAPI that can be read",
            pointer="/openapi",
            remedy="Convert the document to OpenAPI 3.0 or 3.1, written in full: openapi: 3.1.0.",
        )
    if known[1] == "0":
        return document
    conversion = _Conversion()
    document = conversion.document(document)
    document = rewrite(document, {"schema": conversion.schema})
    raise_all(conversion.errors)
    return document


@frozen
class _Conversion:
    errors: list[GeneratorError] = field(factory=list[GeneratorError])

    def refuse(self, what: str, pointer: str, remedy: str = _REMEDY) -> None:
        message = f"{what} has no form in OpenAPI 3.0"
        self.errors.append(GeneratorError(message, pointer=pointer, remedy=remedy))

    def document(self, node: Node) -> Node:
        if node.get("webhooks"):
            remedy = "Describe them as callbacks in an overlay, or remove them there."
            self.refuse("webhooks", "/webhooks", remedy)
        components: Any = node.get("components")
        if is_object(components) and components.get("pathItems"):
            self.refuse("pathItems", "/components/pathItems", "Write the paths out in an overlay.")
        if node.get("jsonSchemaDialect", _DIALECT) != _DIALECT:
            self.refuse("jsonSchemaDialect", "/jsonSchemaDialect")
        info: Node = omit(node["info"], "summary") if is_object(node.get("info")) else {}
        if is_object(info.get("license")):
            info["license"] = omit(info["license"], "identifier")
        rest = omit(node, "jsonSchemaDialect", "webhooks")
        empty: Node = {"paths": {}}
        return empty | rest | {"openapi": _PLAIN, "info": info}

    def schema(self, part: Part) -> Node:
        node = omit(part.node, "$comment")
        said = {key for key in node if not key.startswith("x-")} - _ANNOTATIONS
        if "$ref" in said and len(said) > 1:
            members = [{"$ref": node["$ref"]}, *node.get("allOf", ())]
            node = omit(node, "$ref") | {"allOf": members}
        if "const" in node:
            node = omit(node, "const") | {"enum": [node["const"]]}
        if is_array(node.get("examples")):
            first = {"example": node["examples"][0]} if node["examples"] else {}
            node = first | omit(node, "examples")
        node = _with_limits(node)
        node = _with_content(node)
        node = self._with_types(node, part.pointer)
        for key in ("anyOf", "oneOf"):
            if is_array(node.get(key)):
                node = self._without_null(node, key, part.pointer)
        node = self._with_schemas(node, part.pointer)
        for key in node:
            if key not in _KNOWN and not key.startswith("x-"):
                self.refuse(key, join(part.pointer, key))
        return node

    def _with_types(self, node: Node, pointer: str) -> Node:
        types: Any = node.get("type")
        listed: list[Any] = types if is_array(types) else [types]
        if not all(isinstance(kind, str | None) for kind in listed):
            return node  # what is out of form altogether is refused later
        if "null" in listed:
            node = node | {"nullable": True}
        kinds = [kind for kind in dict.fromkeys(listed) if kind != "null"]
        if "number" in kinds:
            kinds = [kind for kind in kinds if kind != "integer"]
        if not kinds:
            self.refuse("null alone", join(pointer, "type"))
        if len(kinds) == 1:
            node = node if kinds == [None] else node | {"type": kinds[0]}
        elif kinds:
            if "anyOf" in node:
                self.refuse("anyOf beside several types", join(pointer, "anyOf"))
            own = {kind: _OF_TYPE.get(kind, ()) for kind in kinds}
            members = [
                {"type": kind} | {key: node[key] for key in keys if key in node}
                for kind, keys in own.items()
            ]
            moved = [key for keys in own.values() for key in keys]
            node = omit(node, "type", *moved) | {"anyOf": members}
        return node | {"items": {}} if node.get("type") == "array" and "items" not in node else node

    def _without_null(self, node: Node, key: str, pointer: str) -> Node:
        members: list[Any] = node[key]
        kept = [member for member in members if not _is_null(member)]
        if len(kept) == len(members):
            return node
        node = node | {"nullable": True, key: kept}
        if not kept:
            self.refuse("null alone", join(pointer, key))
        if len(kept) != 1:
            return node
        rest, only = omit(node, key), kept[0]
        if not is_object(only):
            return node
        if "$ref" in only or only.keys() & rest.keys():
            return rest | {"allOf": [*rest.get("allOf", ()), only]}
        # What it says itself may need other words, too.
        return self.schema(Part("schema", only | rest, pointer))

    def _with_schemas(self, node: Node, pointer: str) -> Node:
        """Rewrite the schemas ``true`` and ``false``: 3.0 has them as additionalProperties only."""

        def plain(value: Any, place: str) -> Any:
            if value is False:
                self.refuse("the schema false", place)
            return {} if isinstance(value, bool) else value

        changed: Node = {}
        for key in ("items", "not"):
            if key in node:
                changed[key] = plain(node[key], join(pointer, key))
        for key in ("allOf", "anyOf", "oneOf"):
            if is_array(node.get(key)):
                members = enumerate(node[key])
                changed[key] = [plain(one, join(pointer, key, number)) for number, one in members]
        if is_object(node.get("properties")):
            changed["properties"] = {
                name: plain(one, join(pointer, "properties", name))
                for name, one in node["properties"].items()
            }
        return node | changed


def _with_limits(node: Node) -> Node:
    for key, limit, tighter in (
        ("exclusiveMinimum", "minimum", max),
        ("exclusiveMaximum", "maximum", min),
    ):
        value: Any = node.get(key)
        other: Any = node.get(limit, value)
        if is_number(value) and is_number(other):
            is_tighter = tighter(value, other) == value
            node = omit(node, key) | ({limit: value, key: True} if is_tighter else {})
    return node


def _with_content(node: Node) -> Node:
    """Give a text that is a file the format of 3.0, which has no word for other contents."""
    encoding, media_type = node.get("contentEncoding"), node.get("contentMediaType")
    node = omit(node, "contentEncoding", "contentMediaType")
    if encoding == "base64":
        return {"type": "string", "format": "byte"} | node
    is_file = isinstance(media_type, str) and kind_of(media_type) == "raw" and encoding is None
    if is_file and not str(media_type).startswith("text/") and not str(media_type).endswith("xml"):
        return {"type": "string", "format": "binary"} | node
    return node


def _is_null(schema: Any) -> bool:
    """Return whether a schema allows null alone."""
    said = {
        key: schema[key] for key in ("type", "const", "enum") if is_object(schema) and key in schema
    }
    return said in ({"type": "null"}, {"type": ["null"]}, {"const": None}, {"enum": [None]})
