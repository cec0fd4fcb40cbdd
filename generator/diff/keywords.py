"""Compare what two schemas say about a value itself: type, format, values, limits, conditions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from generator.diff.document import Bound, canonical, includes, verb_of
from generator.diff.graph import Finding, finding
from generator.json_values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.document import Parts
    from generator.diff.graph import Graph, Pair
    from generator.diff.schema import Schema

LIMITS: Final[Mapping[str, str]] = {
    "maximum": "maximum",
    "minimum": "minimum",
    "maxLength": "max-length",
    "minLength": "min-length",
    "maxItems": "max-items",
    "minItems": "min-items",
    "maxProperties": "max-properties",
    "minProperties": "min-properties",
    "maxContains": "max-contains",
    "minContains": "min-contains",
}
_WIDER_FORMATS: Final = frozenset(
    {("int32", "int64"), ("int32", "bigint"), ("int64", "bigint"), ("float", "double")}
)


def compare_types(old: Schema, new: Schema) -> Finding | None:
    """Return how the types changed, if they did."""
    if old.types == new.types:
        if old.is_implied == new.is_implied:
            return None
        return finding(
            "type-omitted" if new.is_implied else "type-stated", old, new, old.type_label
        )
    if includes(new.types, old.types):
        aspect = "type-generalized"
    elif includes(old.types, new.types):
        aspect = "type-specialized"
    else:
        aspect = "type-changed"
    return finding(aspect, old, new, old.type_label, new.type_label)


def compare_null(old: Schema, new: Schema) -> Iterator[Finding]:
    """Yield whether ``null`` became a value, or no longer is one."""
    # Null is among the values of a schema without a type: what that means, its type says.
    if old.nullable != new.nullable and not (old.is_untyped or new.is_untyped):
        yield finding("became-nullable" if new.nullable else "became-not-nullable", old, new)


def compare_keywords(old: Schema, new: Schema) -> Iterator[Finding]:
    """Yield the differences of schemas whose types have values in common."""
    yield from compare_null(old, new)
    if old.encoding != new.encoding:
        yield from _format(old, new)
        yield from _content(old, new)
    yield from _values(old, new)
    yield from _extensible_values(old, new)
    yield from _default(old, new)
    for keyword, name in LIMITS.items():
        yield from _limit(old, new, keyword, name)
    yield from _pattern(old, new)
    yield from _multiple(old, new)
    was, now = "uniqueItems" in old.keywords, "uniqueItems" in new.keywords
    if was != now:
        yield finding("unique-items-set" if now else "unique-items-unset", old, new)


def _format(old: Schema, new: Schema) -> Iterator[Finding]:
    was, now = old.keywords.get("format"), new.keywords.get("format")
    if was == now:
        return
    if now is None or (was, now) in _WIDER_FORMATS:
        aspect = "format-generalized"
    elif was is None or (now, was) in _WIDER_FORMATS:
        aspect = "format-specialized"
    else:
        aspect = "format-changed"
    yield finding(aspect, old, new, was, now)


def _content(old: Schema, new: Schema) -> Iterator[Finding]:
    for keyword in ("contentMediaType", "contentEncoding"):
        was, now = old.keywords.get(keyword), new.keywords.get(keyword)
        if was != now:
            yield finding("content-changed", old, new, was, now)


def _values(old: Schema, new: Schema) -> Iterator[Finding]:
    if "const" in old.keywords or "const" in new.keywords:
        yield from _const(old, new)
        return
    was, now = old.keywords.get("enum"), new.keywords.get("enum")
    if was is None and now is not None:
        yield finding("enum-set", old, new, None, now)
    elif was is not None and now is None:
        yield finding("enum-unset", old, new, was, None)
    elif was is not None and now is not None:
        yield from _listed("enum-value", old, new, was, now)


def _const(old: Schema, new: Schema) -> Iterator[Finding]:
    was, now = _only_values(old), _only_values(new)
    if was is None:
        yield finding("const-set", old, new, None, now)
    elif now is None:
        yield finding("const-unset", old, new, was, None)
    elif not _without(was, now) and _without(now, was):
        yield finding("const-unset", old, new, was, now)
    elif not _without(now, was) and _without(was, now):
        yield finding("const-set", old, new, was, now)
    elif _without(was, now):
        yield finding("const-changed", old, new, was, now)


def _only_values(schema: Schema) -> list[Any] | None:
    if "const" in schema.keywords:
        return [schema.keywords["const"]]
    return schema.keywords.get("enum")


def _extensible_values(old: Schema, new: Schema) -> Iterator[Finding]:
    was: list[Any] | None = old.keywords.get("x-extensible-enum")
    now: list[Any] | None = new.keywords.get("x-extensible-enum")
    if was is not None and now is not None:
        yield from _listed("extensible-enum-value", old, new, was, now)


def _listed(
    aspect: str, old: Schema, new: Schema, was: list[Any], now: list[Any]
) -> Iterator[Finding]:
    for value in _without(was, now):
        yield finding(f"{aspect}-removed", old, new, value, None)
    for value in _without(now, was):
        yield finding(f"{aspect}-added", old, new, None, value)


def _without(values: list[Any], others: list[Any]) -> list[Any]:
    known = {canonical(value) for value in others}
    return [value for value in values if canonical(value) not in known]


def _default(old: Schema, new: Schema) -> Iterator[Finding]:
    was, now = old.keywords.get("default"), new.keywords.get("default")
    if canonical(was) != canonical(now):
        yield finding(f"default-{verb_of(was, now)}", old, new, was, now)


def _limit(old: Schema, new: Schema, keyword: str, name: str) -> Iterator[Finding]:
    was: Bound | None = old.keywords.get(keyword)
    now: Bound | None = new.keywords.get(keyword)
    if was == now:
        return
    if was is None or now is None:
        verb = "set" if was is None else "unset"
    else:
        verb = "increased" if now.allows_less_than(was) != was.upper else "decreased"
    yield finding(f"{name}-{verb}", old, new, was and str(was), now and str(now))


def _pattern(old: Schema, new: Schema) -> Iterator[Finding]:
    was: list[str] = old.keywords.get("pattern", [])
    now: list[str] = new.keywords.get("pattern", [])
    if was == now:
        return
    if set(was) <= set(now):
        aspect = "pattern-added"
    elif set(now) <= set(was):
        aspect = "pattern-removed"
    else:
        aspect = "pattern-changed"
    yield finding(aspect, old, new, " and ".join(was) or None, " and ".join(now) or None)


def _multiple(old: Schema, new: Schema) -> Iterator[Finding]:
    was, now = old.keywords.get("multipleOf"), new.keywords.get("multipleOf")
    if was == now:
        return
    if was is None or now is None:
        aspect = "multiple-of-set" if was is None else "multiple-of-unset"
    elif now and _is_multiple(was, now):
        aspect = "multiple-of-generalized"
    elif was and _is_multiple(now, was):
        aspect = "multiple-of-specialized"
    else:
        aspect = "multiple-of-changed"
    yield finding(aspect, old, new, was, now)


def _is_multiple(one: float, other: float) -> bool:
    # Fractions are written in decimals, and not in the binary ones that floats are.
    return Fraction(str(one)) % Fraction(str(other)) == 0


def compare_conditions(graph: Graph, pair: Pair) -> Iterator[Finding]:
    """Yield changed conditions. They can be compared for being equal, not for what they allow."""
    old, new = pair.old.conditions, pair.new.conditions
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if name.startswith("prefixItems."):
            # An item without a schema of its own has that of the others.
            was, now = was or _others(pair.old), now or _others(pair.new)
        if was is None:
            yield finding("condition-added", pair.old, pair.new, None, name)
        elif now is None:
            yield finding("condition-removed", pair.old, pair.new, name, None)
        elif isinstance(was, list) or isinstance(now, list):
            if was != now:
                yield finding("condition-changed", pair.old, pair.new, name, name)
        elif not graph.same(was, now):
            yield finding("condition-changed", pair.old, pair.new, name, name)


def _others(schema: Schema) -> Parts:
    return schema.items or (({}, schema.pointer),)


def compare_discriminators(pair: Pair) -> Iterator[Finding]:
    """Yield the property that tells alternatives apart, and its values."""
    old: dict[str, Any] | None = pair.old.keywords.get("discriminator")
    new: dict[str, Any] | None = pair.new.keywords.get("discriminator")
    if old is None and new is None:
        return
    if old is None or new is None:
        was, now = old and old.get("propertyName"), new and new.get("propertyName")
        yield finding(f"discriminator-{verb_of(old, new)}", pair.old, pair.new, was, now)
        return
    was, now = old.get("propertyName"), new.get("propertyName")
    if was != now:
        yield finding("discriminator-changed", pair.old, pair.new, was, now)
    yield from _mappings(pair, _mapping(old), _mapping(new))


def _mappings(pair: Pair, old: dict[str, str], new: dict[str, str]) -> Iterator[Finding]:
    for value, was in old.items():
        now = new.get(value)
        if now is None:
            yield finding("discriminator-value-removed", pair.old, pair.new, value, None)
        elif was != now:
            values = f"{value}: {was}", f"{value}: {now}"
            yield finding("discriminator-value-changed", pair.old, pair.new, *values)
    for value in new:
        if value not in old:
            yield finding("discriminator-value-added", pair.old, pair.new, None, value)


def _mapping(discriminator: dict[str, Any]) -> dict[str, str]:
    """Return which component each value means; a name and a reference to it are the same."""
    mapping = discriminator.get("mapping")
    if not is_object(mapping):
        return {}
    return {value: str(target).rpartition("/")[2] for value, target in mapping.items()}
