"""Compares the methods of two clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.diff.annotations import is_related, is_safe, parse, without_none
from generator.diff.located import Hit, Subject
from generator.diff.operations import erased
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.annotations import Union

_Entry = tuple[str, dict[str, Any]]


@frozen
class Methods:
    """The methods of two surfaces.

    Attributes:
        old: The older surface's methods, by dotted name.
        new: The newer ones.
        classes: The new names of renamed classes.
        moved: Wire names of arguments that are known to be renamed: the old subject to the new.
    """

    old: Mapping[str, dict[str, Any]]
    new: Mapping[str, dict[str, Any]]
    classes: Mapping[str, str]
    moved: Mapping[Subject, Subject]

    def compare(self) -> Iterator[Hit]:
        """The changes of the methods."""
        pairs, gone, come = self._matched()
        for was, now in pairs:
            yield from self._kept((was, self.old[was]), (now, self.new[now]))
        for name in gone:
            yield self._existence("method-removed", (name, self.old[name]), gone=True)
        for name in come:
            yield self._existence("method-added", (name, self.new[name]), gone=False)

    def _matched(self) -> tuple[list[tuple[str, str]], list[str], list[str]]:
        """The same methods: by name, then by operation and kind, then by operation."""
        pairs = [(name, name) for name in self.old if name in self.new]
        gone = [name for name in self.old if name not in self.new]
        come = [name for name in self.new if name not in self.old]
        for what in (_same_kind, _key):
            by_operation: dict[str, list[str]] = {}
            for now in come:
                by_operation.setdefault(what(self.new[now]), []).append(now)
            for was in tuple(gone):
                others = by_operation.get(what(self.old[was]))
                if others:
                    now = others.pop(0)
                    gone.remove(was)
                    come.remove(now)
                    pairs.append((was, now))
        return pairs, gone, come

    def _kept(self, old: _Entry, new: _Entry) -> Iterator[Hit]:
        was, now = old[1], new[1]
        if old[0] != new[0]:
            subject = ("method", _key(now))
            yield self._hit("method-renamed", old, new, (old[0], new[0]), subject)
        elif was["class"] != now["class"]:
            subject = ("method", _key(now))
            yield self._hit("resource-moved", old, new, (was["class"], now["class"]), subject)
        returns = ("returns", _key(now))
        if was["kind"] != now["kind"]:
            told = was["kind"], now["kind"]
            yield self._hit("method-kind-changed", old, new, told, returns)
        elif was["returns"] != now["returns"]:
            rule = self._returns(parse(was["returns"], self.classes), parse(now["returns"]))
            if rule:
                yield self._hit(rule, old, new, (was["returns"], now["returns"]), returns)
        yield from self._arguments(old, new)

    @staticmethod
    def _returns(old: Union, new: Union) -> str | None:
        if old == new:
            return None
        if not is_related(old, new):
            return "method-returns-replaced"
        return (
            "method-returns-narrowed" if is_safe(old, new, "output") else "method-returns-changed"
        )

    def _arguments(self, old: _Entry, new: _Entry) -> Iterator[Hit]:
        olds: dict[str, Any] = old[1]["arguments"]
        news: dict[str, Any] = new[1]["arguments"]
        pairs = [(name, name) for name in olds if name in news]
        gone = [name for name in olds if name not in news]
        come = [name for name in news if name not in olds]
        for was in tuple(gone):
            before = ("argument", _key(old[1]), olds[was]["wire"])
            for now in tuple(come):
                after = ("argument", _key(new[1]), news[now]["wire"])
                if was in gone and after in {before, self.moved.get(before)}:
                    gone.remove(was)
                    come.remove(now)
                    pairs.append((was, now))
                    subjects = _subjects(old[1], olds[was]) + _subjects(new[1], news[now])
                    place = f"{new[0]}({now})"
                    yield self._hit("argument-renamed", old, new, (was, now), *subjects, at=place)
        for name in gone:
            subjects = _subjects(old[1], olds[name])
            told = olds[name]["type"], None
            place = f"{new[0]}({name})"
            yield self._hit("argument-removed", old, new, told, *subjects, at=place)
        for name in come:
            rule = "required-argument-added" if news[name]["required"] else "argument-added"
            subjects = _subjects(new[1], news[name])
            told = None, news[name]["type"]
            yield self._hit(rule, old, new, told, *subjects, at=f"{new[0]}({name})")
        for was, now in pairs:
            subjects = _subjects(old[1], olds[was]) + _subjects(new[1], news[now])
            for rule, told in self._argument(olds[was], news[now]):
                yield self._hit(rule, old, new, told, *subjects, at=f"{new[0]}({now})")

    def _argument(
        self, old: dict[str, Any], new: dict[str, Any]
    ) -> Iterator[tuple[str, tuple[Any, Any]]]:
        if old["required"] != new["required"]:
            verb = "required" if new["required"] else "optional"
            yield f"argument-became-{verb}", (old["required"], new["required"])
        was, now = parse(old["type"], self.classes), parse(new["type"])
        if old["required"] != new["required"]:
            was, now = without_none(was), without_none(now)
        if was != now:
            verb = "widened" if is_safe(was, now, "input") else "changed"
            yield f"argument-type-{verb}", (old["type"], new["type"])

    def _existence(self, rule: str, entry: _Entry, *, gone: bool) -> Hit:
        told = (entry[0], None) if gone else (None, entry[0])
        return self._hit(rule, entry, entry, told, ("method", _key(entry[1])))

    @staticmethod
    def _hit(
        rule: str,
        old: _Entry,
        new: _Entry,
        told: tuple[Any, Any],
        *subjects: Subject,
        at: str = "",
    ) -> Hit:
        operation = new[1]["operation"]
        pointers = _pointer(old[1]), _pointer(new[1])
        return Hit(rule, operation, at or new[0], *told, *pointers, frozenset(subjects))


def _key(method: Mapping[str, Any]) -> str:
    return erased(*method["operation"].split(" ", 1))


def _same_kind(method: Mapping[str, Any]) -> str:
    return f"{method['kind']} {_key(method)}"


def _pointer(method: Mapping[str, Any]) -> str:
    verb, path = method["operation"].split(" ", 1)
    return join("/paths", path, verb.lower())


def _subjects(method: Mapping[str, Any], argument: Mapping[str, Any]) -> tuple[Subject, ...]:
    """The places in the request that an argument may stand for."""
    place, _, name = argument["wire"].partition(".")
    key = _key(method)
    found: list[Subject] = [("argument", key, argument["wire"])]
    if place in {"body", "files"}:
        found += [("argument", key, f"body.{name}"), ("body", key)]
    return tuple(found)
