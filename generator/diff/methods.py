"""Compare the methods of two clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from generator.diff.document import Matching, matched, verb_of
from generator.diff.graph import ClientPart, Located
from generator.diff.operations import operation_key
from generator.diff.python import compare_annotated, is_related, is_safe, parse
from generator.diff.rules import rules
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.python import Union

_Entry = tuple[str, dict[str, Any]]
_KEYS: Final = {
    "repeatable": "x-client-idempotent",
    "permission": "x-client-permission",
    "page": "x-client-pagination",
    "paging": "x-client-pagination",
    "batch": "x-client-batch",
    "stream": "x-client-stream",
    "recovery": "x-client-stream",
    "wait": "x-client-wait",
    "socket": "x-client-socket",
}
"""What an operation says of a behaviour, by the first word of its name."""


@frozen
class Methods:
    """The methods of two surfaces.

    Attributes:
        old: The methods of the older surface, by dotted name.
        new: Those of the newer one.
        classes: The new names of renamed classes.
        moved: Wire names of arguments that are known to be renamed: the old subject to the new.
    """

    old: Mapping[str, dict[str, Any]]
    new: Mapping[str, dict[str, Any]]
    classes: Mapping[str, str]
    moved: Mapping[ClientPart, ClientPart]

    def compare(self) -> Iterator[Located]:
        """Yield the changes of the methods."""
        matching = self._matched()
        for was, now in matching.pairs:
            yield from self._kept((was, self.old[was]), (now, self.new[now]))
        for name in matching.removed:
            yield self._existence("method-removed", (name, self.old[name]), removed=True)
        for name in matching.added:
            yield self._existence("method-added", (name, self.new[name]), removed=False)

    def _matched(self) -> Matching[str]:
        """Match methods by name, then by operation and kind, then by operation."""
        found = matched(self.old, self.new)
        for what in (_same_kind, _key):
            added = {name: what(self.new[name]) for name in found.added}
            for was in tuple(found.removed):
                key = what(self.old[was])
                found.match(was, next((now for now in found.added if added[now] == key), ""))
        return found

    def _kept(self, old: _Entry, new: _Entry) -> Iterator[Located]:
        was, now = old[1], new[1]
        if old[0] != new[0]:
            subject = ("method", _key(now))
            yield self._located("method-renamed", old, new, (old[0], new[0]), subject)
        elif was["class"] != now["class"]:
            subject = ("method", _key(now))
            yield self._located("resource-moved", old, new, (was["class"], now["class"]), subject)
        returns = ("returns", _key(now))
        if was["kind"] != now["kind"]:
            values = was["kind"], now["kind"]
            yield self._located("method-kind-changed", old, new, values, returns)
        elif was["returns"] != now["returns"]:
            rule = self._returns(parse(was["returns"], self.classes), parse(now["returns"]))
            if rule:
                yield self._located(rule, old, new, (was["returns"], now["returns"]), returns)
        yield from self._arguments(old, new)
        yield from self._behaviour(old, new)

    def _behaviour(self, old: _Entry, new: _Entry) -> Iterator[Located]:
        """Yield what a call does differently with the same arguments and the same result."""
        was, now = old[1].get("behaviour"), new[1].get("behaviour")
        if was is None or now is None:
            return  # a default surface, or a manifest of a time before behaviour was noted
        for key in sorted(was.keys() | now.keys()):
            values = was.get(key), now.get(key)
            if values[0] == values[1] or (old[1]["kind"] != new[1]["kind"] and None in values):
                continue
            rule = f"{key}-{verb_of(*values)}"
            if isinstance(values[0], int) and isinstance(values[1], int):
                rule = f"{key}-{'increased' if values[1] > values[0] else 'decreased'}"
            subject = ("behaviour", _key(new[1]), key)
            if rule not in rules():
                rule = "behaviour-changed"
                values = values[0] and {key: values[0]}, values[1] and {key: values[1]}
            found = self._located(rule, old, new, values, subject)
            if said := _KEYS.get(key.partition("-")[0]):  # another revision may have others
                found = evolve(
                    found, old_at=join(found.old_at, said), new_at=join(found.new_at, said)
                )
            yield found

    @staticmethod
    def _returns(old: Union, new: Union) -> str | None:
        if old == new:
            return None
        if not is_related(old, new):
            return "method-returns-replaced"
        return (
            "method-returns-narrowed" if is_safe(old, new, "output") else "method-returns-changed"
        )

    def _arguments(self, old: _Entry, new: _Entry) -> Iterator[Located]:
        olds: dict[str, Any] = old[1]["arguments"]
        news: dict[str, Any] = new[1]["arguments"]
        found = matched(olds, news)
        for was in tuple(found.removed):
            before = ("argument", _key(old[1]), olds[was]["wire"])
            for now in tuple(found.added):
                after = ("argument", _key(new[1]), news[now]["wire"])
                if after in {before, self.moved.get(before)} and found.match(was, now):
                    affected = _subjects(old[1], olds[was]) + _subjects(new[1], news[now])
                    place = f"{new[0]}({now})"
                    yield self._located(
                        "argument-renamed", old, new, (was, now), *affected, at=place
                    )
        for name in found.removed:
            affected = _subjects(old[1], olds[name])
            values = olds[name]["type"], None
            place = f"{new[0]}({name})"
            yield self._located("argument-removed", old, new, values, *affected, at=place)
        for name in found.added:
            rule = "required-argument-added" if news[name]["required"] else "argument-added"
            affected = _subjects(new[1], news[name])
            values = None, news[name]["type"]
            yield self._located(rule, old, new, values, *affected, at=f"{new[0]}({name})")
        for was, now in found.pairs:
            affected = _subjects(old[1], olds[was]) + _subjects(new[1], news[now])
            for rule, values in compare_annotated(
                "argument", "input", olds[was], news[now], self.classes
            ):
                yield self._located(rule, old, new, values, *affected, at=f"{new[0]}({now})")

    def _existence(self, rule: str, entry: _Entry, *, removed: bool) -> Located:
        values = (entry[0], None) if removed else (None, entry[0])
        return self._located(rule, entry, entry, values, ("method", _key(entry[1])))

    @staticmethod
    def _located(
        rule: str,
        old: _Entry,
        new: _Entry,
        values: tuple[Any, Any],
        *affected: ClientPart,
        at: str = "",
    ) -> Located:
        operation = new[1]["operation"]
        pointers = _pointer(old[1]), _pointer(new[1])
        return Located(rule, operation, at or new[0], *values, *pointers, frozenset(affected))


def _key(method: Mapping[str, Any]) -> str:
    return operation_key(*method["operation"].split(" ", 1))


def _same_kind(method: Mapping[str, Any]) -> str:
    return f"{method['kind']} {_key(method)}"


def _pointer(method: Mapping[str, Any]) -> str:
    verb, path = method["operation"].split(" ", 1)
    return join("/paths", path, verb.lower())


def _subjects(method: Mapping[str, Any], argument: Mapping[str, Any]) -> tuple[ClientPart, ...]:
    """Return the places in the request that an argument may stand for."""
    place, _, name = argument["wire"].partition(".")
    key = _key(method)
    found: list[ClientPart] = [("argument", key, argument["wire"])]
    if place in {"body", "files"}:
        found += [("argument", key, f"body.{name}"), ("body", key)]
    return tuple(found)
