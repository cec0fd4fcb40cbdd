"""The pass that names schemas: what becomes a class is a component under the class's name."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote

from attrs import evolve, field, frozen

from generator.errors import GeneratorError, raise_all
from generator.json_values import CLASS_NAME, MAX_NAME, is_object, pascal
from generator.normalise._texts import with_texts
from generator.normalise.objects import is_composed, mapped, mapping
from generator.normalise.walk import (
    PHRASES,
    Key,
    Node,
    Part,
    map_children,
    omit,
    shape_of,
    successes,
)
from generator.spec import SCHEMAS, join, json_path, split

_NAME: Final = "x-client-name"
_OF_PLACE: Final = ("nullable", "x-client-present", "x-client-spelling-of", _NAME)
_WORDS: Final = {
    **PHRASES,
    "2XX": "Success",
    "4XX": "ClientError",
    "5XX": "ServerError",
}


def name_components(document: Node) -> Node:
    """Rename components, and make components of inline objects and named enumerations.

    A name is the schema's ``x-client-name``, else what it is called; or, where it stands inline,
    the name of what it stands in and its field. Schemas of one shape may share a name.

    Raises:
        GeneratorError: A name is no class name, or means two shapes.
    """
    namer = Namer(document)
    result = namer.run()
    raise_all(namer.faults)
    return result


@frozen
class _Named:
    schema: Node
    shape: Node
    pointer: str


@frozen
class _Place:
    """Where a schema stands: the name of what it belongs to, and its field there.

    The body of a request or an answer gives its name to nothing: what stands in it is called after
    the operation.
    """

    owner: str
    field: str
    is_body: bool = False

    @property
    def name(self) -> str:
        return self.owner + pascal(self.field)


@frozen
class Namer:
    """Names the schemas of one document, and collects all that can't be named.

    Attributes:
        document: The document.
        faults: What can't be named, once ``run`` was called.
    """

    document: Node
    faults: list[GeneratorError] = field(factory=list[GeneratorError], init=False)
    _named: dict[str, _Named] = field(factory=dict[str, _Named], init=False)

    def run(self) -> Node:
        """Return the document with all names in place."""
        for old, schema in self._schemas.items():
            part = Part("schema", schema, join("/components/schemas", old))
            name = self._new(old)
            self._keep(name, self._inside(part, name, _Place(name, "")), part)
        components: Node = omit(self.document.get("components", {}), "schemas")
        document = self.document | {"components": components}
        document = self._outside(Part("document", document, ""), _Place("", ""))
        schemas = {name: named.schema for name, named in self._named.items()}
        components = {"schemas": schemas} | document["components"] if schemas else components
        rest = omit(document, "components")
        return rest | {"components": components} if components else rest

    @property
    def _schemas(self) -> dict[str, Node]:
        return self.document.get("components", {}).get("schemas", {})

    def _new(self, old: str) -> str:
        return self._schemas.get(old, {}).get(_NAME, old)

    def _outside(self, part: Part, place: _Place) -> Node:
        """Return a part that is no schema, with the schemas in it named."""

        def change(lower: Part, name: str, key: Key) -> Node:
            where = place
            if part.role == "operation":
                fields = {"requestBody": "Request", "responses": _answer_word(part.node, key)}
                owner = pascal(part.node.get("operationId", ""))
                where = _Place(owner, fields.get(name, ""), is_body=name in fields)
            elif part.role == "components":
                where = _Place(pascal(str(key)), "")
            elif part.role in {"stream", "socket", "response"}:
                where = place if name == "content" else _Place(place.owner, str(key or name))
            if lower.role == "parameter":
                where = _Place(where.owner, lower.node.get("name", str(key)))
            if lower.role == "schema":
                return self._inline(lower, where)
            return self._outside(lower, where)

        return map_children(part, change)

    def _inline(self, part: Part, place: _Place) -> Node:
        """Return what stands in the place of a schema that is not a component."""
        node = part.node
        if "$ref" in node:
            return {"$ref": self._moved(node["$ref"])}
        if not _wants_name(node):
            return self._inside(part, place.owner, evolve(place, is_body=False))
        given = _class_name(node)
        name = given or place.name
        owner = place.owner if place.is_body and not given else name
        schema = self._inside(part, owner, place)
        kept = self._keep(name, omit(schema, *_OF_PLACE), part)
        about: Node = {key: schema[key] for key in _OF_PLACE if schema.get(key)}
        text = schema.get("description")
        if text not in {None, kept.get("description")}:
            about["description"] = text
        ref: Node = {"$ref": SCHEMAS + name}
        return about | {"allOf": [ref]} if about else ref

    def _inside(self, part: Part, owner: str, place: _Place, *, composed: bool = False) -> Node:
        """Return a schema, with those in it named.

        Args:
            part: The schema.
            owner: The name of the class that its properties belong to.
            place: Where it stands.
            composed: Whether it describes a part of that class.
        """
        composed = composed or is_composed(part.node)

        def change(lower: Part, name: str, key: Key) -> Node:
            match name:
                case "properties" if lower.node.keys() == {"$ref"}:
                    return self._of_component(lower.node["$ref"])
                case "properties":
                    return self._inline(lower, _Place(owner, str(key)))
                case "items" | "additionalProperties":
                    return self._inline(lower, _Place(place.owner, _singular(place.field)))
                case "allOf" if "$ref" not in lower.node:
                    return self._inside(lower, owner, place, composed=composed)
                case "oneOf" | "anyOf" if composed and not lower.node.keys() & {"$ref", _NAME}:
                    return self._inside(lower, owner, place, composed=True)
                case _:
                    return self._inline(lower, place)

        new = map_children(part, change)
        if _class_name(new):
            new = omit(new, _NAME)
        if "$ref" in new:
            new["$ref"] = self._moved(new["$ref"])
        if names := mapping(part.node):
            moved = {value: self._moved(mapped(name)) for value, name in names.items()}
            new["discriminator"] = new["discriminator"] | {"mapping": moved}
        return new

    def _moved(self, ref: str) -> str:
        *_, kind, name = split(unquote(ref))
        return SCHEMAS + self._new(name) if kind == "schemas" else ref

    def _keep(self, name: str, schema: Node, part: Part) -> Node:
        """Make a schema the component of a name; returns the component."""
        if not CLASS_NAME.fullmatch(name):
            self._object(part, f"{name[:MAX_NAME]!r} is not a class name")
        shape = shape_of(schema)
        known = self._named.setdefault(name, _Named(schema, shape, part.pointer))
        if known.shape != shape:
            difference = _difference(shape, known.shape, "")
            self._object(part, f"{name} is also {known.pointer}, of another shape ({difference})")
        elif known.schema is not schema:
            known = self._named[name] = evolve(known, schema=with_texts(known.schema, schema))
        return known.schema

    def _of_component(self, ref: str) -> Node:
        """Return a reference to a component, with its text where its class has another."""
        moved: Node = {"$ref": self._moved(ref)}
        old = split(unquote(ref))[-1]
        if not ref.startswith(SCHEMAS) or old not in self._schemas:
            return moved
        first = next(other for other in self._schemas if self._new(other) == self._new(old))
        text = self._schemas[old].get("description")
        if text in {None, self._schemas[first].get("description")}:
            return moved
        return {"description": text, "allOf": [moved]}

    def _object(self, part: Part, message: str) -> None:
        target = json_path(self.document, part.pointer)
        remedy = f"Write in an overlay: {{target: {target}, update: {{{_NAME}: <ClassName>}}}}."
        self.faults.append(GeneratorError(message, pointer=part.pointer, remedy=remedy))


def _answer_word(operation: Node, status: Key) -> str:
    """Return what an answer is called: the first success is the response."""
    filled = [status for status, one in successes(operation).items() if one.get("content")]
    if status in filled[:1]:
        return "Response"
    return pascal(_WORDS.get(str(status), "Error"))


def _class_name(node: Node) -> str | None:
    """Return the name of the class; one in lower case is that of the field alone."""
    name: str | None = node.get(_NAME)
    return name if name and CLASS_NAME.fullmatch(name) else None


def _wants_name(node: Node) -> bool:
    return bool(
        _class_name(node)
        or is_composed(node)
        or (node.get("type") == "integer" and node.get("x-enum-varnames"))
    )


def _difference(here: Any, there: Any, place: str) -> str:
    if is_object(here) and is_object(there):
        for key in dict.fromkeys([*here, *there]):
            if here.get(key) != there.get(key):
                return _difference(here.get(key), there.get(key), f"{place}/{key}")
    texts = (json.dumps(value, ensure_ascii=False)[:80] for value in (here, there))
    return f"{place} is {' here, and there '.join(texts)}"


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) else name
