"""Write what changed into the changelog, under the heading of what is not released."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

from attrs import evolve, field, frozen

from generator.errors import GeneratorError
from generator.spec import write_beside

if TYPE_CHECKING:
    from pathlib import Path

    from generator.diff.report import Group, Report

Section: TypeAlias = Literal["Added", "Changed", "Deprecated", "Removed"]

_UNRELEASED: Final = "## Unreleased"
_SECTIONS: Final[tuple[Section, ...]] = ("Added", "Changed", "Deprecated", "Removed")
_NEXT: Final = re.compile(r"^## ", re.MULTILINE)
_HEADING: Final = re.compile(r"^### ", re.MULTILINE)


@frozen
class Changelog:
    """The changelog of a project, fit for an entry."""

    file: Path
    text: str = field(repr=False)

    @classmethod
    def load(cls, file: Path) -> Self | None:
        """Read the changelog; ``None``: there is none.

        Raises:
            GeneratorError: It has no heading for what is not released.
        """
        if not file.exists():
            return None
        text = file.read_text(encoding="utf-8")
        if f"{_UNRELEASED}\n" not in text:
            raise _without_heading(file)
        return cls(file, text)

    def record(self, report: Report) -> None:
        """Write the changes that users may notice; the file is replaced as a whole."""
        write_beside(self.file, add_entry(self.text, report).encode()).replace(self.file)


def _without_heading(file: Path | None = None) -> GeneratorError:
    return GeneratorError(
        f"the changelog has no heading {_UNRELEASED!r}",
        file=file,
        remedy="Add it before the releases.",
    )


def add_entry(changelog: str, report: Report) -> str:
    """Return the changelog with the changes that users may notice.

    Raises:
        GeneratorError: The changelog has no heading for what is not released.
    """
    head, found, rest = changelog.partition(f"{_UNRELEASED}\n")
    if not found:
        raise _without_heading()
    end = _NEXT.search(rest)
    body, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    everything = evolve(report, changes=(*report.changes, *report.accepted), accepted=())
    groups = everything.groups
    for section in _SECTIONS:
        lines = [_line(group) for group in groups if _section(group) == section]
        if section == "Changed" and report.texts:
            lines.append(f"- Texts of {report.texts} operations.")
        if lines:
            body = _insert(body, section, lines)
    return f"{head}{found}{body}{tail}".rstrip() + "\n"


def _section(group: Group) -> Section | None:
    """Return the section that a change belongs to; ``None`` if nobody notices it."""
    first = group.first
    if first.id.endswith("-removed") and first.client == "breaking":
        return "Removed"
    if first.id.endswith(("-deprecated", "-reactivated")) or "-sunset-" in first.id:
        return "Deprecated"
    if first.client in {"typing", "breaking"} or first.wire in {"risky", "breaking"}:
        return "Changed"
    return "Added" if first.rule.adds else None


def _line(group: Group) -> str:
    first, operations = group.first, group.operations
    more = f" and {len(operations) - 1} more" if len(operations) > 1 else ""
    where = ""
    if operations and operations[0] not in first.message:
        where = f"`{operations[0]}`{more}: "
    levels = f"wire: {first.wire}, client: {first.client}"
    return f"- {where}{first.message} ({levels})."


def _insert(body: str, section: Section, lines: list[str]) -> str:
    """Put lines at the end of a section, which is made if it is not there."""
    heading = f"### {section}\n"
    before, found, after = body.partition(heading)
    if not found:
        return f"{body.rstrip()}\n\n{heading}\n{_joined(lines)}\n"
    end = _HEADING.search(after)
    inner, rest = (after[: end.start()], after[end.start() :]) if end else (after, "")
    known = inner.strip().splitlines()
    listed = [*known, *(line for line in lines if line not in known)]
    return f"{before}{heading}\n{_joined(listed)}\n{rest}"


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
