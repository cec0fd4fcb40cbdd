"""Compare annotations: what a caller may pass, and what a caller has to expect."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

Position: TypeAlias = Literal["input", "output"]
Newer: TypeAlias = Literal["narrow", "wide"]

_INVARIANT: Final = frozenset({"list", "dict"})
_PROMOTED: Final = frozenset({("bool", "int"), ("bool", "float"), ("int", "float")})
_LITERAL: Final = "Literal"
_NONE: Final = "None"
_ANY: Final = "Any"


@frozen
class Type:
    """One member of a union.

    Attributes:
        name: The last part of its name; of a literal value, its kind.
        arguments: What stands in brackets.
        value: The text of a literal value.
    """

    name: str
    arguments: tuple[frozenset[Type], ...] = ()
    value: str | None = None


Union: TypeAlias = frozenset[Type]


def parse(annotation: str, renamed: Mapping[str, str] | None = None) -> Union:
    """Read an annotation.

    Args:
        annotation: Its text.
        renamed: Other names for classes.
    """
    return _union(ast.parse(annotation, mode="eval").body, renamed or {})


def without_none(union: Union) -> Union:
    """Return the members that are not ``None``."""
    return union - {Type(_NONE)}


def is_safe(old: Union, new: Union, position: Position) -> bool:
    """Return whether code that fits the old annotation fits the new one.

    An input may take more, an output may be less. What becomes ``Any`` fits everything; code that
    used ``Any`` may not fit what took its place.
    """
    if position == "input":
        return _fits(old, new, newer="wide")
    return _fits(new, old, newer="narrow")


def is_related(old: Union, new: Union) -> bool:
    """Return whether two results have the same classes and containers, and so can be used alike."""
    return _shape(without_none(old)) == _shape(without_none(new))


def _shape(union: Union) -> frozenset[str]:
    inner = (_shape(argument) for member in union for argument in member.arguments)
    return frozenset(member.name for member in union).union(*inner)


def _fits(narrow: Union, wide: Union, *, newer: Newer) -> bool:
    """Return whether each member of one union fits one of the other.

    Args:
        narrow: The union whose members have to fit.
        wide: The other one.
        newer: The one that is newer, whose ``Any`` fits everything.
    """
    if Type(_ANY) in (wide if newer == "wide" else narrow):
        return True
    return all(any(_member_fits(one, other, newer) for other in wide) for one in narrow)


def _member_fits(narrow: Type, wide: Type, newer: Newer) -> bool:
    if wide.value is not None or narrow == wide:
        return narrow == wide
    if narrow.name != wide.name:
        return (narrow.name, wide.name) in _PROMOTED
    if len(narrow.arguments) != len(wide.arguments):
        return False
    pairs = list(zip(narrow.arguments, wide.arguments, strict=True))
    if narrow.name in _INVARIANT:
        other: Newer = "narrow" if newer == "wide" else "wide"
        if not all(_fits(two, one, newer=other) for one, two in pairs):
            return False
    return all(_fits(one, two, newer=newer) for one, two in pairs)


def _union(node: ast.expr, renamed: Mapping[str, str]) -> Union:
    match node:
        case ast.BinOp(left=left, right=right):
            return _union(left, renamed) | _union(right, renamed)
        case ast.Subscript(value=value, slice=inside):
            name = _name(value)
            parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            if name == _LITERAL:
                return frozenset(_literal(part) for part in parts)
            return frozenset({Type(name, tuple(_union(part, renamed) for part in parts))})
        case ast.Constant(value=None):
            return frozenset({Type(_NONE)})
        case _:
            name = _name(node)
            return frozenset({Type(renamed.get(name, name))})


def _literal(node: ast.expr) -> Type:
    value = ast.literal_eval(node)
    return Type(type(value).__name__, (), repr(value))


def _name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ast.unparse(node)
