"""Pairs of schemas used at the same place of two documents, and how they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import define, field, frozen

from generator.diff.schema import Schema, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from generator.diff.document import Document, Parts

Direction: TypeAlias = Literal["request", "response"]


@frozen
class Finding:
    """A difference of one aspect.

    Attributes:
        aspect: The name of the aspect, which with the place makes the name of a rule.
        old: What was, as JSON; ``None``: nothing.
        new: What is, as JSON; ``None``: nothing.
        old_at: The JSON pointer of what was, or of what would hold it.
        new_at: The JSON pointer of what is, or of what would hold it.
        name: The property that it is about, if it is not about the schema as a whole.
        only: The direction in which alone it counts.
    """

    aspect: str
    old: Any
    new: Any
    old_at: str
    new_at: str
    name: str | None = None
    only: Direction | None = None


def finding(aspect: str, old: Schema, new: Schema, was: Any = None, now: Any = None) -> Finding:
    """Return a difference of two schemas as a whole."""
    return Finding(aspect, was, now, old.pointer, new.pointer)


@frozen(eq=False)
class Edge:
    """A way from a pair to a pair of schemas inside it.

    Attributes:
        step: What the way adds to a place, as in ``.name`` or ``[]``.
        pair: The inner pair.
        name: The property that the way leads through.
        hidden: The directions in which the property is not sent.
    """

    step: str
    pair: Pair
    name: str | None = None
    hidden: frozenset[Direction] = frozenset()


@define(eq=False)
class Pair:
    """Two schemas, their own differences, and the pairs inside."""

    old: Schema
    new: Schema
    findings: tuple[Finding, ...] = ()
    edges: tuple[Edge, ...] = ()
    compared: bool = False


@define(eq=False)
class Graph:
    """All pairs of two documents.

    A pair is entered before what is inside it is looked at, so cyclic schemas end.

    Attributes:
        old: The older document.
        new: The newer one.
        compare: Fills in the findings and edges of a pair.
    """

    old: Document
    new: Document
    compare: Callable[[Graph, Pair], None]
    _pairs: dict[tuple[int, int], Pair] = field(factory=dict["tuple[int, int]", Pair])

    def pair(self, old: Parts, new: Parts) -> Pair:
        """Return the pair of two schemas, compared or not."""
        one, other = schema_of(self.old, old), schema_of(self.new, new)
        found = self._pairs.get((id(one), id(other)))
        if found is None:
            found = self._pairs[id(one), id(other)] = Pair(one, other)
        return found

    def reached(self, pairs: Iterable[Pair]) -> Iterator[Pair]:
        """Yield the pairs and all inside them, compared."""
        waiting = list(pairs)
        seen = set(map(id, waiting))
        while waiting:
            pair = waiting.pop()
            if not pair.compared:
                pair.compared = True
                self.compare(self, pair)
            yield pair
            for edge in pair.edges:
                if id(edge.pair) not in seen:
                    seen.add(id(edge.pair))
                    waiting.append(edge.pair)

    def same(self, old: Parts, new: Parts) -> bool:
        """Return whether two schemas say the same."""
        return not any(pair.findings for pair in self.reached([self.pair(old, new)]))

    def differing(self, roots: Iterable[Pair]) -> frozenset[int]:
        """Return the ids of all pairs that differ or lead to one that does."""
        outer: dict[int, list[int]] = {}
        found: list[int] = []
        for pair in self.reached(roots):
            for edge in pair.edges:
                outer.setdefault(id(edge.pair), []).append(id(pair))
            if pair.findings:
                found.append(id(pair))
        known = set(found)
        while found:
            for above in outer.get(found.pop(), ()):
                if above not in known:
                    known.add(above)
                    found.append(above)
        return frozenset(known)
