"""How the classes of a union are distinguished: by a discriminator, or by their enumerations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.errors import GeneratorError
from generator.normalise.objects import CHOICES, mapped, mapping
from generator.normalise.walk import parts
from generator.spec import schema_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.normalise.objects import Objects
    from generator.normalise.walk import Node, Part

Values = frozenset[str | int]
Tags = dict[str, Values]


def make_tags(document: Node, objects: Objects) -> dict[str, Tags]:
    """Return, for each class of a union, the values by which its objects are known.

    Raises:
        GeneratorError: A discriminator names what a class does not have, or another class.
    """
    found = _inherited(objects)
    for part in parts(document):
        if part.role != "schema" or not part.node.keys() & {*CHOICES}:
            continue
        classes = list(dict.fromkeys(_classes(part.node, objects)))
        if "discriminator" in part.node:
            tags = _discriminated(part, classes, objects)
        else:
            tags = _enumerated(classes, objects)
        for name, values in tags.items():
            for wire, some in values.items():
                known = found.setdefault(name, {})
                known[wire] = known.get(wire, frozenset()) | some
    return found


def _inherited(objects: Objects) -> dict[str, Tags]:
    """Return the values that the discriminator of a base gives to the objects composed of it."""
    found: dict[str, Tags] = {}
    for schema in objects.components.values():
        if not schema.keys() & {*CHOICES}:
            for value, target in mapping(schema).items():
                tags = found.setdefault(schema_name(mapped(target)), {})
                wire: str = schema["discriminator"]["propertyName"]
                tags[wire] = tags.get(wire, frozenset()) | {value}
    return found


def _classes(schema: Node, objects: Objects) -> Iterator[str]:
    if "$ref" in schema:
        name = schema_name(schema["$ref"])
        if objects.is_object(name):
            yield name
        else:
            yield from _classes(objects.components[name], objects)
    for key in ("allOf", *CHOICES):
        for member in schema.get(key, ()):
            yield from _classes(member, objects)


def _discriminated(part: Part, classes: list[str], objects: Objects) -> dict[str, Tags]:
    wire: str = part.node["discriminator"]["propertyName"]
    values = {name: set(_values(name, wire, objects)) for name in classes}
    for value, target in mapping(part.node).items():
        for name in _classes({"$ref": mapped(target)}, objects):
            if name not in values:
                raise GeneratorError(
                    f"the discriminator maps {value!r} to {name}, which is not a member",
                    pointer=f"{part.pointer}/discriminator/mapping",
                    remedy="Add the schema to the members in an overlay, or remove the value.",
                )
            values[name].add(value)
    for name in classes:
        if wire not in objects.of(name).properties:
            raise GeneratorError(
                f"the discriminator {wire!r} is not a property of {name}",
                pointer=f"{part.pointer}/discriminator",
                remedy="Add the property in an overlay, or remove the discriminator.",
            )
    return {name: {wire: frozenset(some)} for name, some in values.items()}


def _enumerated(classes: list[str], objects: Objects) -> dict[str, Tags]:
    """Return the properties whose values no two of the classes share."""
    found: dict[str, Tags] = {name: {} for name in classes}
    if len(classes) > 1:
        for wire in objects.of(classes[0]).properties:
            values = [_values(name, wire, objects) for name in classes]
            if all(values) and sum(map(len, values)) == len(Values().union(*values)):
                for name, some in zip(classes, values, strict=True):
                    found[name][wire] = some
    return found


def _values(name: str, wire: str, objects: Objects) -> Values:
    """Return the values that a property of a class is limited to; none where it is not."""
    part = objects.of(name).properties.get(wire)
    schema: Node = objects.resolved(part.node) if part else {}
    values: list[Any] = [value for value in schema.get("enum", ()) if value is not None]
    return frozenset(values if all(type(value) in {int, str} for value in values) else ())
