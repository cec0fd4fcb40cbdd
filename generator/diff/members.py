"""Compare what two schemas hold: properties, items, and alternatives, by name or by content."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from attrs import define

from generator.diff.document import NOTHING, includes, narrower
from generator.diff.graph import Edge, Finding, finding
from generator.diff.operations import compare_lifecycles
from generator.diff.schema import described_at, schema_of
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generator.diff.document import Document, Parts
    from generator.diff.graph import Direction, Graph, Pair
    from generator.diff.schema import Group, Schema

_SIMILAR: Final = 0.6
_SIMILAR_IN_PLACE: Final = 0.4
_NAMED: Final = re.compile(r"/components/schemas/[^/]+")
_FLAGS: Final[tuple[tuple[str, str, Direction], ...]] = (
    ("readOnly", "read-only", "request"),
    ("writeOnly", "write-only", "response"),
)


def compare_objects(graph: Graph, pair: Pair) -> tuple[list[Finding], list[Edge]]:
    """Return the differences in properties and items, and the pairs inside."""
    return _Objects(graph, pair, _properties(pair.old), _properties(pair.new)).compare()


def similar(one: str, other: str) -> float:
    """Return how similar two names are, from 0 to 1; capitals and underscores do not count."""
    return SequenceMatcher(None, _plain(one), _plain(other)).ratio()


def renamed(old: dict[str, int], new: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the names, given with positions, that may be one thing renamed, the likeliest first."""
    scores = [
        (similar(was, now) + (at == place) / 10, was, now, at == place)
        for was, at in old.items()
        for now, place in new.items()
    ]
    for score, was, now, in_place in sorted(scores, key=lambda one: -one[0]):
        limit = _SIMILAR_IN_PLACE if in_place else _SIMILAR
        if score >= limit + in_place / 10:
            yield was, now


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _properties(schema: Schema) -> dict[str, Parts]:
    """Return the properties by name; one that is only said to be required can be anything."""
    undescribed: dict[str, Parts] = {
        name: (({}, schema.pointer),)
        for name in sorted(schema.required)
        if name not in schema.properties
    }
    return {**schema.properties, **undescribed}


@define
class _Objects:
    graph: Graph
    pair: Pair
    old: dict[str, Parts]
    new: dict[str, Parts]

    def compare(self) -> tuple[list[Finding], list[Edge]]:
        findings: list[Finding] = []
        edges: list[Edge] = []
        removed = {name: at for at, name in enumerate(self.old) if name not in self.new}
        added = {name: at for at, name in enumerate(self.new) if name not in self.old}
        for was, now in self._renamed(removed, added):
            findings.extend(self._rename(was, now))
            del removed[was], added[now]
            edges.append(self._edge(was, now))
        for name in removed:
            findings.extend(self._removed(name))
        for name in added:
            findings.extend(self._added(name))
        for name in self.old:
            if name in self.new:
                edges.append(self._edge(name, name))
                findings.extend(self._kept(name))
        findings.extend(self._merged(bool(removed), bool(added)))
        more, inner = self._rest()
        return [*findings, *more], [*edges, *inner]

    def _edge(self, was: str, now: str) -> Edge:
        inner = self.graph.pair(self.old[was], self.new[now])
        return Edge(f".{now}", inner, now, frozenset(_hidden(inner.old) | _hidden(inner.new)))

    def _renamed(self, removed: dict[str, int], added: dict[str, int]) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        for was, now in renamed(removed, added):
            taken = any(was == one or now == other for one, other in pairs)
            if not taken and self.graph.same(self.old[was], self.new[now]):
                pairs.append((was, now))
        return pairs

    def _rename(self, was: str, now: str) -> Iterator[Finding]:
        required = {
            "request": now in self.pair.new.required,
            "response": was in self.pair.old.required,
        }
        for direction in _shown(schema_of(self.graph.new, self.new[now])):
            prefix = "required-" if required[direction] else ""
            yield self._finding(f"{prefix}property-renamed", now, was, now, direction)

    def _removed(self, name: str) -> Iterator[Finding]:
        schema = schema_of(self.graph.old, self.old[name])
        prefix = "required-" if name in self.pair.old.required else ""
        for direction in _shown(schema):
            closed = direction == "request" and self.pair.new.additional is False
            aspect = "property-forbidden" if closed else f"{prefix}property-removed"
            yield self._finding(aspect, name, schema.type_label, None, direction)

    def _added(self, name: str) -> Iterator[Finding]:
        schema = schema_of(self.graph.new, self.new[name])
        prefix = "required-" if name in self.pair.new.required else ""
        for direction in _shown(schema):
            yield self._finding(f"{prefix}property-added", name, None, schema.type_label, direction)

    def _merged(self, *verbs: bool) -> Iterator[Finding]:
        """Yield schemas that are merged in anew, or no more, if properties come or go with them."""
        old, new = self.pair.old, self.pair.new
        lost, more = old.merged - new.merged, new.merged - old.merged
        if verbs[0] and lost:
            yield finding("all-of-removed", old, new, _merged_label(lost), None)
        if verbs[1] and more:
            yield finding("all-of-added", old, new, None, _merged_label(more))

    def _kept(self, name: str) -> Iterator[Finding]:
        was = schema_of(self.graph.old, self.old[name])
        now = schema_of(self.graph.new, self.new[name])
        needed = name in self.pair.old.required, name in self.pair.new.required
        for flag, word, _ in _FLAGS:
            before, after = flag in was.keywords, flag in now.keywords
            if before != after:
                prefix = "required-" if needed[before] else ""
                verb = "set" if after else "unset"
                yield self._finding(f"{prefix}property-{word}-{verb}", name, before, after)
        if needed[0] != needed[1]:
            word = "required" if needed[1] else "optional"
            for direction in sorted(_shown(was) & _shown(now)):
                yield self._finding(f"property-became-{word}", name, *needed, direction)
        for aspect, old, new in compare_lifecycles(was.keywords, now.keywords):
            yield self._finding(f"property-{aspect}", name, old, new)

    def _finding(
        self, aspect: str, name: str, was: object, now: object, only: Direction | None = None
    ) -> Finding:
        old_at, new_at = self.pair.old.pointer, self.pair.new.pointer
        return Finding(
            aspect,
            was,
            now,
            self.old[name][0][1] if name in self.old else join(old_at, "properties"),
            self.new[name][0][1] if name in self.new else join(new_at, "properties"),
            name,
            only,
        )

    def _rest(self) -> tuple[list[Finding], list[Edge]]:
        """Return the differences in further properties and items, and the pairs inside."""
        old, new = self.pair.old, self.pair.new
        findings: list[Finding] = []
        edges: list[Edge] = []
        if (old.additional is False) != (new.additional is False):
            verb = "forbidden" if new.additional is False else "allowed"
            findings.append(finding(f"additional-properties-{verb}", old, new))
        elif not isinstance(old.additional, bool) or not isinstance(new.additional, bool):
            inner = self.graph.pair(
                _or_any(old.additional, old.pointer), _or_any(new.additional, new.pointer)
            )
            edges.append(Edge("{}", inner))
        if old.items or new.items:
            inner = self.graph.pair(
                _or_any(old.items, old.pointer), _or_any(new.items, new.pointer)
            )
            edges.append(Edge("[]", inner))
        return findings, edges


def _merged_label(pointers: frozenset[str]) -> str:
    return " and ".join(sorted(pointer.rpartition("/")[2] for pointer in pointers))


def _or_any(parts: Parts | bool, pointer: str) -> Parts:  # noqa: FBT001  # it is a value, no switch
    return parts if not isinstance(parts, bool) and parts else (({}, pointer),)


def _hidden(schema: Schema) -> set[Direction]:
    return {hidden for flag, _, hidden in _FLAGS if flag in schema.keywords}


def _shown(schema: Schema) -> set[Direction]:
    directions: set[Direction] = {"request", "response"}
    return directions - _hidden(schema)


def compare_unions(graph: Graph, pair: Pair) -> tuple[list[Finding], list[Edge]]:
    """Return the differences in alternatives, and the pairs of those that are on both sides."""
    old, new = pair.old.groups, pair.new.groups
    if len(old) != len(new):
        # Beside a type of its own, alternatives restrict it.
        verb = "changed" if old and new else "set" if new else "unset"
        labels = _groups_label(old), _groups_label(new)
        return [finding(f"union-{verb}", pair.old, pair.new, *labels)], []
    findings: list[Finding] = []
    edges: list[Edge] = []
    for one, other in zip(old, new, strict=True):
        if one.kind != other.kind:
            findings.append(finding("union-kind-changed", pair.old, pair.new, one.kind, other.kind))
        more, inner = _members(graph, pair, one, other)
        findings += more
        edges += inner
    return findings, edges


def compare_wrapped(graph: Graph, pair: Pair) -> Finding | None:
    """Return whether one side is nothing but alternatives, and the other a plain schema."""
    old, new = pair.old, pair.new
    if new.groups and not old.groups and _is_bare(new):
        kept = any(graph.same(old.parts, member) for member in _alternatives(new))
        if _is_anything(old):
            aspect = "union-set"
        elif not kept:
            aspect = "union-changed"
        elif _is_union(graph.old, old) or not _overlaps(graph, pair):
            aspect = "union-added"
        else:
            aspect = "union-overlapping"
    elif old.groups and not new.groups and _is_bare(old):
        kept = any(graph.same(member, new.parts) for member in _alternatives(old))
        aspect = (
            "union-unset" if _is_anything(new) else "union-removed" if kept else "union-changed"
        )
    else:
        return None
    return finding(aspect, old, new, _groups_label(old.groups), _groups_label(new.groups))


def _is_union(document: Document, schema: Schema) -> bool:
    """Return whether it is written as alternatives, even as one alone."""
    node, _ = document.follow(schema.parts[0])
    return "oneOf" in node or "anyOf" in node


def _overlaps(graph: Graph, pair: Pair) -> bool:
    """Return whether what was valid may fit two alternatives of a ``oneOf``."""
    new = pair.new
    if all(group.kind == "anyOf" for group in new.groups):
        return False
    alternatives = _alternatives(new)
    others = [
        schema_of(graph.new, member)
        for member in alternatives
        if not graph.same(pair.old.parts, member)
    ]
    return len(alternatives) - len(others) > 1 or any(
        not other.types or narrower(pair.old.types, other.types) != NOTHING for other in others
    )


def _is_anything(schema: Schema) -> bool:
    return _is_bare(schema) and not schema.conditions and "enum" not in schema.keywords


def _is_bare(schema: Schema) -> bool:
    return not schema.types and not schema.properties


def _alternatives(schema: Schema) -> list[Parts]:
    return [member for group in schema.groups for member in group.members]


def _members(graph: Graph, pair: Pair, old: Group, new: Group) -> tuple[list[Finding], list[Edge]]:
    removed, added = list(old.members), list(new.members)
    edges: list[Edge] = []

    def match(fits: Callable[[Parts, Parts], bool]) -> None:
        for was in tuple(removed):
            now = next((other for other in added if fits(was, other)), None)
            if now is not None:
                removed.remove(was)
                added.remove(now)
                edges.append(Edge(f"|{_label(graph.new, now)}", graph.pair(was, now)))

    def same_name(was: Parts, now: Parts) -> bool:
        one, other = described_at(graph.old, was[0]), described_at(graph.new, now[0])
        return one == other and _NAMED.fullmatch(one) is not None

    def same_types(was: Parts, now: Parts) -> bool:
        if _is_named(graph.old, was) or _is_named(graph.new, now):
            return False
        one, other = schema_of(graph.old, was).types, schema_of(graph.new, now).types
        return includes(one, other) or includes(other, one)

    match(same_name)
    match(graph.same)
    if len(removed) == len(added) == 1:
        match(same_types)
    findings = [
        Finding("alternative-removed", _label(graph.old, was), None, was[0][1], pair.new.pointer)
        for was in removed
    ]
    findings += [
        Finding("alternative-added", None, _label(graph.new, now), pair.old.pointer, now[0][1])
        for now in added
    ]
    return findings, edges


def _is_named(document: Document, member: Parts) -> bool:
    return _NAMED.fullmatch(described_at(document, member[0])) is not None


def _label(document: Document, member: Parts) -> str:
    """Return what an alternative is called: its component, or its types."""
    pointer = described_at(document, member[0])
    if _NAMED.fullmatch(pointer):
        return pointer.rpartition("/")[2]
    return schema_of(document, member).type_label


def _groups_label(groups: tuple[Group, ...]) -> str | None:
    return " and ".join(f"{group.kind} of {len(group.members)}" for group in groups) or None
