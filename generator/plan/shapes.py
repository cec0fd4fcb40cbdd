"""Which request shapes there are: the TypedDicts that callers write as plain dicts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.errors import Faults, gather, raise_all
from generator.normalise.objects import REST
from generator.plan.arguments import no_file_here
from generator.plan.names import check_class
from generator.plan.types import Binary, as_argument, literal, references, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.plan.schemas import Property, Schemas
    from generator.plan.types import TypeRef


@frozen
class Key:
    """A key of a shape."""

    wire: str
    type: TypeRef
    required: bool

    @property
    def annotation(self) -> str:
        """How the shape spells the type, whether or not the key may be missing."""
        return as_argument(self.type)


@frozen
class RequestDict:
    """A shape: the keys of a dict, or what an alias stands for.

    Attributes:
        name: The name of the component.
        schema: The component, with the properties of its ``allOf`` members merged in.
        keys: The keys of the dict; ``*`` for further ones.
        alias: The annotation that the name stands for.
    """

    name: str
    schema: dict[str, Any]
    keys: tuple[Key, ...] = ()
    alias: str | None = None


def make_shapes(schemas: Schemas, roots: Iterable[str]) -> tuple[RequestDict, ...]:
    """Return all shapes that the roots reach, by name.

    Raises:
        GeneratorError: Some can't be.
    """
    shapes: dict[str, RequestDict] = {}
    faults = Faults()
    waiting = set(roots)
    while waiting:
        name = waiting.pop()
        shape = faults.attempt(partial(_shape, schemas, name), RequestDict(name, {}))
        shapes[name] = shape
        waiting.update(*(references(key.type) - shapes.keys() for key in shape.keys))
    raise_all(faults)
    return tuple(shapes[name] for name in sorted(shapes))


def _shape(schemas: Schemas, name: str) -> RequestDict:
    component = schemas.components[name]
    check_class(name, f"/components/schemas/{name}")
    if not schemas.is_model(name):
        values = tuple(value for value in component["enum"] if value is not None)
        return RequestDict(name, component, alias=literal(values))
    properties = schemas.request_properties(name)
    keys = gather(partial(_key, schemas, prop) for prop in properties)
    merged = {
        "type": "object",
        "description": component.get("description", ""),
        "properties": {
            prop.wire: _described(prop.schema, schemas) for prop in properties if prop.wire != REST
        },
        "required": [prop.wire for prop in properties if prop.required],
    }
    return RequestDict(name, merged, tuple(keys))


def _key(schemas: Schemas, prop: Property) -> list[Key]:
    type_ = schemas.type_of(prop.schema, prop.pointer)
    if Binary() in walk(type_):
        raise no_file_here(prop.pointer)
    return [Key(prop.wire, type_, prop.required)]


def _described(schema: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    """Return a schema of a key, with the text of the class that it may point to."""
    view, text = schemas.with_classes_only(schema), schemas.text_of(schema)
    if "description" in view or not text:
        return view
    return {"description": text, **({"allOf": [view]} if "$ref" in view else view)}
