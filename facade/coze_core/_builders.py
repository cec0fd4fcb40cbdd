"""One builder for each kind of type: from plain JSON data to values of that type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from binascii import a2b_base64
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
import msgspec

MAX_DEPTH = 500
"""Levels of nesting that are built; what lies deeper is kept as it came."""


class Walk:
    """Where the builders are, and what they met.

    Args:
        problems: Where to note the JSON path of each value that does not fit. They take many times
            the memory of the values, so they are noted for those alone who read them.
        keep_extra: Whether models keep what came beyond their fields.
    """

    def __init__(self, problems: list[str] | None, *, keep_extra: bool = False) -> None:
        self.path: list[str | int] = []
        self.keep_extra = keep_extra
        self._problems = problems

    def keep_raw(self, value: object) -> object:
        if self._problems is not None:
            steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
            self._problems.append("$" + "".join(steps))
        return value


EXTRA = "_extra"
"""The attribute in which a model keeps what came beyond its fields."""
_URL_SAFE = str.maketrans("-_", "+/")
_REST = "*"
"""The wire name of the field that takes what has no field of its own."""

_Rank = tuple[int, int, int]
_FITS: _Rank = (1, 0, 0)
_LAST: _Rank = (0, -1, 0)


class Builder(ABC):
    """Builds one type. A union asks its members first whether they accept, then how well."""

    @abstractmethod
    def accepts(self, value: object) -> bool:
        """Whether the value is of the right kind, whatever it contains."""

    @abstractmethod
    def build(self, value: object, walk: Walk) -> object:
        """Build the value, or keep it as it came."""

    def rank(self, value: object) -> _Rank:
        """How well an accepted value fits: more is better. Never looks at all of it."""
        del value
        return _FITS


class _Anything(Builder):
    def accepts(self, value: object) -> bool:
        del value
        return True

    def rank(self, value: object) -> _Rank:
        del value
        return _LAST

    def build(self, value: object, walk: Walk) -> object:
        del walk
        return value


class _Scalar(Builder):
    """Takes values of exactly its type: a bool is not an int."""

    def __init__(self, kind: type[object]) -> None:
        self._kind = kind

    def accepts(self, value: object) -> bool:
        return type(value) is self._kind

    def build(self, value: object, walk: Walk) -> object:
        return value if type(value) is self._kind else walk.keep_raw(value)


class _Text(_Scalar):
    """Takes integers as their digits, where nothing else takes them: ids are numbers to some."""

    def __init__(self) -> None:
        super().__init__(str)

    def build(self, value: object, walk: Walk) -> object:
        kept = super().build(value, walk)
        return str(kept) if type(kept) is int else kept


class _Bytes(Builder):
    """Takes base64 of either alphabet, with or without its padding."""

    def accepts(self, value: object) -> bool:
        return isinstance(value, str)

    def build(self, value: object, walk: Walk) -> object:
        if isinstance(value, str):
            text = "".join(value.split()).translate(_URL_SAFE).rstrip("=")
            try:
                return a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
            except ValueError:
                pass
        return walk.keep_raw(value)


class _Float(Builder):
    """Takes integers too, as JSON writes 1.0 as 1."""

    def accepts(self, value: object) -> bool:
        return type(value) is float or type(value) is int

    def build(self, value: object, walk: Walk) -> object:
        if type(value) is int:
            try:
                return float(value)
            except OverflowError:
                return walk.keep_raw(value)
        return value if type(value) is float else walk.keep_raw(value)


class _Literal(Builder):
    def __init__(self, members: tuple[object, ...]) -> None:
        self._members = {(type(member), member) for member in members}

    def accepts(self, value: object) -> bool:
        return not isinstance(value, (dict, list)) and (type(value), value) in self._members

    def build(self, value: object, walk: Walk) -> object:
        return value if self.accepts(value) else walk.keep_raw(value)


class _List(Builder):
    def __init__(self, item: Builder) -> None:
        self._item = item

    def accepts(self, value: object) -> bool:
        return isinstance(value, list)

    def rank(self, value: object) -> _Rank:
        items = cast("list[object]", value)
        if not items:
            return _FITS
        return self._item.rank(items[0]) if self._item.accepts(items[0]) else _LAST

    def build(self, value: object, walk: Walk) -> object:
        if not self.accepts(value) or len(walk.path) >= MAX_DEPTH:
            return walk.keep_raw(value)
        built: list[object] = []
        for index, item in enumerate(cast("list[object]", value)):
            walk.path.append(index)
            built.append(self._item.build(item, walk))
            walk.path.pop()
        return built


class _Map(Builder):
    def __init__(self, item: Builder) -> None:
        self._item = item

    def accepts(self, value: object) -> bool:
        return isinstance(value, dict)

    def build(self, value: object, walk: Walk) -> object:
        if not self.accepts(value) or len(walk.path) >= MAX_DEPTH:
            return walk.keep_raw(value)
        built: dict[str, object] = {}
        for key, item in cast("dict[str, object]", value).items():
            walk.path.append(key)
            built[key] = self._item.build(item, walk)
            walk.path.pop()
        return built


class _Union(Builder):
    def __init__(self, members: Sequence[Builder]) -> None:
        self._members = members

    def accepts(self, value: object) -> bool:
        return any(member.accepts(value) for member in self._members)

    def rank(self, value: object) -> _Rank:
        return max(member.rank(value) for member in self._members if member.accepts(value))

    def build(self, value: object, walk: Walk) -> object:
        members = [member for member in self._members if member.accepts(value)]
        if not members:
            text = next((member for member in self._members if isinstance(member, _Text)), None)
            return text.build(value, walk) if text else walk.keep_raw(value)
        if len(members) == 1:
            return members[0].build(value, walk)
        return max(members, key=lambda member: member.rank(value)).build(value, walk)


class _Field(NamedTuple):
    argument: str
    wire: str
    required: bool
    builder: Builder


class _Model(Builder):
    """Builds an attrs class. Looks its fields up on first use, as it may contain itself."""

    def __init__(self, model: type[object]) -> None:
        self._model = model

    @cached_property
    def _fields(self) -> Sequence[_Field]:
        hints = get_type_hints(self._model)
        names: Mapping[str, str] = getattr(self._model, "__wire_names__", {})
        spellings = getattr(self._model, "__spellings__", {})
        return [
            _Field(
                spellings.get(field.name, field.alias),
                names.get(field.name, field.name),
                field.default is attrs.NOTHING,
                builder(hints[field.name]),
            )
            for field in attrs.fields(cast("Any", self._model))
        ]

    @cached_property
    def _tags(self) -> Mapping[str, frozenset[object]]:
        return cast("Mapping[str, frozenset[object]]", getattr(self._model, "__tags__", {}))

    def accepts(self, value: object) -> bool:
        """Whether it is an object, and not one that its tags put into another class."""
        if not isinstance(value, dict):
            return False
        values = cast("dict[str, object]", value)
        return all(
            isinstance(tag := values[wire], (str, int)) and tag in known
            for wire, known in self._tags.items()
            if wire in values
        )

    def rank(self, value: object) -> _Rank:
        """Prefer what is whole (no required field missing), then the most known fields."""
        values = cast("dict[str, object]", value)
        whole, known, fitting = 1, 0, 0
        for field in self._fields:
            if field.wire not in values:
                whole = 0 if field.required else whole
                continue
            known += 1
            fitting += field.builder.accepts(values[field.wire])
        return whole, known, fitting

    def build(self, value: object, walk: Walk) -> object:
        if len(walk.path) >= MAX_DEPTH or not isinstance(value, dict):
            return walk.keep_raw(value)
        values = cast("dict[str, object]", value)
        arguments: dict[str, object] = {}
        for field in self._fields:
            if field.wire == _REST:
                known = {field.wire for field in self._fields}
                rest = {name: item for name, item in values.items() if name not in known}
                arguments[field.argument] = field.builder.build(rest, walk) if rest else None
                continue
            walk.path.append(field.wire)
            if field.wire in values:
                value = field.builder.build(values[field.wire], walk)
                if value is not None or field.argument not in arguments:
                    arguments[field.argument] = value
            elif field.required:
                arguments[field.argument] = walk.keep_raw(None)
            walk.path.pop()
        built = self._model(**arguments)
        if walk.keep_extra and hasattr(built, "__dict__"):
            built.__dict__[EXTRA] = self._extra(values)
        return built

    def _extra(self, values: dict[str, object]) -> dict[str, object]:
        """Return what no attribute holds: unknown fields, and known ones that came as null."""
        known = {field.wire for field in self._fields}
        takes_all = _REST in known
        return {
            name: value
            for name, value in values.items()
            if (value is None if name in known else not takes_all)
        }


class _Other(Builder):
    """Takes what msgspec can make of plain data: dates, tuples and the like."""

    def __init__(self, hint: object) -> None:
        self._hint = hint

    def accepts(self, value: object) -> bool:
        try:
            msgspec.convert(value, cast("type[object]", self._hint))
        except (msgspec.ValidationError, TypeError):
            return False
        return True

    def build(self, value: object, walk: Walk) -> object:
        try:
            return msgspec.convert(value, cast("type[object]", self._hint))
        except (msgspec.ValidationError, TypeError):
            return walk.keep_raw(value)


_PLAIN: Mapping[object, Callable[[], Builder]] = {
    Any: _Anything,
    object: _Anything,
    str: _Text,
    bytes: _Bytes,
    int: lambda: _Scalar(int),
    float: _Float,
    bool: lambda: _Scalar(bool),
    None: lambda: _Scalar(NoneType),
    NoneType: lambda: _Scalar(NoneType),
}


@cache
def builder(hint: Any) -> Builder:
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if origin in _PLAIN:
        return _PLAIN[origin]()
    if origin is Literal:
        return _Literal(arguments)
    if origin is Annotated:
        return builder(arguments[0])
    if origin in (Union, UnionType):
        return _Union([builder(argument) for argument in arguments])
    if origin in (list, Sequence):
        return _List(builder(arguments[0] if arguments else Any))
    if origin in (dict, Mapping):
        return _Map(builder(arguments[1] if arguments else Any))
    if attrs.has(origin):
        return _Model(origin)
    return _Other(hint)
