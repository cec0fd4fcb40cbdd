"""Compare who may call: security requirements, and the schemes they name."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from generator.diff.document import (
    Matching,
    canonical,
    list_at,
    matched,
    object_at,
    objects_at,
    texts_at,
)
from generator.diff.graph import Located
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.document import Document, Part
    from generator.diff.operations import Operation

_DEFINES: Final = ("type", "in", "name", "scheme", "openIdConnectUrl")
_URLS: Final = ("authorizationUrl", "tokenUrl", "refreshUrl")
_Alternative = tuple[frozenset[str], frozenset[str]]
"""The schemes that are needed together, and their scopes, as in ``oauth: read``."""


@frozen
class Security:
    """The security of two documents."""

    old: Document
    new: Document

    @cached_property
    def _renamed(self) -> dict[str, str]:
        """The schemes that only have another name."""
        olds, news = _schemes(self.old), _schemes(self.new)
        added = {canonical(_definition(part)): name for name, part in news.items()}
        return {
            name: added[canonical(_definition(part))]
            for name, part in olds.items()
            if name not in news and canonical(_definition(part)) in added
        }

    def document(self, *, inherited: bool) -> Iterator[Located]:
        """Yield the changes of what holds for all operations, and of the schemes.

        Args:
            inherited: Whether there is an operation that says nothing else on both sides.
        """
        if inherited:
            yield from self._requirements("", (self.old.root, ""), (self.new.root, ""))
        olds, news = _schemes(self.old), _schemes(self.new)
        holders = ("/components/securitySchemes",) * 2
        for name, part in olds.items():
            current = self._renamed.get(name, name)
            if current in news:
                yield from _scheme(current, part, news[current])
            else:
                place = f"security.{name}"
                yield Located("security-scheme-removed", "", place, name, None, part[1], holders[1])
        for name, part in news.items():
            if name not in olds and name not in self._renamed.values():
                place = f"security.{name}"
                yield Located("security-scheme-added", "", place, None, name, holders[0], part[1])

    def operation(self, old: Operation, new: Operation) -> Iterator[Located]:
        """Yield the changes of what holds for an operation alone."""
        if "security" in old.node or "security" in new.node:
            before = old.part if "security" in old.node else (self.old.root, "")
            after = new.part if "security" in new.node else (self.new.root, "")
            yield from self._requirements(new.label, before, after)

    def _requirements(self, label: str, old: Part, new: Part) -> Iterator[Located]:
        olds, news = self._alternatives(old, self._renamed), self._alternatives(new, {})
        pointers = join(old[1], "security"), join(new[1], "security")

        def located(rule: str, was: Any, now: Any) -> Located:
            return Located(rule, label, "security", was, now, *pointers)

        found = _matched(olds, news)
        counts = Counter(schemes for schemes, _ in {*olds, *news})
        # Scopes are named where schemes alone do not tell two alternatives apart.
        removed, added = (
            [_label(one, with_scopes=counts[one[0]] > 1) for one in side if one[0]]
            for side in (found.removed, found.added)
        )
        match _is_open(olds), _is_open(news):
            case True, False:
                yield located("security-required", None, " or ".join(added))
            case _, True if removed:
                yield located("security-dropped", " or ".join(removed), None)
            case False, True:
                yield located("security-alternative-added", None, "none")
            case _:
                for way in removed:
                    yield located("security-alternative-removed", way, None)
                for way in added:
                    yield located("security-alternative-added", None, way)
        for before, after in found.pairs:
            for scope in sorted(after[1] - before[1]):
                yield located("security-scope-added", None, scope)
            for scope in sorted(before[1] - after[1]):
                yield located("security-scope-removed", scope, None)

    @staticmethod
    def _alternatives(part: Part, renamed: Mapping[str, str]) -> list[_Alternative]:
        """Return the alternatives, each once."""
        found: list[_Alternative] = []
        for requirement in list_at(part, "security"):
            schemes = frozenset(renamed.get(name, name) for name in requirement[0])
            scopes = {
                f"{renamed.get(name, name)}: {scope}"
                for name in requirement[0]
                for scope in texts_at(requirement, name)
            }
            found.append((schemes, frozenset(scopes)))
        return list(dict.fromkeys(found))


def _matched(old: list[_Alternative], new: list[_Alternative]) -> Matching[_Alternative]:
    """Match equal alternatives first, then those of the same schemes, by common scopes."""
    found = matched(old, new)
    candidates = [(was, now) for was in found.removed for now in found.added if was[0] == now[0]]
    for was, now in sorted(candidates, key=lambda pair: -len(pair[0][1] & pair[1][1])):
        found.match(was, now)
    return found


def _is_open(alternatives: list[_Alternative]) -> bool:
    """Return whether a call needs no scheme."""
    return not alternatives or any(not schemes for schemes, _ in alternatives)


def _scheme(name: str, old: Part, new: Part) -> Iterator[Located]:
    def located(rule: str, was: Any, now: Any) -> Located:
        return Located(rule, "", f"security.{name}", was, now, old[1], new[1])

    was, now = _definition(old), _definition(new)
    for key in _DEFINES:
        if was.get(key) != now.get(key):
            yield located("security-scheme-changed", was.get(key), now.get(key))
    formats = old[0].get("bearerFormat"), new[0].get("bearerFormat")
    if formats[0] != formats[1]:
        yield located("security-format-changed", *formats)
    olds, news = dict(objects_at(old, "flows")), dict(objects_at(new, "flows"))
    for flow in olds:
        if flow not in news:
            yield located("security-flow-removed", flow, None)
    for flow, part in news.items():
        if flow not in olds:
            yield located("security-flow-added", None, flow)
        else:
            for rule, before, after in _flow(olds[flow], part):
                yield located(rule, before, after)


def _flow(old: Part, new: Part) -> Iterator[tuple[str, Any, Any]]:
    for key in _URLS:
        if old[0].get(key) != new[0].get(key):
            yield "security-url-changed", old[0].get(key), new[0].get(key)
    scopes = object_at(old, "scopes")[0].keys(), object_at(new, "scopes")[0].keys()
    for scope in sorted(scopes[0] - scopes[1]):
        yield "security-scheme-scope-removed", scope, None
    for scope in sorted(scopes[1] - scopes[0]):
        yield "security-scheme-scope-added", None, scope


def _schemes(document: Document) -> dict[str, Part]:
    components = object_at((document.root, ""), "components")
    return {name: document.follow(part) for name, part in objects_at(components, "securitySchemes")}


def _definition(scheme: Part) -> dict[str, Any]:
    found = {key: scheme[0][key] for key in _DEFINES if scheme[0].get(key) is not None}
    # Names of headers and of HTTP schemes are written as one likes.
    for key in ("scheme", *(("name",) if found.get("in") == "header" else ())):
        if isinstance(found.get(key), str):
            found[key] = found[key].lower()
    return found


def _label(alternative: _Alternative, *, with_scopes: bool) -> str:
    schemes, scopes = alternative
    if not with_scopes:
        return " and ".join(sorted(schemes))
    named = {
        scheme: [scope.removeprefix(start) for scope in sorted(scopes) if scope.startswith(start)]
        for scheme in sorted(schemes)
        for start in (f"{scheme}: ",)
    }
    return " and ".join(f"{name} ({', '.join(of) or 'no scope'})" for name, of in named.items())
