"""What is compared: documents and JSON values, their limits and types; and what is the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeAlias, TypeVar
from urllib.parse import unquote

from attrs import define, field, frozen

from generator.errors import GeneratorError
from generator.json_values import is_array, is_object
from generator.spec import join, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

T = TypeVar("T")
NOTHING: Final = frozenset({"nothing"})
"""The types of a schema that no value fits."""


def canonical(value: Any) -> str:
    """Return a text that is the same for equal JSON values: ``1`` is ``1.0`` and not ``true``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def narrower(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Return the types that are in both sets; an integer is a number."""
    found = one & other
    if ("number" in one and "integer" in other) or ("number" in other and "integer" in one):
        found |= {"integer"}
    return found or NOTHING


def includes(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    """Return whether all values of the narrow types are values of the wide ones; no types: any."""
    if not wide or narrow == NOTHING:
        return True
    return bool(narrow) and (narrow <= wide or narrow - {"integer"} <= wide >= {"number"})


def verb_of(was: object, now: object) -> Literal["added", "removed", "changed"]:
    """Return what became of something that is, or was, ``None`` where there is nothing."""
    return "added" if was is None else "removed" if now is None else "changed"


@frozen
class Matching(Generic[T]):
    """What is on both sides under one name, what went, and what came."""

    pairs: list[tuple[T, T]]
    removed: list[T]
    added: list[T]

    def match(self, was: T, now: T) -> bool:
        """Pair what went with what came; return whether both were still left."""
        if was not in self.removed or now not in self.added:
            return False
        self.removed.remove(was)
        self.added.remove(now)
        self.pairs.append((was, now))
        return True


def matched(old: Collection[T], new: Collection[T]) -> Matching[T]:
    """Match what is equal on both sides."""
    return Matching(
        [(one, one) for one in old if one in new],
        [one for one in old if one not in new],
        [one for one in new if one not in old],
    )


@frozen
class Bound:
    """A limit of numbers, lengths or counts.

    Attributes:
        value: The limit.
        upper: Whether it is the largest value; else the smallest.
        exclusive: Whether the limit itself is beyond it.
    """

    value: float
    upper: bool
    exclusive: bool = False

    def tighter(self, other: Bound) -> Bound:
        """Return the limit that allows less."""
        return self if self._rank() <= other._rank() else other

    def allows_less_than(self, other: Bound) -> bool:
        """Return whether it allows less than another limit."""
        return self._rank() < other._rank()

    def _rank(self) -> tuple[float, bool]:
        return (self.value if self.upper else -self.value, not self.exclusive)

    def __str__(self) -> str:
        number = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
        return f"{number} (exclusive)" if self.exclusive else number


Node: TypeAlias = dict[str, Any]
Part: TypeAlias = tuple[Node, str]
"""A part of a document, and its JSON pointer; behind ``file#`` where it stands in another file."""
Parts: TypeAlias = tuple[Part, ...]
"""Schemas that hold at the same time."""

_MAX_HOPS: Final = 100


@define(eq=False)
class Document:
    """A document, and what has been read of it.

    Attributes:
        root: The document.
        read: Reads another file that a reference names; ``None``: references stay within.
        views: The views of its schemas, once they are asked for.
    """

    root: Node
    read: Callable[[str], Node] | None = None
    views: dict[tuple[int, ...], Any] = field(factory=dict["tuple[int, ...]", Any])
    _files: dict[str, Node] = field(factory=dict[str, Node])

    def __attrs_post_init__(self) -> None:
        version = self.root.get("openapi")
        # Without quotes, 3.1 is a number.
        if not str(version).startswith("3."):
            raise GeneratorError(
                f"the document says openapi: {version!r}",
                pointer="/openapi",
                remedy="Only documents of OpenAPI 3 can be compared.",
            )

    @property
    def merges_siblings(self) -> bool:
        """Whether what stands beside a ``$ref`` counts, as it does since OpenAPI 3.1."""
        return not str(self.root["openapi"]).startswith("3.0")

    def follow(self, part: Part) -> Part:
        """Return the part itself, or what its ``$ref`` leads to in the end.

        Raises:
            GeneratorError: The reference leads nowhere, or in a circle.
        """
        node, pointer = part
        for _ in range(_MAX_HOPS):
            ref = node.get("$ref")
            if ref is None:
                return node, pointer
            node, pointer = self._target(ref, pointer)
        raise GeneratorError(
            "the $ref leads in a circle", pointer=part[1], remedy="Make it lead to a component."
        )

    def target(self, part: Part) -> Part:
        """Return what the ``$ref`` of a part names, which may be another reference."""
        return self._target(part[0]["$ref"], part[1])

    def _target(self, ref: Any, at: str) -> Part:
        if not isinstance(ref, str):
            raise GeneratorError("the $ref is no text", pointer=at, remedy="Write '#/...'.")
        file = "" if at.startswith("/") else at.partition("#")[0]
        named, _, inside = ref.partition("#")
        if named and self.read is not None and "://" not in named:
            file = named
        elif named:
            raise GeneratorError(
                f"the $ref {ref!r} leads out of the document",
                pointer=at,
                remedy="Only files beside the document are followed: bundle it into one file.",
            )
        found = as_node(resolve(self._root(file), f"#{inside}", at=at), at)
        pointer = unquote(inside)
        return found, f"{file}#{pointer}" if file else pointer

    def _root(self, file: str) -> Node:
        if not file or self.read is None:
            return self.root
        if file not in self._files:
            self._files[file] = self.read(file)
        return self._files[file]


def as_node(value: Any, pointer: str) -> Node:
    """Return the value as an object; true and false are schemas of anything and of nothing.

    Raises:
        GeneratorError: It is none of these.
    """
    if is_object(value):
        return value
    if isinstance(value, bool):
        return {} if value else {"not": {}}
    raise _unfit(value, pointer, "an object")


def object_at(part: Part, key: str) -> Part:
    """Return the object under a key, empty if there is none."""
    node, pointer = part
    value = node.get(key)
    place = join(pointer, key)
    if value is None:
        return {}, place
    if not is_object(value):
        raise _unfit(value, place, "an object")
    return value, place


def objects_at(part: Part, key: str) -> Iterator[tuple[str, Part]]:
    """Yield the objects in the object under a key, by their names."""
    inner, pointer = object_at(part, key)
    for name, value in inner.items():
        if value is not None:
            place = join(pointer, name)
            yield name, (as_node(value, place), place)


def list_at(part: Part, key: str) -> Parts:
    """Return the objects in the list under a key."""
    place = join(part[1], key)
    return tuple(
        (as_node(value, join(place, number)), join(place, number))
        for number, value in enumerate(values_at(part, key))
    )


def values_at(part: Part, key: str) -> list[Any]:
    """Return the list of values under a key."""
    value = part[0].get(key)
    if value is None:
        return []
    if not is_array(value):
        raise _unfit(value, join(part[1], key), "a list")
    return value


def texts_at(part: Part, key: str) -> list[str]:
    """Return the list of texts under a key."""
    values = values_at(part, key)
    if not all(isinstance(value, str) for value in values):
        raise _unfit(values, join(part[1], key), "a list of texts")
    return values


def schema_at(owner: Part, key: str = "schema") -> Parts:
    """Return the schema of a media type, header or parameter; without one, anything."""
    value = owner[0].get(key)
    if value is None:
        return (({}, owner[1]),)
    place = join(owner[1], key)
    return ((as_node(value, place), place),)


def _unfit(value: Any, pointer: str, wanted: str) -> GeneratorError:
    return GeneratorError(
        f"{value!r:.40} stands where {wanted} belongs",
        pointer=pointer,
        remedy=f"Write {wanted} there.",
    )
