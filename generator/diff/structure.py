"""Compares conditions of JSON Schema, and discriminators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.diff.finding import Finding, found
from generator.values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.diff.document import Parts
    from generator.diff.graph import Graph, Pair
    from generator.diff.schema import Schema


def compare_conditions(graph: Graph, pair: Pair) -> Iterator[Finding]:
    """Conditions can be told to be equal or not; what a change of one allows can't be told."""
    old, new = pair.old.conditions, pair.new.conditions
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if name.startswith("prefixItems."):
            # An item without a schema of its own has that of the others.
            was, now = was or _others(pair.old), now or _others(pair.new)
        if was is None:
            yield found("condition-added", pair.old, pair.new, None, name)
        elif now is None:
            yield found("condition-removed", pair.old, pair.new, name, None)
        elif isinstance(was, list) or isinstance(now, list):
            if was != now:
                yield found("condition-changed", pair.old, pair.new, name, name)
        elif not graph.same(was, now):
            yield found("condition-changed", pair.old, pair.new, name, name)


def _others(schema: Schema) -> Parts:
    return schema.items or (({}, schema.pointer),)


def compare_discriminators(pair: Pair) -> Iterator[Finding]:
    """The property that tells alternatives apart, and its values."""
    old: dict[str, Any] | None = pair.old.keywords.get("discriminator")
    new: dict[str, Any] | None = pair.new.keywords.get("discriminator")
    if old is None and new is None:
        return
    if old is None or new is None:
        was, now = old and old.get("propertyName"), new and new.get("propertyName")
        verb = "removed" if new is None else "added"
        yield found(f"discriminator-{verb}", pair.old, pair.new, was, now)
        return
    was, now = old.get("propertyName"), new.get("propertyName")
    if was != now:
        yield found("discriminator-changed", pair.old, pair.new, was, now)
    yield from _mappings(pair, _mapping(old), _mapping(new))


def _mappings(pair: Pair, old: dict[str, str], new: dict[str, str]) -> Iterator[Finding]:
    for value, was in old.items():
        now = new.get(value)
        if now is None:
            yield found("discriminator-value-removed", pair.old, pair.new, value, None)
        elif was != now:
            told = f"{value}: {was}", f"{value}: {now}"
            yield found("discriminator-value-changed", pair.old, pair.new, *told)
    for value in new:
        if value not in old:
            yield found("discriminator-value-added", pair.old, pair.new, None, value)


def _mapping(discriminator: dict[str, Any]) -> dict[str, str]:
    """Which component each value means; a name and a reference to it are the same."""
    mapping = discriminator.get("mapping")
    if not is_object(mapping):
        return {}
    return {value: str(target).rpartition("/")[2] for value, target in mapping.items()}
