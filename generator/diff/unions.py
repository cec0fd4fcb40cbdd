"""Compare ``oneOf`` and ``anyOf``: alternatives are found again by name, then by what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.diff.document import NOTHING, includes, narrower
from generator.diff.graph import Edge, Finding, finding
from generator.diff.schema import described_at, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.diff.document import Document, Parts
    from generator.diff.graph import Graph, Pair
    from generator.diff.schema import Group, Schema


_NAMED: Final = re.compile(r"/components/schemas/[^/]+")


def compare_unions(graph: Graph, pair: Pair) -> tuple[list[Finding], list[Edge]]:
    """Return the differences in alternatives, and the pairs of those that are on both sides."""
    old, new = pair.old.groups, pair.new.groups
    if not old and not new:
        return [], []
    if not old or not new:
        # Beside a type of its own, alternatives restrict it.
        verb = "set" if new else "unset"
        return [
            finding(f"union-{verb}", pair.old, pair.new, _groups_label(old), _groups_label(new))
        ], []
    if len(old) != len(new):
        return [
            finding("union-changed", pair.old, pair.new, _groups_label(old), _groups_label(new))
        ], []
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
