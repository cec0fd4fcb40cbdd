"""Accepted changes: a reviewed file says which changes are known, why, and until when."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from attrs import frozen

from generator.diff.rules import Change, Source, rules
from generator.errors import GeneratorError
from generator.json_values import is_array, is_object
from generator.spec import Lines, join, load, write_beside

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "diff-accepted.yaml"
_SUBJECTS: Final = ("fingerprint", "rule", "operation")
_FIELDS: Final = (*_SUBJECTS, "reason", "expires")
_FORM: Final = (
    "Write 'accepted:' and a list of entries with reason, expires, and one or more of fingerprint, "
    "rule and operation."
)
_DAYS: Final = 90


@frozen
class Entry:
    """Changes that are accepted: those that fit all that it names.

    Attributes:
        fingerprint: The fingerprint of a change.
        rule: The rule of changes.
        operation: The operation of changes, as in ``GET /v1/bots``.
        reason: Why they are accepted.
        expires: The last day on which they are.
        line: Where the entry stands.
    """

    fingerprint: str | None
    rule: str | None
    operation: str | None
    reason: str
    expires: date
    line: int | None

    @property
    def label(self) -> str:
        """What it names."""
        return " ".join(filter(None, (self.fingerprint, self.rule, self.operation)))

    def fits(self, change: Change) -> bool:
        """Return whether it is about a change."""
        return (
            self.fingerprint in {None, change.fingerprint}
            and self.rule in {None, change.id}
            and self.operation in {None, change.operation}
        )


@frozen
class Accepted:
    """The file of accepted changes."""

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

    def split(self, changes: tuple[Change, ...]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        """Return what is not accepted, with findings on the file, and what is."""
        today = datetime.now(UTC).date()
        valid = [entry for entry in self.entries if entry.expires >= today]
        accepted = [change for change in changes if any(entry.fits(change) for entry in valid)]
        findings: list[Change] = []
        for entry in self.entries:
            if not any(entry.fits(change) for change in changes):
                findings.append(self._finding("acceptance-unused", entry))
            elif entry.expires < today:
                findings.append(self._finding("acceptance-expired", entry))
        left = (change for change in changes if change not in accepted)
        return (*left, *findings), tuple(accepted)

    def _finding(self, id_: str, entry: Entry) -> Change:
        rule = rules()[id_]
        values = entry.label, entry.expires.isoformat()
        source = Source("acceptance", self.file, entry.line)
        return Change(rule, rule.wire, rule.client, "", self.file.name, *values, "", "", source)


def _entry(file: Path, line: int | None, value: Any) -> Entry:
    problem = "the entry is no object"
    if is_object(value):
        strange = next((name for name in value if name not in _FIELDS), None)
        empty = [
            name
            for name in _FIELDS
            if (name in value or name not in _SUBJECTS)
            and not (isinstance(value.get(name), str) and value[name])
        ]
        if strange:
            problem = f"{strange!r} is unknown"
        elif empty:
            problem = f"{empty[0]!r} is no text"
        elif not value.keys() & set(_SUBJECTS):
            problem = "the entry names no change"
        elif value.get("rule", next(iter(rules()))) not in rules():
            problem = f"there is no rule {value['rule']!r}"
        else:
            try:
                expires = date.fromisoformat(value["expires"])
                named = (value.get(name) for name in _SUBJECTS)
                return Entry(*named, reason=value["reason"], expires=expires, line=line)
            except ValueError:
                problem = f"expires: {value['expires']!r} is no date like 2030-12-31"
    raise GeneratorError(problem, file=file, line=line, remedy=_FORM)


def accept(file: Path, changes: tuple[Change, ...], fingerprint: str, reason: str) -> date:
    """Add an entry for a change to the file of accepted changes; the file is replaced as a whole.

    Args:
        file: The file, which is made if it is not there.
        changes: The changes that there are.
        fingerprint: The fingerprint of one of them.
        reason: Why it is accepted.

    Returns:
        The last day on which it is accepted.

    Raises:
        GeneratorError: No change has the fingerprint, or the file can't be added to.
    """
    change = next((one for one in changes if one.fingerprint == fingerprint), None)
    if change is None:
        raise GeneratorError(
            f"no change has the fingerprint {fingerprint!r}",
            remedy="Copy one from the report; accepted changes have one already.",
        )
    expires = datetime.now(UTC).date() + timedelta(days=_DAYS)
    text = file.read_text(encoding="utf-8") if file.exists() else "accepted:\n"
    text = re.sub(r"^accepted:\s*\[\]\s*$", "accepted:", text, flags=re.MULTILINE)
    indent = found[1] if (found := re.search(r"^( *)- ", text, re.MULTILINE)) else "  "
    lines = (
        f"{indent}- fingerprint: {json.dumps(fingerprint)}  # {change.message.splitlines()[0]}",
        f"{indent}  reason: {json.dumps(reason, ensure_ascii=False)}",
        f'{indent}  expires: "{expires}"',
    )
    fresh = write_beside(file, "\n".join([text.rstrip(), *lines, ""]).encode())
    try:
        Accepted.load(fresh)
    except GeneratorError:
        fresh.unlink()
        raise
    fresh.replace(file)
    return expires
