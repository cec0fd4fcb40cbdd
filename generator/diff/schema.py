"""What a schema says once references are followed and ``allOf`` is merged.

Two ways to write one schema give equal views: by reference or in place, with ``allOf`` or in one
piece, with ``nullable``, a type ``null`` or an alternative that is null.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import field, frozen

from generator.diff.document import (
    NOTHING,
    Bound,
    as_node,
    canonical,
    list_at,
    narrower,
    object_at,
    objects_at,
    texts_at,
    values_at,
)
from generator.json_values import is_array, is_number, is_object
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.diff.document import Document, Node, Part, Parts

Combination: TypeAlias = Literal["oneOf", "anyOf"]

_COMBINATIONS: Final[tuple[Combination, ...]] = ("oneOf", "anyOf")
_UPPER: Final = ("maxLength", "maxItems", "maxProperties", "maxContains")
_LOWER: Final = ("minLength", "minItems", "minProperties", "minContains")
_FIRST: Final[Mapping[str, type | tuple[type, ...]]] = {
    "format": str,
    "const": object,
    "default": object,
    "discriminator": dict,
    "contentMediaType": str,
    "contentEncoding": str,
    "x-extensible-enum": list,
    "x-sunset": object,
    "x-stability-level": object,
}
_FLAGS: Final = ("uniqueItems", "readOnly", "writeOnly", "deprecated")
_CONDITIONS: Final = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
)
_CONDITION_MAPS: Final = ("dependentSchemas", "patternProperties")
_KINDS_BY_KEYWORD: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
        "object",
    ),
    **dict.fromkeys(("items", "prefixItems", "minItems", "maxItems", "uniqueItems"), "array"),
    **dict.fromkeys(("contentMediaType", "contentEncoding"), "string"),
}
_KINDS_BY_VALUE: Final[Mapping[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}
_FORMATS: Final[Mapping[str, str]] = {"int": "int32", "long": "int64"}
"""The formats that some exporters call otherwise than OpenAPI."""
_ANY_TEXT: Final = frozenset({".*", "^.*$", "^.*", ".*$", "", "^"})
_WRAPPERS: Final = (["allOf"], ["oneOf"], ["anyOf"])
_WRAPS: Final = frozenset(
    {
        "title", "description", "example", "examples", "externalDocs", "xml", "deprecated",
        "default", "nullable", "readOnly", "writeOnly",
    }
)  # fmt: skip
"""What a schema may say of another one that it wraps."""


BINARY: Final = (None, "application/octet-stream", None)
"""The encoding of raw bytes."""


@frozen
class Group:
    """Alternatives of which one, or any, has to fit."""

    kind: Combination
    members: tuple[Parts, ...]


@frozen(eq=False)
class Schema:
    """The view of one schema.

    Attributes:
        parts: What it is the view of.
        pointer: Where it is written, references followed.
        types: The JSON types of its values without ``null``; empty: any.
        nullable: Whether ``null`` is a value, too.
        keywords: What restricts or annotates values, merged.
        properties: The schemas that each property has to fit.
        required: The properties that must be there.
        items: The schemas of the items.
        additional: The schemas of further properties, or whether there may be any.
        groups: Its ``oneOf`` and ``anyOf``.
        conditions: Keywords that only can be compared for being equal, and lists of names.
        merged: The pointers of other schemas that are merged into it.
        is_implied: Whether its types follow from what it says of properties or items alone.
    """

    parts: Parts
    pointer: str
    types: frozenset[str]
    nullable: bool
    keywords: Mapping[str, Any]
    properties: Mapping[str, Parts] = field(factory=dict[str, "Parts"])
    required: frozenset[str] = frozenset()
    items: Parts = ()
    additional: Parts | bool = True
    groups: tuple[Group, ...] = ()
    conditions: Mapping[str, Parts | list[str]] = field(factory=dict[str, "Parts | list[str]"])
    merged: frozenset[str] = frozenset()
    is_implied: bool = False

    @property
    def is_untyped(self) -> bool:
        """Whether nothing says of what type its values are."""
        return not self.types and not self.groups

    @property
    def encoding(self) -> tuple[str | None, str | None, str | None]:
        """Its format, media type and encoding; ``binary`` and ``byte`` as OpenAPI 3.1 says them."""
        format_, media_type, encoding = map(
            self.keywords.get, ("format", "contentMediaType", "contentEncoding")
        )
        if format_ == "binary":
            return None, media_type or BINARY[1], encoding
        if format_ == "byte":
            return None, media_type, encoding or "base64"
        return format_, media_type, encoding

    @property
    def type_label(self) -> str:
        """Its types in words."""
        return " or ".join(sorted(self.types)) or "anything"


def schema_of(document: Document, parts: Parts) -> Schema:
    """Return the view of schemas that hold at the same time; the same object for the same schemas.

    Raises:
        GeneratorError: A schema is not what OpenAPI allows, or a reference leads nowhere.
    """
    if len(parts) == 1 and "$ref" in parts[0][0] and len(parts[0][0]) == 1:
        parts = (document.follow(parts[0]),)
    key = tuple(id(node) for node, _ in parts)
    found: Schema | None = document.views.get(key)
    if found is None:
        found = document.views[key] = _View(document, parts).schema()
    return found


def described_at(document: Document, part: Part) -> str:
    """Return the pointer of the schema that a part stands for, inside wrappers that add nothing."""
    node, pointer = part
    seen: set[int] = set()
    while id(node) not in seen:
        seen.add(id(node))
        if "$ref" in node:
            node, pointer = document.target((node, pointer))
            continue
        says = [key for key in node if key not in _WRAPS and not key.startswith("x-")]
        members = list_at((node, pointer), says[0]) if says in _WRAPPERS else ()
        solid = [member for member in members if not _is_null(member[0])]
        if len(solid) != 1:
            break
        node, pointer = solid[0]
    return pointer


@frozen
class _View:
    document: Document
    parts: Parts
    merged: set[str] = field(factory=set[str])

    def schema(self) -> Schema:
        layers, groups, null = self._layers()
        types, nullable = self._types(layers)
        properties: dict[str, Parts] = {}
        conditions: dict[str, Parts | list[str]] = {}
        required: set[str] = set()
        items: Parts = ()
        for layer in layers:
            node, pointer = layer
            for name, part in objects_at(layer, "properties"):
                properties[name] = (*properties.get(name, ()), part)
            if not isinstance(node.get("required"), bool):
                required.update(texts_at(layer, "required"))
            if node.get("items") is not None and not is_array(node["items"]):
                place = join(pointer, "items")
                items = (*items, (as_node(node["items"], place), place))
            self._conditions(layer, conditions)
        return Schema(
            self.parts,
            described_at(self.document, self.parts[0]),
            types,
            nullable or null,
            _keywords(layers),
            properties,
            frozenset(required),
            items,
            _additional(layers),
            tuple(groups),
            conditions,
            frozenset(self.merged),
            bool(types) and not any(_types_of(layer) or _listed(layer) for layer in layers),
        )

    def _layers(self) -> tuple[list[Part], list[Group], bool]:
        """Return all schemas that hold at the same time, the alternatives beside them, and null."""
        layers: list[Part] = []
        groups: list[Group] = []
        null = False
        seen: set[int] = set()
        waiting = list(reversed(self.parts))
        while waiting:
            part = waiting.pop()
            node, pointer = part
            if id(node) in seen:
                continue
            seen.add(id(node))
            children: list[Part] = []
            if "$ref" in node:
                children.append(self.document.target(part))
                if part not in self.parts:
                    self.merged.add(children[0][1])
                if self.document.merges_siblings and len(node) > 1:
                    layers.append(({k: v for k, v in node.items() if k != "$ref"}, pointer))
            else:
                layers.append(part)
                members = list_at(part, "allOf")
                children.extend(members)
                self.merged.update(
                    f"part {number}" for number, member in enumerate(members, 1) if _says(member[0])
                )
                for kind in _COMBINATIONS:
                    members = list_at(part, kind)
                    solid = [member for member in members if not _is_null(member[0])]
                    null = null or len(solid) < len(members)
                    if members and not solid:
                        layers.append(({"not": {}}, pointer))
                    elif len(solid) == 1:
                        children.append(solid[0])
                    elif solid:
                        groups.append(Group(kind, tuple((member,) for member in solid)))
            waiting.extend(reversed(children))
        return layers, groups, null

    @staticmethod
    def _types(layers: list[Part]) -> tuple[frozenset[str], bool]:
        said = [(_types_of(part), bool(part[0].get("nullable"))) for part in layers]
        typed = [(types, null or "null" in types) for types, null in said if types]
        nullable = bool(layers) and said[0][1]
        if not typed:
            inferred = {kind for part in layers for kind in _inferred(part)}
            listed = [values for part in layers if (values := _listed(part))]
            null = bool(listed) and all(None in values for values in listed)
            return frozenset(inferred) or (NOTHING if null else frozenset()), nullable or null
        found = _without_null(typed[0][0])
        for types, _ in typed[1:]:
            found = narrower(found, _without_null(types))
        return frozenset(found), nullable or all(null for _, null in typed)

    @staticmethod
    def _conditions(layer: Part, into: dict[str, Parts | list[str]]) -> None:
        node, pointer = layer
        for key in _CONDITIONS:
            if node.get(key) is not None and not (key == "not" and node[key] == {}):
                place = join(pointer, key)
                into[key] = ((as_node(node[key], place), place),)
        for key in _CONDITION_MAPS:
            for name, part in objects_at(layer, key):
                into[f"{key}.{name}"] = (part,)
        if is_array(node.get("prefixItems")):
            for number, part in enumerate(list_at(layer, "prefixItems")):
                into[f"prefixItems.{number}"] = (part,)
        needs = object_at(layer, "dependentRequired")
        for name in needs[0]:
            into[f"dependentRequired.{name}"] = sorted(texts_at(needs, name))


def _says(node: Node) -> bool:
    """Return whether a schema that is written in place says anything about values."""
    return "$ref" not in node and not node.keys() <= _WRAPS


def _types_of(part: Part) -> frozenset[str]:
    value = part[0].get("type")
    if part[0].get("not") == {}:
        return NOTHING
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(texts_at(part, "type"))


def _inferred(part: Part) -> Iterable[str]:
    """Yield the types that a schema implies if it names none."""
    node = part[0]
    yield from {kind for key, kind in _KINDS_BY_KEYWORD.items() if key in node}
    yield from {_KINDS_BY_VALUE[type(value)] for value in _listed(part) if value is not None}


def _listed(part: Part) -> list[Any]:
    """Return the values that a schema lists."""
    return values_at(part, "enum") or ([part[0]["const"]] if "const" in part[0] else [])


def _without_null(types: frozenset[str]) -> frozenset[str]:
    return types - {"null"} or NOTHING


def _is_null(node: Node) -> bool:
    if node.get("type") in ("null", ["null"]):
        return True
    return node.get("enum") == [None] or ("const" in node and node["const"] is None)


def _keywords(layers: list[Part]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for layer in layers:
        node = layer[0]
        for key, kind in _FIRST.items():
            if node.get(key) is not None and isinstance(node[key], kind):
                value = _FORMATS.get(node[key], node[key]) if key == "format" else node[key]
                found.setdefault(key, value)
        found.update({key: True for key in _FLAGS if node.get(key) is True})
        for key, bound in _bounds(node):
            found[key] = bound if key not in found else found[key].tighter(bound)
        if _is_number(node.get("multipleOf")):
            found.setdefault("multipleOf", node["multipleOf"])
        pattern = node.get("pattern")
        if isinstance(pattern, str) and pattern not in _ANY_TEXT:
            patterns: list[str] = found.get("pattern", [])
            found["pattern"] = sorted({*patterns, pattern})
        if "enum" in node:
            # Null has its place in ``nullable``.
            listed = [value for value in values_at(layer, "enum") if value is not None]
            found["enum"] = _common(found["enum"], listed) if "enum" in found else listed
    return found


def _bounds(node: Node) -> Iterator[tuple[str, Bound]]:
    for keys, upper in ((_UPPER, True), (_LOWER, False)):
        for key in keys:
            # At least none is no limit.
            if _is_number(node.get(key)) and (upper or node[key] > 0):
                yield key, Bound(node[key], upper)
    for key, other, upper in (
        ("maximum", "exclusiveMaximum", True),
        ("minimum", "exclusiveMinimum", False),
    ):
        # OpenAPI 3.0 says with the other key that the limit is exclusive, 3.1 gives a second one.
        if _is_number(node.get(key)):
            yield key, Bound(node[key], upper, node.get(other) is True)
        if _is_number(node.get(other)):
            yield key, Bound(node[other], upper, exclusive=True)


def _is_number(value: Any) -> bool:
    return is_number(value) and isfinite(value)


def _common(before: list[Any], listed: list[Any]) -> list[Any]:
    known = {canonical(value) for value in listed}
    return [value for value in before if canonical(value) in known]


def _additional(layers: list[Part]) -> Parts | bool:
    found: Parts = ()
    for node, pointer in layers:
        value = node.get("additionalProperties")
        if value is False:
            return False
        if is_object(value) and value:
            found = (*found, (value, join(pointer, "additionalProperties")))
    return found or True
