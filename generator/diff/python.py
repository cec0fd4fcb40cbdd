"""What changes are called in Python, with signatures; and whether one annotation fits another."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import field, frozen

from generator.diff.operations import operation_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.graph import ClientPart, Located

Position: TypeAlias = Literal["input", "output"]
Newer: TypeAlias = Literal["narrow", "wide"]

_INVARIANT: Final = frozenset({"list", "dict"})
_PROMOTED: Final = frozenset({("bool", "int"), ("bool", "float"), ("int", "float")})
_WHOLE: Final = frozenset({"method", "returns", "body", "class", "behaviour"})
"""The kinds of parts that name more than a change that is about an argument or a field."""


@frozen
class PythonNames:
    """The names of the client parts of two public surfaces."""

    old: Mapping[str, Any] = field(repr=False)
    new: Mapping[str, Any] = field(repr=False)

    @cached_property
    def _names(self) -> tuple[Mapping[ClientPart, str], ...]:
        # Of several methods of one operation, the first one counts.
        return tuple(dict(reversed([*_parts(one)])) for one in (self.old, self.new))

    def of(self, located: Located) -> tuple[str, ...]:
        """Return the names that a change is about, as in ``bots.publish -> bots.release``."""
        parts = sorted(located.affected)
        exact = [part for part in parts if part[0] not in _WHOLE]
        old, new = self._names
        pairs = [(old.get(part), new.get(part)) for part in exact or parts]
        removed = [was for was, now in pairs if was and not now]
        added = [now for was, now in pairs if now and not was]
        if located.rule.endswith("-renamed") and len(removed) == len(added) == 1:
            return (f"{removed[0]} -> {added[0]}",)
        named = (
            f"{was} -> {now}" if was and now and was != now else now or was for was, now in pairs
        )
        return tuple(dict.fromkeys(filter(None, named)))

    def signatures(self, located: Located) -> tuple[str | None, str | None]:
        """Return the signature of the method that a change is about, if it is another one now."""
        key = operation_key(*located.operation.split(" ", 1)) if located.operation else ""
        old, new = (
            _signature(name, _called(surface)[name])
            if (name := names.get(("method", key)) or names.get(("method", located.operation)))
            else None
            for names, surface in zip(self._names, (self.old, self.new), strict=True)
        )
        return (old, new) if old != new else (None, None)


def _called(surface: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the methods of a surface, with those that send events."""
    return {**surface.get("methods", {}), **surface.get("senders", {})}


def _parts(surface: Mapping[str, Any]) -> Iterator[tuple[ClientPart, str]]:
    for name, method in _called(surface).items():
        key = operation_key(*method["operation"].split(" ", 1))
        for kind in ("method", "returns", "body"):
            yield (kind, key), name
        for behaviour in method.get("behaviour", {}):
            yield ("behaviour", key, behaviour), name
        for argument, details in method["arguments"].items():
            place, _, wire = details["wire"].partition(".")
            places = (place, "body") if place == "files" else (place,)
            for one in places:
                yield ("argument", key, f"{one}.{wire}"), f"{name}({argument})"
    for name, class_ in surface.get("models", {}).items():
        yield ("class", name), name
        for attribute, details in class_.get("fields", {}).items():
            yield ("field", name, details["wire"]), f"{name}.{attribute}"
    for name, shape in surface.get("shapes", {}).items():
        yield ("class", name), name
        for key in shape.get("keys", {}):
            yield ("field", name, key), f"{name}[{key!r}]"


def _signature(name: str, method: Mapping[str, Any]) -> str:
    arguments = (
        f"{argument}: {details['type']}{'' if details['required'] else ' = ...'}"
        for argument, details in method["arguments"].items()
    )
    listed = ", ".join(arguments)
    return f"{name}({'*, ' if listed else ''}{listed}) -> {method['returns']}"


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
_NONE: Final = Type("None")
_ANY: Final = Type("Any")


def parse(annotation: str, renamed: Mapping[str, str] | None = None) -> Union:
    """Read an annotation."""
    return _union(ast.parse(annotation, mode="eval").body, renamed or {})


def without_none(union: Union) -> Union:
    """Return the members that are not ``None``."""
    return union - {_NONE}


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


def compare_annotated(
    word: str,
    position: Position,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    renamed: Mapping[str, str],
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yield the rules that an argument, key or field meets, each with what was and what is.

    Args:
        word: What it is, with which the rules begin.
        position: Whether callers give it or get it.
        old: Its entry in the older surface.
        new: Its entry in the newer one.
        renamed: The new names of renamed classes.
    """
    was, now = parse(old["type"], renamed), parse(new["type"])
    if old["required"] != new["required"]:
        verb = "required" if new["required"] else "optional"
        yield f"{word}-became-{verb}", (old["required"], new["required"])
        was, now = without_none(was), without_none(now)
    if was != now:
        safe = "narrowed" if position == "output" else "widened"
        verb = safe if is_safe(was, now, position) else "changed"
        yield f"{word}-type-{verb}", (old["type"], new["type"])


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
    if _ANY in (wide if newer == "wide" else narrow):
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
            if name == "Literal":
                return frozenset(_literal(part) for part in parts)
            return frozenset({Type(name, tuple(_union(part, renamed) for part in parts))})
        case ast.Constant(value=None):
            return frozenset({_NONE})
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
