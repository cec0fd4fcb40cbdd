"""Pairs of schemas used at the same place of two documents: how they differ, and where it shows."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import define, field, frozen

from generator.diff.schema import Schema, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from generator.diff.document import Document, Parts
    from generator.diff.rules import WireLevel

Direction: TypeAlias = Literal["request", "response"]
Scope: TypeAlias = Literal["parameter", "body", "header"]
ClientPart: TypeAlias = tuple[str, ...]
"""A part of the Python client: ``("argument", operation, wire name)``, ``("field", class, name)``,
``("class", class)``, ``("returns", operation)``, ``("body", operation)`` or ``("method",
operation)``."""

_TEXT: Final = frozenset({"string"})
SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})
_RESTRICTS_TEXT: Final = frozenset({"format", "enum", "const", "pattern", "minLength", "maxLength"})


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


@frozen
class Located:
    """A finding at one place of an operation, or a change of the document as a whole.

    Attributes:
        rule: The id of the rule that judges it.
        operation: The HTTP method and path; empty: the document as a whole.
        place: The place in the operation, as in ``200.data.items[].name``.
        old: What was, as JSON.
        new: What is, as JSON.
        old_at: The JSON pointer of what was, or of what would hold it.
        new_at: The JSON pointer of what is, or of what would hold it.
        affected: The parts of the client that may change with it.
        wire_cap: How bad it can be on the wire.
    """

    rule: str
    operation: str
    place: str
    old: Any
    new: Any
    old_at: str
    new_at: str
    affected: frozenset[ClientPart] = frozenset()
    wire_cap: WireLevel = "breaking"


@frozen
class ClassNames:
    """The classes of two clients that stand for schemas, by JSON pointer."""

    old: Mapping[str, str]
    new: Mapping[str, str]

    def of(self, pair: Pair) -> list[str]:
        """Return the names of the classes of a pair."""
        found = self.old.get(pair.old.pointer), self.new.get(pair.new.pointer)
        return [name for name in found if name]


@frozen
class Root:
    """A place of an operation where a schema is used.

    Attributes:
        pair: The old and the new schema.
        scope: What kind of place it is.
        direction: Who sends it.
        place: Its name, as in ``query.limit`` or ``200``.
        subject: The part of the client that stands for it.
        textual: Whether values are written as plain text, so that any scalar is a text.
    """

    pair: Pair
    scope: Scope
    direction: Direction
    place: str
    subject: ClientPart
    textual: bool = False


@frozen
class _Step:
    root: Root
    pair: Pair
    place: str
    holders: frozenset[ClientPart]
    at_root: bool = True
    whole: bool = True


@frozen
class Tracer:
    """Finds the changes of one operation.

    Attributes:
        operation: How the operation is named in reports.
        key: Its HTTP method and path, path parameters without names.
        differing: The ids of the pairs that differ or lead to one that does.
        names: The classes of both clients.
    """

    operation: str
    key: str
    differing: frozenset[int]
    names: ClassNames = field(repr=False)

    def changes(self, roots: list[Root]) -> Iterator[Located]:
        """Yield the changes that the roots lead to, each at the nearest place."""
        seen: set[int] = set()
        waiting = deque(
            _Step(root, root.pair, root.place, frozenset({root.subject})) for root in roots
        )
        while waiting:
            step = waiting.popleft()
            if id(step.pair) not in self.differing or id(step.pair) in seen:
                continue
            seen.add(id(step.pair))
            for finding in step.pair.findings:
                if finding.only in {None, step.root.direction}:
                    yield self._located(step, finding)
            waiting.extend(
                self._inner(step, edge)
                for edge in step.pair.edges
                if step.root.direction not in edge.hidden
            )

    def _inner(self, step: _Step, edge: Edge) -> _Step:
        root = step.root
        holders = step.holders
        if edge.name is not None:
            holders = self._property(step, edge.name)
        plain = edge.step == "[]" and root.scope != "body"
        return _Step(
            root,
            edge.pair,
            f"{step.place}{edge.step}",
            holders,
            at_root=step.at_root and plain,
            whole=False,
        )

    def _property(self, step: _Step, name: str) -> frozenset[ClientPart]:
        """Return the parts of the client that stand for a property of the step's schema."""
        found: set[ClientPart] = {("field", class_, name) for class_ in self.names.of(step.pair)}
        if step.whole and step.root.scope == "body":
            if step.root.direction == "request":
                found.add(("argument", self.key, f"body.{name}"))
            else:
                found.add(step.root.subject)
        return frozenset(found or step.holders)

    def _located(self, step: _Step, finding: Finding) -> Located:
        root = step.root
        place, affected = step.place, step.holders
        if finding.name is not None:
            place, affected = f"{place}.{finding.name}", self._property(step, finding.name)
            rule = f"{root.direction}-{finding.aspect}"
        else:
            scope = root.scope if step.at_root else "property"
            aspect = _aspect(step, finding.aspect)
            rule = f"{root.direction}-{scope}-{aspect}"
            affected |= {("class", class_) for class_ in self.names.of(step.pair)}
        if finding.aspect.endswith("renamed"):
            affected |= self._property(step, str(finding.old))
        return Located(
            rule,
            self.operation,
            place,
            finding.old,
            finding.new,
            finding.old_at,
            finding.new_at,
            affected,
        )


def _aspect(step: _Step, aspect: str) -> str:
    """Return the aspect for a place where values are texts, and any scalar is one."""
    if aspect != "type-changed" or not step.root.textual or not step.at_root:
        return aspect
    old, new = step.pair.old, step.pair.new
    if new.types == _TEXT and old.types <= SCALARS and not _RESTRICTS_TEXT & new.keywords.keys():
        return "type-generalized"
    if old.types == _TEXT and new.types <= SCALARS and not _RESTRICTS_TEXT & old.keywords.keys():
        return "type-specialized"
    return aspect
