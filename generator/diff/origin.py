"""Tell where changes come from: the document, an action of an overlay, or the generator."""

from __future__ import annotations

import json
import tempfile
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from generator.correction import apply
from generator.diff.change import Change, Source
from generator.diff.comparison import State, compare_states
from generator.diff.document import Document
from generator.diff.revisions import DOCUMENT
from generator.diff.surface import default_surface
from generator.errors import GeneratorError
from generator.json_values import is_object
from generator.overlay import Overlay
from generator.reader import read_yaml
from generator.spec import Lines, join, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.revisions import Revision, Tree
    from generator.overlay import Action

Place = tuple[str, ...]
"""A JSON pointer, split."""


@frozen
class EditedAction:
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
    targets: tuple[Place, ...]
    lines: Lines | None

    @classmethod
    def of(
        cls,
        file: str,
        action: Action,
        documents: tuple[dict[str, Any], dict[str, Any]],
        lines: Lines | None,
    ) -> EditedAction:
        """Return an action, with what it selects in the corrected documents, old and new."""
        targets = {
            tuple(map(str, match.parts))
            for document in documents
            for match in action.query.select(document)
        }
        return cls(file, action, action_key(action), tuple(targets), lines)

    def score(self, change: Change, places: list[Place]) -> int:
        """Return how likely the action makes a change, from how near to it the action writes."""
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

    def line(self, places: list[Place]) -> int | None:
        """Return the line that wrote one of the places."""
        if self.lines is None:
            return None
        here = join("/actions", self.action.number - 1)
        for place in reversed(places):
            for target in self.targets:
                if target and place[: len(target)] == target and self.action.kind == "update":
                    return self.lines.of(join(here, "update", *place[len(target) :]))
        return self.lines.of(here)


def places_of(change: Change, at: Change) -> Iterator[Place]:
    """Yield the places of a change in the corrected documents, old and new."""
    for pointer in (at.old_at, at.new_at):
        place = tuple(split(pointer))
        yield place
        if "-became-" in change.id and place[-2:-1] == ("properties",):
            yield (*place[:-2], "required")


def _depth(value: Any, place: tuple[str, ...]) -> int:
    """Return how far a value reaches along a place."""
    for depth, part in enumerate(place):
        if not is_object(value) or part not in value:
            return depth
        value = value[part]
    return len(place)


def action_key(action: Action) -> str:
    """Return what an action does, wherever it stands."""
    value = str(action.value) if action.kind == "copy" else action.value
    return json.dumps([action.target, action.kind, value], sort_keys=True, ensure_ascii=False)


_Key = tuple[str, str, str]


def attribute(
    changes: tuple[Change, ...], old: Revision, new: Revision
) -> tuple[tuple[Change, dict[str, Any]], ...]:
    """Return the changes with their sources and with pointers into what was edited.

    Args:
        changes: The changes between the two revisions.
        old: The older revision.
        new: The newer one.

    Returns:
        Each change with the document that its newer pointer leads into.
    """
    if old.tree is None or new.tree is None:
        lines = Lines(new.text)
        root = new.state.document.root
        return tuple((_in_file(change, new, lines), root) for change in changes)
    origins = _Origins(old, new, old.tree, new.tree)
    return tuple(origins.of(change) for change in changes)


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
        states: list[State] = []
        try:
            for document in (old, new):
                view = Document(document)
                default = default_surface(view)
                states.append(State(view, default.surface, default.classes))
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
class _Origins:
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
            source = self._overlay(change, found or change)
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
        old, new = self._upstream
        olds, news = (list(overlays.items()) for overlays in self._overlays)
        while old is new and olds and news and olds[0] == news[0]:
            # As far as both are corrected alike, that is done once.
            old = new = _corrected(old, [olds.pop(0)])
            news.pop(0)
        return _Layer.of(_corrected(old, olds), _corrected(new, news))

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
    def _actions(self) -> list[EditedAction]:
        """The actions that were added to overlays or changed, and those that are gone."""
        found: list[EditedAction] = []
        documents = self._overlaid.old, self._overlaid.new
        for name in self._edited:
            olds, news = (
                overlays[name].actions if name in overlays else () for overlays in self._overlays
            )
            lines = Lines(self.new_tree.read(name).decode("utf-8-sig")) if news else None
            for actions, others, where in ((news, olds, lines), (olds, news, None)):
                known = set(map(action_key, others))
                found += [
                    EditedAction.of(name, action, documents, where)
                    for action in actions
                    if action_key(action) not in known
                ]
        return found

    def _overlay(self, change: Change, at: Change) -> Source:
        """Return the action that wrote the place of a change, or speaks of what changed."""
        places = list(places_of(change, at))
        scored = [(edited.score(change, places), edited) for edited in self._actions]
        best, edited = max(
            scored, key=lambda one: (one[0], one[1].lines is not None), default=(0, None)
        )
        if not best or edited is None:
            only = PurePosixPath(self._edited[0]) if len(self._edited) == 1 else None
            return Source("overlay", only)
        return Source("overlay", PurePosixPath(edited.file), edited.line(places))


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


def _corrected(document: dict[str, Any], overlays: list[tuple[str, Overlay]]) -> dict[str, Any]:
    for _, overlay in overlays:
        document, _ = apply(document, overlay, strict=False)
    return document


def _overlay(tree: Tree, name: str) -> Overlay:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / PurePosixPath(name).name
        path.write_bytes(tree.read(name))
        return Overlay.load(path)
