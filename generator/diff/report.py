"""The report on a comparison: what changed, judged, attributed, grouped by cause; and remedies."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from generator.diff.comparison import by_severity, compare_states
from generator.diff.facade import facade_changes
from generator.diff.operations import changed_texts
from generator.diff.revisions import placed
from generator.diff.rules import Change, Verdict
from generator.errors import GeneratorError
from generator.spec import join, json_path, resolve

if TYPE_CHECKING:
    from generator.diff.accepted import Accepted
    from generator.diff.revisions import Revision

_OPERATION: Final = frozenset({"operation-id-changed", "operation-id-removed", "method-renamed"})
_CLASS: Final = frozenset({"schema-renamed", "class-renamed", "shape-renamed"})


class Limit(StrEnum):
    """What a comparison may fail on."""

    WIRE = "wire-breaking"
    CLIENT = "client-breaking"
    ANY = "any"


@frozen
class Group:
    """Changes with one cause: one edit, and the operations that it reaches."""

    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The change that stands for all."""
        return self.changes[0]

    @property
    def places(self) -> int:
        """How many places in an operation, or of the client, are changed."""
        return len({one.path for one in self.changes})

    @property
    def python(self) -> tuple[str, ...]:
        """What they are about in Python."""
        return tuple(dict.fromkeys(name for one in self.changes for name in one.python))

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that are reached."""
        return tuple(dict.fromkeys(one.operation for one in self.changes if one.operation))


@frozen
class Report:
    """What changed between two revisions.

    Attributes:
        old: What the older revision is called.
        new: What the newer revision is called.
        changes: The changes that are not accepted, the worst first.
        accepted: The changes that are accepted. They count for the version, and for no gate.
        texts: How many operations are explained in other words.
    """

    old: str
    new: str
    changes: tuple[Change, ...]
    accepted: tuple[Change, ...] = ()
    texts: int = 0

    @property
    def verdict(self) -> Verdict:
        """The verdict on all changes, accepted or not."""
        return Verdict.on((*self.changes, *self.accepted))

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say besides the changes."""
        notes: list[str] = []
        if self.accepted:
            notes.append(f"{len(self.accepted)} accepted changes are not shown")
        if self.texts:
            notes.append(f"texts of {self.texts} operations changed")
        if not self.changes and not notes:
            notes.append("nothing changed")
        return tuple(notes)

    def has(self, limit: Limit) -> bool:
        """Return whether it has a change that a gate is closed for; accepted ones pass."""
        verdict = Verdict.on(self.changes)
        match limit:
            case Limit.WIRE:
                return verdict.wire == "breaking"
            case Limit.CLIENT:
                return verdict.client == "breaking"
            case Limit.ANY:
                # An entry that a merge has used up must not fail what comes after it.
                return any(change.id != "acceptance-unused" for change in self.changes)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The changes by cause, the worst first."""
        found: dict[tuple[str, ...], list[Change]] = {}
        for one in self.changes:
            found.setdefault(_cause(one), []).append(one)
        return tuple(Group(tuple(changes)) for changes in found.values())


def _cause(change: Change) -> tuple[str, ...]:
    """Return what is the same for changes that one edit makes."""
    source = change.source
    # An action of an overlay may write to many places.
    where = (
        (str(source),)
        if source.cause == "overlay" and source.line
        else (change.old_at, change.new_at)
    )
    separate = "" if change.operation and change.path else f"{change.operation} {change.path}"
    values = repr((change.old, change.new))
    return change.id, change.wire, change.client, *where, values, separate


def compare(old: Revision, new: Revision, accepted: Accepted | None = None) -> Report:
    """Compare two revisions.

    Raises:
        GeneratorError: A document is not what OpenAPI allows at a place that is compared.
    """
    try:
        changes = compare_states(old.state, new.state)
    except GeneratorError as error:
        raise _placed(error, old, new) from error
    if changes:
        # What applies overlays takes long to import.
        from generator.diff.blame import attribute  # noqa: PLC0415

        changes = tuple(
            evolve(change, suggestion=suggest(change, document))
            for change, document in attribute(changes, old, new)
        )
    if old.tree is not None and new.tree is not None:
        found = (*changes, *facade_changes(old.tree, new.tree))
        changes = tuple(sorted(found, key=by_severity))
    texts = changed_texts(old.state.document, new.state.document)
    if accepted is None:
        return Report(old.label, new.label, changes, (), texts)
    return Report(old.label, new.label, *accepted.split(changes), texts)


def _placed(error: GeneratorError, old: Revision, new: Revision) -> GeneratorError:
    """Return the error with the file to blame: the one that fails even against itself."""
    for revision in (old, new):
        try:
            compare_states(revision.state, revision.state)
        except GeneratorError:
            return placed(error, Path(revision.file), revision.text)
    return error


def suggest(change: Change, document: dict[str, Any]) -> str | None:
    """Return the overlay action that keeps the old name in the newer document, as YAML."""
    if not change.new_at.startswith("/"):
        return None
    if change.id in _OPERATION:
        target = change.new_at.removesuffix("/operationId")
        return _update(json_path(document, target), {"operationId": change.old})
    if change.id in _CLASS:
        return _update(json_path(document, change.new_at), {"x-client-name": change.old})
    if change.id == "path-parameter-renamed":
        return _path_parameter(change, document)
    if change.id.endswith("parameter-renamed"):
        parameter = {**_at(document, change.new_at), "name": change.old}
        target, _, _ = change.new_at.rpartition("/parameters/")
        return _update(json_path(document, target), {"parameters": [parameter]})
    if change.id.endswith("property-renamed"):
        target, _, _ = change.new_at.rpartition("/")
        return _update(json_path(document, target), {change.old: _at(document, change.new_at)})
    return None


def _path_parameter(change: Change, document: dict[str, Any]) -> str:
    """Return the actions that copy the path and remove it, as a key can't be renamed in place."""
    _, _, path = change.operation.partition(" ")
    before = path.replace(f"{{{change.new}}}", f"{{{change.old}}}")
    old, new = (json_path(document, join("/paths", one)) for one in (before, path))
    actions = (
        _update("$.paths", {before: {}}),
        f"- target: {old}\n  copy: {new}",
        f"- target: {old}..parameters[?@.name == '{change.new}']",
        f"  update: {_flow({'name': change.old})}",
        f"- target: {new}\n  remove: true",
    )
    return "\n".join(actions)


def _update(target: str, value: Any) -> str:
    return f"- target: {target}\n  update: {_flow(value)}"


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _at(document: dict[str, Any], pointer: str) -> dict[str, Any]:
    try:
        return resolve(document, f"#{pointer}")
    except GeneratorError:
        return {}
