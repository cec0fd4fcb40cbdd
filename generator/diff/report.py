"""The report on a comparison: what changed, judged, attributed, and grouped by cause."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from generator.diff.change import Change, Verdict
from generator.diff.comparison import judge
from generator.diff.origin import attribute
from generator.diff.revisions import placed
from generator.diff.suggestion import suggest
from generator.errors import GeneratorError

if TYPE_CHECKING:
    from generator.diff.accepted import Accepted
    from generator.diff.revisions import Side


@frozen
class Group:
    """Changes with one cause: one edit, and the operations that it reaches.

    Attributes:
        changes: The changes, at least one.
    """

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
    def operations(self) -> tuple[str, ...]:
        """The operations that are reached."""
        return tuple(dict.fromkeys(one.operation for one in self.changes if one.operation))


@frozen
class Report:
    """What changed between two sides.

    Attributes:
        old: What the older side is called.
        new: What the newer side is called.
        changes: The changes, the worst first.
        accepted: How many more changes there are, which are accepted.
    """

    old: str
    new: str
    changes: tuple[Change, ...]
    accepted: int = 0

    @property
    def verdict(self) -> Verdict:
        """The verdict on all changes."""
        return Verdict.on(self.changes)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The changes by cause, the worst first."""
        found: dict[tuple[str, ...], list[Change]] = {}
        for one in self.changes:
            found.setdefault(_cause(one), []).append(one)
        return tuple(Group(tuple(changes)) for changes in found.values())


def _cause(change: Change) -> tuple[str, ...]:
    """What is the same for changes that one edit makes."""
    source = change.source
    # An action of an overlay may write to many places.
    where = (
        (str(source),)
        if source.cause == "overlay" and source.line
        else (change.old_at, change.new_at)
    )
    apart = "" if change.operation and change.path else f"{change.operation} {change.path}"
    told = repr((change.old, change.new))
    return change.id, change.wire, change.client, *where, told, apart


def compare(old: Side, new: Side, accepted: Accepted | None = None) -> Report:
    """Compare two sides.

    Args:
        old: The older side.
        new: The newer side.
        accepted: The changes that are known and accepted.

    Raises:
        GeneratorError: A document is not what OpenAPI allows at a place that is compared.
    """
    try:
        changes = judge(old.state, new.state)
    except GeneratorError as error:
        raise _placed(error, old, new) from error
    changes = tuple(
        evolve(change, suggestion=suggest(change, document))
        for change, document in attribute(changes, old, new)
    )
    silenced = 0
    if accepted is not None:
        changes, silenced = accepted.silence(changes)
    return Report(old.label, new.label, changes, silenced)


def _placed(error: GeneratorError, old: Side, new: Side) -> GeneratorError:
    """The error with the file that is to blame: the one that can't even be compared with itself."""
    for side in (old, new):
        try:
            judge(side.state, side.state)
        except GeneratorError:
            return placed(error, Path(side.file), side.text)
    return error
