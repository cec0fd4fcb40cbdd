"""Judge what differs: each change gets its rule's levels and what the client makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.diff.classes import Classes
from generator.diff.graph import ClassNames
from generator.diff.methods import Methods
from generator.diff.python import PythonNames
from generator.diff.rules import CLIENT, WIRE, Change, rules, worst
from generator.diff.wire import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.diff.graph import ClientPart, Located
    from generator.diff.rules import ClientLevel
    from generator.diff.surface import State


def compare_states(old: State, new: State) -> tuple[Change, ...]:
    """Return all changes between two states, the worst first.

    Raises:
        GeneratorError: A document is not what OpenAPI allows at a place that is compared.
    """
    comparison = Comparison(old.document, new.document, ClassNames(old.classes, new.classes))
    wire = comparison.changes()
    client = list(compare_surfaces(old, new, wire, _renamed(old, new, comparison.classes())))
    shown = _levels((located, rules()[located.rule].client) for located in client)
    names = PythonNames(old.surface, new.surface)
    changes = [_change(located, _worst(shown, located, least="safe"), names) for located in wire]
    values = _levels(zip(wire, (change.client for change in changes), strict=True))
    for located in client:
        change = _change(located, "breaking", names)
        if CLIENT.index(change.client) > CLIENT.index(_worst(values, located, least="none")):
            changes.append(change)
    return tuple(sorted(changes, key=by_severity))


def compare_surfaces(
    old: State, new: State, wire: Iterable[Located], renamed: Mapping[str, str]
) -> Iterator[Located]:
    """Yield the changes of the client; ``wire`` tells what was renamed there."""
    arguments: dict[ClientPart, ClientPart] = {}
    fields: dict[tuple[str, str], str] = {}
    for located in wire:
        if not located.rule.endswith("-renamed") or located.rule == "schema-renamed":
            continue
        for subject in located.affected:
            if subject[0] == "argument":
                place, _, name = subject[2].rpartition(".")
                if name == located.old:
                    arguments[subject] = (*subject[:2], f"{place}.{located.new}")
            elif subject[0] == "field":
                fields[subject[1], located.old] = located.new
    for section in ("methods", "senders"):
        yield from Methods(
            old.surface.get(section, {}), new.surface.get(section, {}), renamed, arguments
        ).compare()
    pointers = _by_class(old), _by_class(new)
    yield from Classes(old.surface, new.surface, renamed, fields, pointers).compare()


def _by_class(state: State) -> dict[str, str]:
    return {name: pointer for pointer, name in state.classes.items()}


def _renamed(old: State, new: State, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the classes that stand for the same schemas under other names."""
    olds, news = _names(old), _names(new)
    found: dict[str, str] = {}
    for was, now in pairs:
        if was in olds - news and now in news - olds and now not in found.values():
            found.setdefault(was, now)
    return found


def _names(state: State) -> set[str]:
    return {*state.surface.get("models", {}), *state.surface.get("shapes", {})}


def _levels(changes: Iterable[tuple[Located, ClientLevel]]) -> dict[ClientPart, ClientLevel]:
    """Return how bad the worst of some changes is for each part of the client."""
    found: dict[ClientPart, ClientLevel] = {}
    for located, level in changes:
        for subject in located.affected:
            found[subject] = worst((level, found.get(subject, "none")))
    return found


def _worst(
    levels: Mapping[ClientPart, ClientLevel], located: Located, *, least: ClientLevel
) -> ClientLevel:
    """Return how bad it is for the parts of the client that a change concerns."""
    return worst([least, *(levels.get(subject, least) for subject in located.affected)])


def _change(located: Located, client_cap: ClientLevel, names: PythonNames) -> Change:
    """Judge by the rule, but no worse than what the client shows."""
    rule = rules()[located.rule]
    client = client_cap if CLIENT.index(client_cap) < CLIENT.index(rule.client) else rule.client
    wire = located.wire_cap if WIRE.index(located.wire_cap) < WIRE.index(rule.wire) else rule.wire
    return Change(
        rule,
        wire,
        client,
        located.operation,
        located.place,
        located.old,
        located.new,
        located.old_at,
        located.new_at,
        python=names.of(located),
        signatures=names.signatures(located),
    )


def by_severity(change: Change) -> tuple[Any, ...]:
    """Return the key that sorts changes, the worst first."""
    severity = change.severity
    return -severity[0], -severity[1], change.id, change.operation, change.path, str(change.new)
