"""Compare the classes, request shapes and event unions of two clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from generator.diff.document import Matching, matched
from generator.diff.graph import ClientPart, Located
from generator.diff.python import compare_annotated, is_safe, parse
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KINDS: Final = ("fields", "keys", "members", "alias")
_Entry = dict[str, Any]


@frozen
class Classes:
    """The classes of two surfaces.

    Attributes:
        renamed: The new names of renamed classes.
        fields: The new wire names of renamed fields, by the new class and the old wire name.
        pointers: For the classes of both, where the schema stands that they are made of.
    """

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    renamed: Mapping[str, str]
    fields: Mapping[tuple[str, str], str]
    pointers: tuple[Mapping[str, str], Mapping[str, str]]

    def compare(self) -> Iterator[Located]:
        """Yield the changes of models, shapes and events."""
        yield from self._section("models", "class")
        yield from self._section("shapes", "shape")
        for section in ("events", "callbacks"):
            yield from self._unions(section)

    def _section(self, section: str, word: str) -> Iterator[Located]:
        olds: Mapping[str, _Entry] = self.old.get(section, {})
        news: Mapping[str, _Entry] = self.new.get(section, {})
        kept: set[str] = set()
        for name, entry in olds.items():
            now = name if name in news else self.renamed.get(name, name)
            if now not in news:
                yield self._located(f"{word}-removed", section, (name, name), (name, None))
                continue
            kept.add(now)
            if now != name:
                yield self._located(f"{word}-renamed", section, (name, now), (name, now))
            yield from self._class(section, word, (name, now), (entry, news[now]))
        for name in news:
            if name not in kept:
                yield self._located(f"{word}-added", section, (name, name), (None, name))

    def _class(
        self, section: str, word: str, names: tuple[str, str], entries: tuple[_Entry, _Entry]
    ) -> Iterator[Located]:
        old, new = entries
        kinds = [next((kind for kind in _KINDS if kind in entry), "") for entry in entries]
        modules = old.get("module"), new.get("module")
        if kinds[0] != kinds[1]:
            yield self._located(f"{word}-kind-changed", section, names, (kinds[0], kinds[1]))
            return
        if names[0] == names[1] and modules[0] != modules[1]:
            yield self._located(f"{word}-moved", section, names, modules)
        match kinds[1]:
            case "fields":
                yield from self._fields(names, old["fields"], new["fields"])
            case "keys":
                yield from self._keys(names, old["keys"], new["keys"])
            case "members":
                yield from self._members(names, old["members"], new["members"])
            case _:
                if old.get("alias") != new.get("alias"):
                    was, now = parse(old["alias"]), parse(new["alias"])
                    position = "output" if section == "models" else "input"
                    safe = "changed" if is_safe(was, now, position) else "narrowed"
                    values = old["alias"], new["alias"]
                    yield self._located(f"{word}-values-{safe}", section, names, values)

    def _fields(self, names: tuple[str, str], old: _Entry, new: _Entry) -> Iterator[Located]:
        place = names[1]
        found = self._matched(names[1], old, new)
        for name in found.removed:
            subject = ("field", names[0], old[name]["wire"])
            values = old[name]["type"], None
            yield self._located(
                "field-removed", "models", names, values, subject, at=f"{place}.{name}"
            )
        for name in found.added:
            subject = ("field", names[1], new[name]["wire"])
            values = None, new[name]["type"]
            yield self._located(
                "field-added", "models", names, values, subject, at=f"{place}.{name}"
            )
        for was, now in found.pairs:
            affected: list[ClientPart] = [
                ("field", names[0], old[was]["wire"]),
                ("field", names[1], new[now]["wire"]),
            ]
            at = f"{place}.{now}"
            if was != now:
                yield self._located("field-renamed", "models", names, (was, now), *affected, at=at)
            elif old[was]["wire"] != new[now]["wire"]:
                values = old[was]["wire"], new[now]["wire"]
                yield self._located("field-wire-changed", "models", names, values, *affected, at=at)
            for rule, values in compare_annotated(
                "field", "output", old[was], new[now], self.renamed
            ):
                yield self._located(rule, "models", names, values, *affected, at=at)

    def _matched(self, class_: str, old: _Entry, new: _Entry) -> Matching[str]:
        """Match fields by name, then by what they are called on the wire, or were."""
        found = matched(old, new)
        by_wire = {new[name]["wire"]: name for name in found.added}
        for was in tuple(found.removed):
            wire = old[was]["wire"]
            found.match(was, by_wire.get(self.fields.get((class_, wire), wire), ""))
        return found

    def _keys(self, names: tuple[str, str], old: _Entry, new: _Entry) -> Iterator[Located]:
        for key in sorted(old.keys() | new.keys()):
            at = f"{names[1]}[{key!r}]"
            affected: list[ClientPart] = [("field", name, key) for name in names]
            was, now = old.get(key), new.get(key)
            if now is None:
                values = old[key]["type"], None
                yield self._located("key-removed", "shapes", names, values, *affected, at=at)
            elif was is None:
                rule = "required-key-added" if now["required"] else "key-added"
                values = None, now["type"]
                yield self._located(rule, "shapes", names, values, *affected, at=at)
            else:
                for rule, values in compare_annotated("key", "input", was, now, self.renamed):
                    yield self._located(rule, "shapes", names, values, *affected, at=at)

    def _members(self, names: tuple[str, str], old: _Entry, new: _Entry) -> Iterator[Located]:
        by_value = {value: name for name, value in new.items() if name not in old}
        for name, value in old.items():
            at = f"{names[1]}.{name}"
            if name in new:
                if new[name] != value:
                    values = value, new[name]
                    yield self._located("member-value-changed", "models", names, values, at=at)
            elif value in by_value:
                values = name, by_value[value]
                yield self._located("member-renamed", "models", names, values, at=at)
            else:
                yield self._located("member-removed", "models", names, (value, None), at=at)
        known = set(old.values())
        for name, value in new.items():
            if name not in old and value not in known:
                at = f"{names[1]}.{name}"
                yield self._located("member-added", "models", names, (None, value), at=at)

    def _unions(self, section: str) -> Iterator[Located]:
        """Yield the unions of events: of streams, and of what the server sends by itself."""
        olds: Mapping[str, _Entry] = self.old.get(section, {})
        news: Mapping[str, _Entry] = self.new.get(section, {})
        for name in sorted(olds.keys() | news.keys()):
            names = name, name
            if name not in news:
                yield self._located("event-union-removed", section, names, (name, None))
            elif name not in olds:
                yield self._located("event-union-added", section, names, (None, name))
            else:
                yield from self._union(section, names, olds[name], news[name])

    def _union(
        self, section: str, names: tuple[str, str], old: _Entry, new: _Entry
    ) -> Iterator[Located]:
        if old.get("end") != new.get("end"):
            values = ", ".join(old.get("end", ())), ", ".join(new.get("end", ()))
            yield self._located("stream-end-changed", section, names, values)
        for event in sorted((old.keys() | new.keys()) - {"end"}):
            at = f"{names[1]}[{event!r}]"
            was, now = old.get(event), new.get(event)
            if was is None or now is None:
                rule = "event-removed" if now is None else "event-added"
                yield self._located(rule, section, names, (was, now), at=at)
            elif parse(was, self.renamed) != parse(now):
                safe = is_safe(parse(was, self.renamed), parse(now), "output")
                rule = "event-type-narrowed" if safe else "event-type-changed"
                yield self._located(rule, section, names, (was, now), at=at)

    def _located(
        self,
        rule: str,
        section: str,
        names: tuple[str, str],
        values: tuple[Any, Any],
        *affected: ClientPart,
        at: str | None = None,
    ) -> Located:
        pointers = [
            known.get(name, join("/components/schemas", name))
            for known, name in zip(self.pointers, names, strict=True)
        ]
        package = "params" if section == "shapes" else section
        about = affected or tuple(("class", name) for name in names)
        place = f"{package}.{at or names[1]}"
        return Located(rule, "", place, *values, pointers[0], pointers[1], frozenset(about))
