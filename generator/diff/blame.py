"""Tell where changes come from: the document, an action of an overlay, or the generator."""

from __future__ import annotations

import json
import tempfile
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from generator.correction import Correction
from generator.diff.comparison import compare_states
from generator.diff.document import Document
from generator.diff.revisions import DOCUMENT
from generator.diff.rules import Change, Source
from generator.diff.surface import default_state
from generator.errors import GeneratorError, raise_all
from generator.json_values import is_array, is_object
from generator.overlay import Overlay
from generator.reader import read_yaml
from generator.spec import Lines, join, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.revisions import Revision, Tree
    from generator.overlay import Action


def action_key(action: Action) -> str:
    """Return what an action does, wherever it stands."""
    value = str(action.value) if action.kind == "copy" else action.value
    return json.dumps([action.target, action.kind, value], sort_keys=True, ensure_ascii=False)


_Key = tuple[str, str, str]
_ABSENT: Final = object()
_NEAR: Final = 3
"""How deep an operation and a component lie: what differs beyond them is something else."""


def attribute(
    changes: tuple[Change, ...], old: Revision, new: Revision
) -> tuple[tuple[Change, dict[str, Any]], ...]:
    """Return the changes with their sources and with pointers into what was edited.

    Returns:
        Each change with the document that its newer pointer leads into.
    """
    if old.tree is None or new.tree is None:
        lines = Lines(new.text)
        root = new.state.document.root
        return tuple((_in_file(change, new, lines), root) for change in changes)
    blame = _Blame(old, new, old.tree, new.tree)
    return tuple(blame.of(change) for change in changes)


def _in_file(change: Change, revision: Revision, lines: Lines) -> Change:
    if not change.new_at.startswith("/"):
        named = change.new_at.partition("#")[0]
        file = Path(revision.file).parent / named if named else revision.file
        return evolve(change, source=Source("document", file))
    return evolve(change, source=Source("document", revision.file, lines.of(change.new_at)))


@frozen
class _Layer:
    """What two documents differ in, before the generator saw them."""

    changes: tuple[Change, ...]
    old: dict[str, Any] = field(repr=False)
    new: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, old: dict[str, Any], new: dict[str, Any]) -> _Layer:
        try:
            states = [default_state(Document(document)) for document in (old, new)]
            return cls(compare_states(*states), old, new)
        except GeneratorError:
            # A published document may be wrong in ways that overlays mend: it explains nothing.
            return cls((), old, new)

    @cached_property
    def by_key(self) -> Mapping[_Key, Change]:
        return {_key(change): change for change in self.changes}

    def find(self, change: Change) -> Change | None:
        """Return the same change; for one of the client alone, the one that makes it."""
        found = self.by_key.get(_key(change))
        if found is None and change.wire == "none" and change.operation:
            names = ("operation-id-changed", "operation-id-added", "operation-id-removed")
            keys = ((name, change.operation, "") for name in names)
            found = next((self.by_key[key] for key in keys if key in self.by_key), None)
        return found


@frozen
class _Blame:
    old: Revision
    new: Revision
    old_tree: Tree
    new_tree: Tree

    def of(self, change: Change) -> tuple[Change, dict[str, Any]]:
        effective = self.new.state.document.root
        if self._document_changed:
            found = self._documents.find(change)
            if found is not None:
                source = Source("document", self.new.file, self._lines.of(found.new_at))
                return evolve(_moved(change, found), source=source), self._documents.new
        if self._edited:
            found = self._overlaid.find(change)
            source = self._overlay(found or change)
            if found is not None or source.line is not None:
                document = self._overlaid.new if found else effective
                return evolve(_moved(change, found), source=source), document
        # Nothing shows the change by itself. What travels is rarely changed by the generator alone.
        if self._generator_changed and (change.wire == "none" or not self._inputs_changed):
            source = Source("generator")
        elif self._document_changed:
            source = Source("document", self.new.file, self._lines.of(_operation_at(change)))
        else:
            source = Source("overlay" if self._edited else "generator")
        return evolve(change, source=source), effective

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
        return _Layer.of(*self._upstream)

    @cached_property
    def _overlaid(self) -> _Layer:
        """What the corrected documents differ in."""
        old, new = self._corrected
        return _Layer.of(old.document, new.document)

    @cached_property
    def _corrected(self) -> tuple[Correction, Correction]:
        """The documents with their overlays applied, and who wrote which place of them."""
        old, new = map(_correct, self._upstream, self._overlays)
        return old, new

    @cached_property
    def _upstream(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The documents as published; one, if that did not change."""
        old = _upstream(self.old_tree)
        return old, _upstream(self.new_tree) if self._document_changed else old

    @cached_property
    def _overlays(self) -> tuple[Mapping[str, Overlay], Mapping[str, Overlay]]:
        """The overlays of both sides, by name; those that did not change are the same."""
        olds = {name: _overlay(self.old_tree, name) for name in self.old_tree.overlays()}
        return olds, {
            name: olds[name]
            if name in olds and name not in self._edited
            else _overlay(self.new_tree, name)
            for name in self.new_tree.overlays()
        }

    @cached_property
    def _edited_actions(self) -> tuple[list[Action], list[Action]]:
        """The actions that are gone from overlays, and those that are new, as they were changed."""
        olds, news = (
            [
                (action_key(action), action)
                for name in self._edited
                if name in overlays
                for action in overlays[name].actions
            ]
            for overlays in self._overlays
        )
        return (
            [action for key, action in olds if key not in dict(news)],
            [action for key, action in news if key not in dict(olds)],
        )

    def _overlay(self, at: Change) -> Source:
        """Return the edited action that wrote what differs where a change is, or near it."""
        old, new = self._corrected
        gone, added = self._edited_actions
        for old_at, new_at in _differences(old.document, new.document, at.old_at, at.new_at):
            place = new.place.find(new_at)
            if any(place.action is one for one in added):
                name = place.file.as_posix()
                lines = Lines(self.new_tree.read(name).decode("utf-8-sig"))
                return Source("overlay", PurePosixPath(name), lines.of(place.pointer))
            place = old.place.find(old_at)
            if any(place.action is one for one in gone):
                return Source("overlay", PurePosixPath(place.file))
        only = PurePosixPath(self._edited[0]) if len(self._edited) == 1 else None
        return Source("overlay", only)


def _differences(old: Any, new: Any, old_at: str, new_at: str) -> Iterator[tuple[str, str]]:
    """Yield the pointers of what differs below a place, then below what holds it, and so on."""
    olds, news = split(old_at), split(new_at)
    while olds and news:
        before, after = _value(old, olds), _value(new, news)
        yield from _differing(before, after, olds, news)
        if len(olds) <= _NEAR and not before is after is _ABSENT:
            return
        olds, news = olds[:-1], news[:-1]


def _differing(
    old: Any, new: Any, old_at: list[str], new_at: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield the pointers of the smallest parts of two values that differ."""
    keys: dict[str, None] = {}
    if is_object(old) and is_object(new):
        keys = dict.fromkeys([*new, *old])
    elif is_array(old) and is_array(new):
        keys = dict.fromkeys(map(str, range(max(len(old), len(new)))))
    elif old != new:
        yield join("", *old_at), join("", *new_at)
    for key in keys:
        inner = _value(old, [key]), _value(new, [key])
        yield from _differing(*inner, [*old_at, key], [*new_at, key])


def _value(document: Any, keys: list[str]) -> Any:
    """Return what stands at some keys; if nothing does, something that equals nothing else."""
    for key in keys:
        if is_object(document) and key in document:
            document = document[key]
        elif is_array(document) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        else:
            return _ABSENT
    return document


def _moved(change: Change, to: Change | None) -> Change:
    """Return the change with the places of another one."""
    return evolve(change, old_at=to.old_at, new_at=to.new_at) if to else change


def _key(change: Change) -> _Key:
    return change.id, change.operation, change.path


def _operation_at(change: Change) -> str:
    verb, _, path = change.operation.partition("#")[0].partition(" ")
    return join("/paths", path, verb.lower()) if path else change.new_at


def _upstream(tree: Tree) -> dict[str, Any]:
    return read_yaml(tree.read(DOCUMENT).decode("utf-8-sig"), Path(DOCUMENT))


def _correct(document: dict[str, Any], overlays: Mapping[str, Overlay]) -> Correction:
    correction = Correction.of(document, Path(DOCUMENT), "standard")
    for overlay in overlays.values():
        correction.apply(overlay)
    raise_all(correction.errors)
    return correction


def _overlay(tree: Tree, name: str) -> Overlay:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / PurePosixPath(name).name
        path.write_bytes(tree.read(name))
        return evolve(Overlay.load(path), path=Path(name))
