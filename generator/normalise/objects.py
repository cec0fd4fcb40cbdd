"""What members an object has: the composition of schemas, decided once for all that reads them.

JSON Schema holds a value to each of ``allOf`` and to some of ``oneOf`` or ``anyOf``, beside the
properties of the schema itself. One class stands for all of it: it has each property that a valid
value may have, and requires those that each valid value has.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from attrs import field, frozen

from generator.errors import GeneratorError
from generator.json_values import is_object
from generator.normalise.walk import BELOW, Node, Part, children, omit, shape_of
from generator.spec import SCHEMAS, join, schema_name, split

if TYPE_CHECKING:
    from collections.abc import Mapping

REST: Final = "*"
"""The wire name that stands for all members without a property of their own."""
CHOICES: Final = ("oneOf", "anyOf")
"""The fields of which a value is held to one or some members."""
OF_VALUE: Final = (
    "description", "nullable", "deprecated", "default", "readOnly", "writeOnly", "example",
    "x-client-name", "x-client-present", "x-client-spelling-of",
)  # fmt: skip
"""What a schema may say of a value beside a reference to what the value is."""
COMPOSING: Final = ("allOf", *CHOICES)
"""The fields whose members describe the same value as the schema that they stand in."""


@frozen
class Members:
    """The members of an object.

    Attributes:
        properties: The schema of each property.
        required: The names of those that no valid object lacks.
        rest: The schema of all other members, where the document speaks of them.
    """

    properties: dict[str, Part] = field(factory=dict[str, Part])
    required: frozenset[str] = frozenset()
    rest: Part | None = None

    def named(self) -> dict[str, bool]:
        """Return all names, with ``*`` for the rest, and whether each is required."""
        found = {name: name in self.required for name in self.properties}
        return found | ({REST: False} if self.rest else {})


def is_composed(schema: Node) -> bool:
    """Return whether a schema describes an object: not a reference, a choice or a map."""
    members: list[Node] = schema.get("allOf", [])
    chosen = bool(schema.keys() & {*CHOICES})
    return bool(
        schema.get("properties")
        or len(members) > 1
        or any(is_composed(member) for member in members)
        or (members and (chosen or "additionalProperties" in schema))
        or (schema.get("required") and (members or chosen))
    )


def referred(schema: Node) -> str:
    """Return the component that a schema refers to, by itself or alone in an ``allOf``."""
    match schema:
        case {"$ref": str(ref)} | {"allOf": [{"$ref": str(ref)}]}:
            return schema_name(ref)
        case _:
            return ""


def mapping(schema: Node) -> dict[str, str]:
    """Return the schema of each discriminator value; one left out goes by its name."""
    if "discriminator" not in schema:
        return {}
    given: Any = schema["discriminator"].get("mapping", {})
    found = {
        value: name
        for value, name in (given.items() if is_object(given) else ())
        if isinstance(name, str)
    }
    members: list[Node] = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    named = set(map(mapped, found.values()))
    left = [one["$ref"] for one in members if "$ref" in one and one["$ref"] not in named]
    return {split(unquote(ref))[-1]: ref for ref in left} | found


def mapped(name: str) -> str:
    """Return the reference that a discriminator means, which may be a bare component name."""
    return name if name.startswith("#") else SCHEMAS + name


@frozen
class Objects:
    """The objects among the component schemas."""

    components: Mapping[str, Node]
    _known: dict[str, Members] = field(factory=dict[str, Members], init=False, repr=False)

    def is_object(self, name: str) -> bool:
        """Return whether a component is an object with properties, and so becomes a class."""
        return is_composed(self.components[name]) and bool(self.of(name).properties)

    def of(self, name: str) -> Members:
        """Return the members of a component.

        Raises:
            GeneratorError: One is described in several ways that no type unites.
        """
        if name not in self._known:
            pointer = join("/components/schemas", name)
            self._known[name] = self._members(Part("schema", self.components[name], pointer))
        return self._known[name]

    def check(self, name: str, found: Mapping[str, bool], reader: str) -> None:
        """Compare the members of a component with what became of them.

        Args:
            name: The component.
            found: The names that there are, and whether each is required.
            reader: Who made them, for the error.

        Raises:
            GeneratorError: They differ.
        """
        due = self.of(name).named()
        for member in [*due, *found]:
            if due.get(member) != found.get(member):
                words = {None: "is not there", True: "is required", False: "may be missing"}
                raise GeneratorError(
                    f"{member!r} of {name} {words[due.get(member)]} by its schema, and "
                    f"{words[found.get(member)]} in {reader}",
                    pointer=join("/components/schemas", name),
                    remedy="Describe the object with plain properties in an overlay.",
                )

    def as_one(self, part: Part) -> Node:
        """Return a schema with its ``allOf`` made one member, where that is not an object's.

        Raises:
            GeneratorError: No value fits all of the members.
        """
        own, said = omit(part.node, "allOf"), dict[str, Any]()
        members = [inner for name, _, inner in children(part) if name == "allOf"]
        for inner in members:
            said |= {name: inner.node[name] for name in OF_VALUE if name in inner.node}
        members = [inner for inner in members if shape_of(omit(inner.node, *OF_VALUE))]
        if own.keys() & {"type", "enum"}:
            members.append(Part("schema", omit(own, *OF_VALUE), part.pointer))
        if len(members) == 1:
            return said | own | {"allOf": [members[0].node]}
        shapes = [shape_of(self.resolved(inner.node)) for inner in members]
        if members and all(map(_is_scalar, shapes)):
            return said | own | reduce(self._narrowed, members).node
        return part.node

    def _members(self, part: Part) -> Members:
        node = part.node
        if "$ref" in node:
            return self.of(schema_name(node["$ref"]))
        lower: dict[str, list[Part]] = {}
        for name, _, inner in children(part):
            lower.setdefault(name, []).append(inner)
        if REST in node.get("properties", {}):
            raise GeneratorError(
                f"a property called {REST!r} has no name in Python",
                pointer=join(part.pointer, "properties", REST),
                remedy="Remove it in an overlay.",
            )
        own = Members(
            {split(inner.pointer)[-1]: inner for inner in lower.get("properties", ())},
            frozenset(node.get("required", ())),
            self._rest(part),
        )
        held = [*map(self._members, lower.get("allOf", ())), own]
        chosen = [map(self._members, lower[key]) for key in CHOICES if key in lower]
        return reduce(self._both, [*held, *(reduce(self._either, some) for some in chosen)])

    @staticmethod
    def _rest(part: Part) -> Part | None:
        node = part.node.get("additionalProperties", False)
        if node is False:
            return None
        return Part(
            "schema", {} if node is True else node, join(part.pointer, "additionalProperties")
        )

    def _both(self, one: Members, other: Members) -> Members:
        properties = one.properties | other.properties
        for name in one.properties.keys() & other.properties.keys():
            properties[name] = self._narrowed(one.properties[name], other.properties[name])
        return Members(properties, one.required | other.required, _open(one.rest, other.rest))

    @staticmethod
    def _either(one: Members, other: Members) -> Members:
        properties = one.properties | other.properties
        for name in one.properties.keys() & other.properties.keys():
            properties[name] = _widened(one.properties[name], other.properties[name])
        return Members(properties, one.required & other.required, _open(one.rest, other.rest))

    def _narrowed(self, one: Part, other: Part) -> Part:
        """Return the schema of a value that is held to two of them."""
        shapes = [shape_of(self.resolved(part.node)) for part in (one, other)]
        for part, shape, wider in ((other, *shapes[::-1]), (one, *shapes)):
            if shape == wider or not wider:
                return part
        first, second = shapes
        kinds = {shape["type"] for shape in shapes if "type" in shape}
        if all(map(_is_scalar, shapes)) and (len(kinds) <= 1 or kinds == {"integer", "number"}):
            node = first | second
            if "integer" in kinds:
                node["type"] = "integer"
            if "enum" in first and "enum" in second:
                node["enum"] = [value for value in first["enum"] if value in second["enum"]]
            if not (first.get("nullable") and second.get("nullable")):
                node.pop("nullable", None)
            for part, shape in ((other, second), (one, first)):
                if node == shape:
                    return part
            if node.get("enum") != []:
                return Part("schema", node, other.pointer)
        raise GeneratorError(
            f"{split(other.pointer)[-1]!r} is described differently at {one.pointer}",
            pointer=other.pointer,
            remedy="Describe it in one of the places alone in an overlay.",
        )

    def resolved(self, schema: Node) -> Node:
        """Return what a schema refers to, by itself or alone in an ``allOf``."""
        while ref := referred(schema):
            schema = self.components[ref]
        return schema


def _is_scalar(shape: Node) -> bool:
    return shape.get("type") not in {"array", "object"} and not shape.keys() & BELOW["schema"]


def _open(one: Part | None, other: Part | None) -> Part | None:
    """Return the schema of the further members of an object of two parts."""
    if one and other and shape_of(one.node) != shape_of(other.node):
        return one._replace(node={})
    return one or other


def _widened(one: Part, other: Part) -> Part:
    """Return the schema of a value that is held to one of two."""
    choices = one.node["oneOf"] if omit(one.node, "oneOf") == {} else [one.node]
    shapes = [shape_of(choice) for choice in choices]
    if shape_of(other.node) in shapes:
        return one
    return one._replace(node={"oneOf": [*choices, other.node]})
