"""Tells where changes come from: the document, an overlay, or the generator."""

from __future__ import annotations

import json
import tempfile
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from generator.diff.change import Change, Source
from generator.diff.document import Document
from generator.diff.judge import State, judge
from generator.diff.lines import Lines
from generator.diff.sides import DOCUMENT
from generator.diff.surface import default_surface
from generator.overlay import Overlay, apply
from generator.reader import read_yaml
from generator.spec import join, split
from generator.values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.sides import Side, Tree
    from generator.overlay import Action

_Key = tuple[str, str, str]
_Place = tuple[str, ...]


def attribute(changes: tuple[Change, ...], old: Side, new: Side) -> tuple[Change, ...]:
    """The changes with their sources, and with pointers into what was edited.

    Args:
        changes: The changes between the two sides.
        old: The older side.
        new: The newer one.
    """
    if old.tree is None or new.tree is None:
        lines = Lines(new.text)
        return tuple(_in_file(change, new, lines) for change in changes)
    origins = _Origins(old, new, old.tree, new.tree)
    return tuple(origins.of(change) for change in changes)


def _in_file(change: Change, side: Side, lines: Lines) -> Change:
    if not change.new_at.startswith("/"):
        named = change.new_at.partition("#")[0]
        file = Path(side.file).parent / named if named else side.file
        return evolve(change, source=Source("document", file))
    return evolve(change, source=Source("document", side.file, lines.of(change.new_at)))


@frozen
class _Layer:
    """What two documents differ in, before the generator saw them."""

    changes: tuple[Change, ...]
    old: dict[str, Any] = field(repr=False)
    new: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, old: dict[str, Any], new: dict[str, Any]) -> _Layer:
        states: list[State] = []
        for document in (old, new):
            view = Document(document)
            default = default_surface(view)
            states.append(State(view, default.surface, default.classes))
        return cls(judge(*states), old, new)

    @cached_property
    def by_key(self) -> Mapping[_Key, Change]:
        return {_key(change): change for change in self.changes}

    def find(self, change: Change) -> Change | None:
        """The same change; for one of the client alone, the one that makes it."""
        found = self.by_key.get(_key(change))
        if found is None and change.wire == "none" and change.operation:
            names = ("operation-id-changed", "operation-id-added", "operation-id-removed")
            keys = ((name, change.operation, "") for name in names)
            found = next((self.by_key[key] for key in keys if key in self.by_key), None)
        return found


@frozen
class _Origins:
    old: Side
    new: Side
    old_tree: Tree
    new_tree: Tree

    def of(self, change: Change) -> Change:
        if self._document_changed:
            found = self._documents.find(change)
            if found is not None:
                return self._in_document(change, found)
        if self._edited:
            found = self._overlaid.find(change)
            source = self._overlay(change, found or change)
            if found is not None or source.line is not None:
                return evolve(_moved(change, found), source=source)
        # Nothing shows the change by itself. What travels is rarely changed by the generator alone.
        if self._generator_changed and (change.wire == "none" or not self._inputs_changed):
            return evolve(change, source=Source("generator"))
        if self._document_changed:
            return self._in_document(change, None)
        return evolve(change, source=Source("overlay" if self._edited else "generator"))

    def _in_document(self, change: Change, found: Change | None) -> Change:
        line = self._lines.of(found.new_at if found else _operation_at(change))
        return evolve(_moved(change, found), source=Source("document", self.new.file, line))

    @property
    def _inputs_changed(self) -> bool:
        return self._document_changed or bool(self._edited)

    @property
    def _document_changed(self) -> bool:
        files = self.old.inputs["files"], self.new.inputs["files"]
        return files[0].get(DOCUMENT) != files[1].get(DOCUMENT)

    @property
    def _generator_changed(self) -> bool:
        return any(self.old.inputs[key] != self.new.inputs[key] for key in ("generator", "tools"))

    @cached_property
    def _edited(self) -> list[str]:
        """The overlays that were added, removed or changed."""
        files = self.old.inputs["files"], self.new.inputs["files"]
        names = (files[0].keys() | files[1].keys()) - {DOCUMENT}
        return sorted(name for name in names if files[0].get(name) != files[1].get(name))

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.new.text)

    @cached_property
    def _documents(self) -> _Layer:
        """What the documents as published differ in."""
        return _Layer.of(_upstream(self.old_tree), _upstream(self.new_tree))

    @cached_property
    def _overlaid(self) -> _Layer:
        """What the corrected documents differ in."""
        return _Layer.of(_corrected(self.old_tree), _corrected(self.new_tree))

    @cached_property
    def _actions(self) -> list[_Written]:
        """The actions that were added to overlays or changed, and those that are gone."""
        found: list[_Written] = []
        for name in self._edited:
            olds, news = _actions(self.old_tree, name), _actions(self.new_tree, name)
            lines = Lines(self.new_tree.read(name).decode("utf-8-sig")) if news else None
            for actions, others, where in ((news, olds, lines), (olds, news, None)):
                known = set(map(_essence, others))
                found += [
                    _Written.of(name, action, self._overlaid, where)
                    for action in actions
                    if _essence(action) not in known
                ]
        return found

    def _overlay(self, change: Change, at: Change) -> Source:
        """The action that wrote the place of a change, or speaks of what changed."""
        places = list(_places(change, at))
        scored = [(written.score(change, places), written) for written in self._actions]
        best, written = max(
            scored, key=lambda one: (one[0], one[1].lines is not None), default=(0, None)
        )
        if not best or written is None:
            only = PurePosixPath(self._edited[0]) if len(self._edited) == 1 else None
            return Source("overlay", only)
        return Source("overlay", PurePosixPath(written.file), written.line(places))


@frozen
class _Written:
    """An action of an overlay, and the places of the corrected documents that it concerns.

    Attributes:
        file: The overlay.
        action: The action.
        text: What it says.
        targets: The places.
        lines: The lines of the overlay; of one that the action is gone from, none.
    """

    file: str
    action: Action
    text: str
    targets: tuple[_Place, ...]
    lines: Lines | None

    @classmethod
    def of(cls, file: str, action: Action, layer: _Layer, lines: Lines | None) -> _Written:
        targets = {
            tuple(map(str, match.parts))
            for document in (layer.old, layer.new)
            for match in action.query.finditer(document)
        }
        return cls(file, action, _essence(action), tuple(targets), lines)

    def score(self, change: Change, places: list[_Place]) -> int:
        """How likely the action makes a change: how near it wrote, or that it speaks of it."""
        best = 0
        for place in places:
            for target in self.targets:
                if place[: len(target)] == target:
                    rest = place[len(target) :]
                    inner = _depth(self.action.value, rest)
                    written = not rest or inner > 0 or self.action.kind != "update"
                    best = max(best, 2 * (len(target) + inner) + 2 if written else 0)
                elif target[: len(place)] == place:
                    best = max(best, 2 * len(place))
        names = [json.dumps(value) for value in (change.old, change.new) if isinstance(value, str)]
        return best or int(any(name in self.text for name in names))

    def line(self, places: list[_Place]) -> int | None:
        """The line that wrote one of the places."""
        if self.lines is None:
            return None
        here = join("/actions", self.action.number - 1)
        for place in reversed(places):
            for target in self.targets:
                if target and place[: len(target)] == target and self.action.kind == "update":
                    return self.lines.of(join(here, "update", *place[len(target) :]))
        return self.lines.of(here)


def _places(change: Change, at: Change) -> Iterator[_Place]:
    """The places of a change in the corrected documents, old and new."""
    for pointer in (at.old_at, at.new_at):
        place = tuple(split(pointer))
        yield place
        if "-became-" in change.id and place[-2:-1] == ("properties",):
            yield (*place[:-2], "required")


def _moved(change: Change, to: Change | None) -> Change:
    """The change with the places of another one."""
    return evolve(change, old_at=to.old_at, new_at=to.new_at) if to else change


def _depth(value: Any, place: tuple[str, ...]) -> int:
    """How far a value reaches along a place."""
    for depth, part in enumerate(place):
        if not is_object(value) or part not in value:
            return depth
        value = value[part]
    return len(place)


def _essence(action: Action) -> str:
    value = str(action.value) if action.kind == "copy" else action.value
    return json.dumps([action.target, action.kind, value], sort_keys=True, ensure_ascii=False)


def _key(change: Change) -> _Key:
    return change.id, change.operation, change.path


def _operation_at(change: Change) -> str:
    verb, _, path = change.operation.partition(" ")
    return join("/paths", path, verb.lower()) if path else change.new_at


def _upstream(tree: Tree) -> dict[str, Any]:
    return read_yaml(tree.read(DOCUMENT).decode("utf-8-sig"), Path(DOCUMENT))


def _corrected(tree: Tree) -> dict[str, Any]:
    document = _upstream(tree)
    for overlay in _overlays(tree):
        document, _ = apply(document, overlay, strict=False)
    return document


def _actions(tree: Tree, name: str) -> tuple[Action, ...]:
    overlay = _overlay(tree, name)
    return overlay.actions if overlay else ()


def _overlays(tree: Tree) -> Iterator[Overlay]:
    for name in tree.overlays():
        overlay = _overlay(tree, name)
        if overlay is not None:
            yield overlay


def _overlay(tree: Tree, name: str) -> Overlay | None:
    if name not in tree.overlays():
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / PurePosixPath(name).name
        path.write_bytes(tree.read(name))
        return Overlay.load(path)
