"""The types that emitted code spells: what a schema means, and how each place prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@frozen
class Scalar:
    """A JSON scalar, or ``Any``."""

    name: Literal["str", "bytes", "int", "float", "bool", "Any", "None"]


@frozen
class Enumeration:
    """A closed list in requests, an open one in answers. ``name`` where it is a component."""

    values: tuple[str | int, ...]
    name: str | None = None

    @property
    def base(self) -> str:
        """The Python type of the values."""
        return type(self.values[0]).__name__


@frozen
class Reference:
    """An object schema with a class of its own; an open one has members without a field."""

    name: str
    is_open: bool = False


@frozen
class ListOf:
    """A JSON array."""

    item: TypeRef


@frozen
class MapOf:
    """A JSON object with free keys."""

    value: TypeRef


@frozen
class UnionOf:
    """One of several types."""

    members: tuple[TypeRef, ...]


@frozen
class Nullable:
    """A type whose value may be ``null``."""

    inner: TypeRef


@frozen
class Binary:
    """The content of a file; within JSON a text."""


TypeRef: TypeAlias = Scalar | Enumeration | Reference | ListOf | MapOf | UnionOf | Nullable | Binary

ANY = Scalar("Any")
STRING = Scalar("str")
BYTES = Scalar("bytes")
"""Bytes that are base64 on the wire."""
NONE = Scalar("None")
# Integers among the numbers stay exact: a float has 15 digits, an id 19.
_NUMBER = "int | float"


def without_null(type_: TypeRef) -> TypeRef:
    """Return the type without its ``null``."""
    return type_.inner if isinstance(type_, Nullable) else type_


def as_field(type_: TypeRef) -> str:
    """Return how a model's field spells the type: enumerations are open, lists are lists."""
    match type_:
        case Scalar(name=name):
            return _NUMBER if name == "float" else name
        case Enumeration(values=values, name=name):
            if name and type_.base == "str":
                return name
            return f"{literal(values)} | {type_.base}"
        case Reference(name=name):
            return name
        case ListOf(item=item):
            return f"list[{as_field(item)}]"
        case MapOf(value=value):
            return f"dict[str, {as_field(value)}]"
        case UnionOf(members=members):
            return _union(as_field(member) for member in members)
        case Nullable(inner=inner):
            return _union((as_field(inner), "None"))
        case Binary():
            return "str"


def as_argument(type_: TypeRef) -> str:
    """Return how an argument spells the type: enumerations are closed, any sequence fits."""
    match type_:
        case Scalar(name=name):
            return name
        case Enumeration(values=values, name=name):
            return f"params.{name}" if name else literal(values)
        case Reference(name=name, is_open=is_open):
            return f"params.{name} | Mapping[str, Any]" if is_open else f"params.{name}"
        case ListOf(item=item):
            return f"Sequence[{as_argument(item)}]"
        case MapOf(value=value):
            return f"Mapping[str, {as_argument(value)}]"
        case UnionOf(members=members):
            return _union(as_argument(member) for member in members)
        case Nullable(inner=inner):
            return _union((as_argument(inner), "None"))
        case Binary():
            return "FileContent"


def as_result(type_: TypeRef, *, list_name: str = "list") -> str:
    """Return how a method's return annotation spells the type.

    Args:
        type_: The type.
        list_name: The word for ``list``: a class with a method of that name needs another.
    """
    match type_:
        case Scalar(name=name):
            return _NUMBER if name == "float" else name
        case Enumeration():
            return type_.base
        case Reference(name=name):
            return f"models.{name}"
        case ListOf(item=item):
            return f"{list_name}[{as_result(item, list_name=list_name)}]"
        case MapOf(value=value):
            return f"dict[str, {as_result(value, list_name=list_name)}]"
        case UnionOf(members=members):
            return _union(as_result(member, list_name=list_name) for member in members)
        case Nullable(inner=inner):
            return _union((as_result(inner, list_name=list_name), "None"))
        case Binary():
            return "str"


def walk(type_: TypeRef) -> Iterator[TypeRef]:
    """Return the type and all types inside it."""
    yield type_
    match type_:
        case ListOf(item=inner) | MapOf(value=inner) | Nullable(inner=inner):
            yield from walk(inner)
        case UnionOf(members=members):
            for member in members:
                yield from walk(member)
        case _:
            pass


def references(type_: TypeRef) -> frozenset[str]:
    """Return the names of the components that the type mentions."""
    return frozenset(
        part.name
        for part in walk(type_)
        if isinstance(part, Reference | Enumeration) and part.name is not None
    )


def spelled(type_: TypeRef) -> frozenset[str]:
    """Return the names that ``as_field`` spells: integer enumerations are written out."""
    return frozenset(
        part.name
        for part in walk(type_)
        if isinstance(part, Reference)
        or (isinstance(part, Enumeration) and part.name is not None and part.base == "str")
        if part.name is not None
    )


def literal(values: tuple[str | int, ...]) -> str:
    """Return a ``Literal`` of the values, safe for any text."""
    return f"Literal[{', '.join(ascii(value) for value in values)}]"


def _union(members: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(members))
