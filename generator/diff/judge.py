"""Judges what differs: each change gets its rule's levels and what the client makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.diff.change import Change
from generator.diff.classes import Classes
from generator.diff.methods import Methods
from generator.diff.rules import CLIENT, rules
from generator.diff.trace import Names
from generator.diff.wire import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.diff.document import Document
    from generator.diff.trace import Hit, Subject


@frozen
class State:
    """The API and the client at one time.

    Attributes:
        document: The document.
        surface: The public surface of the client, as in ``manifest.json``.
        classes: The classes that stand for schemas, by JSON pointer.
    """

    document: Document
    surface: Mapping[str, Any]
    classes: Mapping[str, str]


def judge(old: State, new: State) -> tuple[Change, ...]:
    """All changes between two states, the worst first.

    Raises:
        GeneratorError: A document is not what OpenAPI allows at a place that is compared.
    """
    comparison = Comparison(old.document, new.document, Names(old.classes, new.classes))
    wire = comparison.hits()
    client = list(compare_surfaces(old, new, wire, _renamed(old, new, comparison.classes())))
    changed = {subject for hit in client for subject in hit.subjects}
    changes = [_change(hit, counts=not changed.isdisjoint(hit.subjects)) for hit in wire]
    told = _told(zip(wire, changes, strict=True))
    for hit in client:
        change = _change(hit, counts=True)
        level = CLIENT.index(change.client)
        if level > max((told.get(subject, -1) for subject in hit.subjects), default=-1):
            changes.append(change)
    return tuple(sorted(changes, key=_order))


def compare_surfaces(
    old: State, new: State, wire: Iterable[Hit], renamed: Mapping[str, str]
) -> Iterator[Hit]:
    """The changes of the client.

    Args:
        old: The older state.
        new: The newer one.
        wire: What changed on the wire, which tells what was renamed there.
        renamed: The new names of renamed classes.
    """
    arguments: dict[Subject, Subject] = {}
    fields: dict[tuple[str, str], str] = {}
    for hit in wire:
        if not hit.rule.endswith("-renamed") or hit.rule == "schema-renamed":
            continue
        for subject in hit.subjects:
            if subject[0] == "argument":
                place, _, name = subject[2].rpartition(".")
                if name == hit.old:
                    arguments[subject] = (*subject[:2], f"{place}.{hit.new}")
            elif subject[0] == "field":
                fields[subject[1], hit.old] = hit.new
    yield from Methods(
        old.surface.get("methods", {}), new.surface.get("methods", {}), renamed, arguments
    ).compare()
    pointers = _by_class(old), _by_class(new)
    yield from Classes(old.surface, new.surface, renamed, fields, pointers).compare()


def _by_class(state: State) -> dict[str, str]:
    return {name: pointer for pointer, name in state.classes.items()}


def _renamed(old: State, new: State, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The classes that stand for the same schemas under other names."""
    olds, news = _names(old), _names(new)
    found: dict[str, str] = {}
    for was, now in pairs:
        if was in olds - news and now in news - olds and now not in found.values():
            found.setdefault(was, now)
    return found


def _names(state: State) -> set[str]:
    return {*state.surface.get("models", {}), *state.surface.get("shapes", {})}


def _told(changes: Iterable[tuple[Hit, Change]]) -> dict[Subject, int]:
    """How bad what was already told is for each part of the client."""
    found: dict[Subject, int] = {}
    for hit, change in changes:
        level = CLIENT.index(change.client)
        for subject in hit.subjects:
            found[subject] = max(level, found.get(subject, -1))
    return found


def _change(hit: Hit, *, counts: bool) -> Change:
    rule = rules()[hit.rule]
    return Change(
        rule,
        rule.wire,
        rule.client if counts else "safe",
        hit.operation,
        hit.place,
        hit.old,
        hit.new,
        hit.old_at,
        hit.new_at,
    )


def _order(change: Change) -> tuple[Any, ...]:
    severity = change.severity
    return -severity[0], -severity[1], change.id, change.operation, change.path, str(change.new)
