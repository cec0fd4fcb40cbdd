"""Accepted changes: a reviewed file says which changes are known, why, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from attrs import frozen

from generator.diff.change import Change, Source
from generator.diff.lines import Lines
from generator.diff.rules import rules
from generator.errors import GeneratorError
from generator.spec import join, load
from generator.values import is_array, is_object

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "diff-accepted.yaml"
_FIELDS: Final = ("fingerprint", "reason", "expires")
_FORM: Final = "Write 'accepted:' and a list of entries with fingerprint, reason and expires."


@frozen
class Entry:
    """One accepted change.

    Attributes:
        fingerprint: The fingerprint of the change.
        reason: Why it is accepted.
        expires: The last day on which it is.
        line: Where the entry stands.
    """

    fingerprint: str
    reason: str
    expires: date
    line: int | None


@frozen
class Accepted:
    """The file of accepted changes.

    Attributes:
        file: The file.
        entries: What it accepts.
    """

    file: Path
    entries: tuple[Entry, ...]

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read the file.

        Raises:
            GeneratorError: It can't be read, or says something else than accepted changes.
        """
        listed = load(file).get("accepted")
        if not is_array(listed):
            raise GeneratorError("there is no list 'accepted'", file=file, remedy=_FORM)
        lines = Lines(file.read_text(encoding="utf-8-sig"))
        return cls(
            file,
            tuple(
                _entry(file, lines.of(join("/accepted", at)), one) for at, one in enumerate(listed)
            ),
        )

    def without_accepted(self, changes: tuple[Change, ...]) -> tuple[tuple[Change, ...], int]:
        """Return what is not accepted, with findings on the file, and how many changes are."""
        today = datetime.now(UTC).date()
        known = {entry.fingerprint for entry in self.entries if entry.expires >= today}
        left = tuple(change for change in changes if change.fingerprint not in known)
        there = {change.fingerprint for change in changes}
        findings: list[Change] = []
        for entry in self.entries:
            if entry.fingerprint not in there:
                findings.append(self._finding("acceptance-unused", entry))
            elif entry.expires < today:
                findings.append(self._finding("acceptance-expired", entry))
        return (*left, *findings), len(changes) - len(left)

    def _finding(self, id_: str, entry: Entry) -> Change:
        rule = rules()[id_]
        values = entry.fingerprint, entry.expires.isoformat()
        source = Source("acceptance", self.file, entry.line)
        return Change(rule, rule.wire, rule.client, "", self.file.name, *values, "", "", source)


def _entry(file: Path, line: int | None, value: Any) -> Entry:
    problem = "the entry is no object"
    if is_object(value):
        strange = [name for name in value if name not in _FIELDS]
        empty = [
            name for name in _FIELDS if not isinstance(value.get(name), str) or not value[name]
        ]
        if not strange and not empty:
            try:
                expires = date.fromisoformat(value["expires"])
                return Entry(value["fingerprint"], value["reason"], expires, line)
            except ValueError:
                problem = f"expires: {value['expires']!r} is no date like 2030-12-31"
        else:
            problem = f"{strange[0]!r} is unknown" if strange else f"{empty[0]!r} is no text"
    raise GeneratorError(problem, file=file, line=line, remedy=_FORM)
