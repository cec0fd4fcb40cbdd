"""Which classes the models package holds, with which fields, in which modules."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Final, Literal

from attrs import evolve, frozen

from generator.errors import Faults, GeneratorError, gather, raise_all
from generator.graph import components_of
from generator.plan.names import check_class, constant_name, field_name, module_name
from generator.plan.types import TypeRef, as_field, literal, references, spelled, without_null

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.plan.schemas import Property, Schemas
    from generator.plan.unions import Tags

_SPELLING: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@frozen
class Field:
    """One attribute of a model class.

    Attributes:
        present: ``True`` if answers hold it although they need not, or why it may be absent.
    """

    name: str
    wire: str
    type: TypeRef
    required: bool
    text: str
    present: bool | str = False

    @property
    def default(self) -> str:
        """The name of the default, where there is one."""
        if self.required:
            return ""
        return "ABSENT" if self.present is True else "None"

    @property
    def annotation(self) -> str:
        """The annotation, which says ``None`` of every field that may be missing."""
        if self.required:
            return as_field(self.type)
        if self.present is True:
            return as_field(without_null(self.type))
        inner = as_field(without_null(self.type))
        return inner if inner == "Any" else f"{inner} | None"


@frozen
class Model:
    """An attrs class.

    Attributes:
        tags: The wire names and values that tell its objects from others of a union.
        spellings: Other wire names of fields, and the Python names of these.
    """

    name: str
    text: str
    fields: tuple[Field, ...]
    spellings: dict[str, str]
    tags: tuple[tuple[str, tuple[str | int, ...]], ...] = ()
    kind: Literal["model"] = "model"

    @property
    def wire_names(self) -> dict[str, str]:
        """Attribute name to wire name, where they differ."""
        return {field.name: field.wire for field in self.fields if field.name != field.wire}

    @property
    def references(self) -> frozenset[str]:
        """The other names that its annotations mention."""
        return frozenset[str]().union(*(spelled(field.type) for field in self.fields))


@frozen
class EnumerationClass:
    """A named enumeration: an alias for texts, a class of constants for integers."""

    name: str
    text: str
    values: tuple[str | int, ...]
    members: tuple[tuple[str, str | int], ...]

    references: frozenset[str] = frozenset()

    @property
    def kind(self) -> Literal["alias", "constants"]:
        """How it is written."""
        return "alias" if isinstance(self.values[0], str) else "constants"

    @property
    def annotation(self) -> str:
        """What an alias stands for: any text, the known ones named."""
        return f"{literal(self.values)} | str"


@frozen
class Module:
    """A module of the models package: one class, or the classes of one cycle."""

    name: str
    classes: tuple[Model | EnumerationClass, ...]
    imports: tuple[tuple[str, str], ...]


def make_models(
    schemas: Schemas,
    roots: Iterable[str],
    hidden: dict[str, frozenset[str]],
    tags: dict[str, Tags],
) -> tuple[Module, ...]:
    """Return the modules for all classes that the roots reach.

    Args:
        schemas: The document's schemas.
        roots: The components that answers mention.
        hidden: For a component, the properties that its class leaves out.
        tags: For a component, what tells its objects from others of a union.
    """
    classes: dict[str, Model | EnumerationClass] = {}
    faults = Faults()
    waiting = sorted(set(roots), reverse=True)
    while waiting:
        name = waiting.pop()
        if name in classes:
            continue
        make = partial(_class, schemas, name, hidden.get(name, frozenset()))
        class_ = faults.attempt(make, Model(name, "", (), {}))
        if isinstance(class_, Model):
            known = [
                (wire, tuple(sorted(some, key=repr))) for wire, some in tags.get(name, {}).items()
            ]
            class_ = evolve(class_, tags=tuple(known))
        classes[name] = class_
        waiting.extend(sorted(_needed(classes[name]) - classes.keys(), reverse=True))
    graph = {name: class_.references & classes.keys() for name, class_ in classes.items()}
    home: dict[str, str] = {}
    groups = components_of(graph)
    for group in groups:
        home.update(dict.fromkeys(group, module_name(min(group))))
    modules = sorted(
        (_module(group, classes, home) for group in groups), key=lambda module: module.name
    )
    for one, other in pairwise(modules):
        if one.name == other.name:
            first, second = one.classes[0].name, other.classes[0].name
            faults.append(
                GeneratorError(
                    f"the classes {first} and {second} would both stand in the module {one.name}",
                    pointer=f"/components/schemas/{second}",
                    remedy="Rename one of them with x-client-name in an overlay.",
                )
            )
    raise_all(faults)
    return tuple(modules)


def _needed(class_: Model | EnumerationClass) -> frozenset[str]:
    if isinstance(class_, EnumerationClass):
        return frozenset()
    return frozenset[str]().union(*(references(field.type) for field in class_.fields))


def _class(schemas: Schemas, name: str, hidden: frozenset[str]) -> Model | EnumerationClass:
    component = schemas.components[name]
    pointer = f"/components/schemas/{name}"
    text = component.get("description", "")
    check_class(name, pointer)
    if not schemas.is_model(name):
        values = tuple(value for value in component["enum"] if value is not None)
        return EnumerationClass(name, text, values, _members(component, values, pointer))
    fields: dict[str, Field] = {}
    spellings: list[Property] = []
    faults = Faults()
    for prop in schemas.answer_properties(name):
        if prop.wire in hidden:
            continue
        if "x-client-spelling-of" in prop.schema:
            spellings.append(prop)
            continue
        field = faults.attempt(partial(_field, schemas, prop), None)
        if field and (other := fields.setdefault(field.name, field)) is not field:
            faults.append(
                GeneratorError(
                    f"the properties {other.wire!r} and {prop.wire!r} would both be called "
                    f"{field.name!r}",
                    pointer=prop.pointer,
                    remedy="Give one of them another name with x-client-name in an overlay.",
                )
            )
    raise_all(faults)
    ordered = sorted(fields.values(), key=lambda field: not field.required)
    by_wire = {field.wire: field for field in ordered}
    named = dict(gather(partial(_spelled, schemas, prop, by_wire) for prop in spellings))
    return Model(name, text, tuple(ordered), named)


def _field(schemas: Schemas, prop: Property) -> Field:
    return Field(
        field_name(prop.label, prop.pointer),
        prop.wire,
        schemas.type_of(prop.schema, prop.pointer),
        prop.required,
        schemas.text_of(prop.schema),
        prop.schema.get("x-client-present", False),
    )


def _spelled(schemas: Schemas, prop: Property, fields: dict[str, Field]) -> list[tuple[str, str]]:
    """Return a property, and the Python name of the field that it is another spelling of."""
    of = prop.schema["x-client-spelling-of"]
    field = fields.get(of)
    if field is None:
        problem = f"{of!r} is no other property of the schema"
    elif field.required or prop.required:
        problem = "one of the spellings is required"
    elif schemas.type_of(prop.schema, prop.pointer) != field.type:
        problem = f"the properties {of!r} and {prop.wire!r} have different types"
    elif not _SPELLING.fullmatch(prop.wire) or iskeyword(prop.wire):
        problem = f"{prop.wire!r} is no name that an attribute can have"
    elif prop.wire in _taken(fields.values()):
        problem = f"{prop.wire!r} is the name of an attribute or of a type already"
    else:
        return [(prop.wire, field.name)]
    raise GeneratorError(
        f"x-client-spelling-of: {problem}",
        pointer=f"{prop.pointer}/x-client-spelling-of",
        remedy="Name an optional property of the same type, or remove the key.",
    )


def _taken(fields: Iterable[Field]) -> set[str]:
    """Return the names of attributes, and those that annotations mention."""
    words = (re.findall(r"\w+", field.annotation) for field in fields)
    return {field.name for field in fields}.union(*words)


def _members(
    component: dict[str, Any], values: tuple[str | int, ...], pointer: str
) -> tuple[tuple[str, str | int], ...]:
    labels = component.get("x-enum-varnames") or [f"value_{value}" for value in values]
    names = [constant_name(label, pointer) for label in labels]
    if len(set(names)) != len(values):
        raise GeneratorError(
            f"the enumeration has {len(values)} values and {len(set(names))} names",
            pointer=f"{pointer}/x-enum-varnames",
            remedy="Give each value one name of its own in an overlay.",
        )
    return tuple(zip(names, values, strict=True))


def _module(
    group: tuple[str, ...], classes: dict[str, Model | EnumerationClass], home: dict[str, str]
) -> Module:
    members = tuple(classes[name] for name in group)
    wanted = frozenset[str]().union(*(member.references for member in members)) - set(group)
    imports = tuple((home[name], name) for name in sorted(wanted))
    return Module(home[group[0]], members, imports)
