"""The report as text: for a terminal, as JSON, Markdown and workflow annotations; and the rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from rich.padding import Padding
from rich.text import Text

from generator.diff.rules import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from generator.diff.change import Change
    from generator.diff.report import Group, Report

_LISTED: Final = 10


def as_json(report: Report) -> str:
    """Return the verdict and all changes."""
    verdict = report.verdict
    data = {
        "wire": verdict.wire,
        "client": verdict.client,
        "semver": verdict.semver,
        "accepted": len(report.accepted),
        "texts": report.texts,
        "changes": [_change(change) for change in report.changes],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """Return a comment for a pull request."""
    verdict = report.verdict
    lines = [
        f"## Changes from {report.old} to {report.new}",
        "",
        "| wire | client | version |",
        "|---|---|---|",
        f"| **{verdict.wire}** | **{verdict.client}** | **{verdict.semver}** |",
        "",
    ]
    for note in report.notes:
        lines += [f"{note[0].upper()}{note[1:]}.", ""]
    if not report.changes:
        return "\n".join(lines)
    lines += ["| wire | client | change | where | from |", "|---|---|---|---|---|"]
    for group in report.groups:
        first = group.first
        cells = (
            first.wire,
            first.client,
            f"{_cell(first.message)}<br>`{first.id}`",
            _where(group),
            f"`{first.source}`",
        )
        lines.append(f"| {' | '.join(cells)} |")
    suggestions = [group.first for group in report.groups if group.first.suggestion]
    if suggestions:
        lines += ["", "<details><summary>Overlay actions that keep the old names</summary>", ""]
        lines += ["```yaml"]
        for one in suggestions:
            lines += [f"# {one.message}", str(one.suggestion)]
        lines += ["```", "", "</details>"]
    return "\n".join([*lines, ""])


def as_annotations(report: Report) -> str:
    """Return workflow commands of GitHub, which mark the lines that were changed."""
    return "".join(f"{_annotation(group)}\n" for group in report.groups)


def _change(change: Change) -> dict[str, Any]:
    source = change.source
    return {
        "id": change.id,
        "wire": change.wire,
        "client": change.client,
        "operation": change.operation,
        "path": change.path,
        "message": change.message,
        "old": change.old,
        "new": change.new,
        "source": {
            "cause": source.cause,
            "file": None if source.file is None else str(source.file),
            "line": source.line,
        },
        "fingerprint": change.fingerprint,
        "suggestion": change.suggestion,
    }


def _where(group: Group) -> str:
    operations = [f"`{_cell(one)}`" for one in group.operations]
    if len(operations) > _LISTED:
        shown = "<br>".join(operations[:_LISTED])
        return f"{shown}<br>and {len(operations) - _LISTED} more"
    return "<br>".join(operations) or f"`{_cell(group.first.path)}`"


def _cell(text: str) -> str:
    """Return a text that can't end a cell of a table."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return " ".join(escaped.split())


def _annotation(group: Group) -> str:
    first = group.first
    levels = {first.wire, first.client}
    command = "notice"
    if "breaking" in levels or first.id == "acceptance-expired":
        command = "error"
    elif levels & {"risky", "typing"}:
        command = "warning"
    notes = f"wire {first.wire}, client {first.client}"
    properties = {"title": f"{first.id} ({notes})"}
    if first.source.file is not None:
        properties["file"] = str(first.source.file)
        if first.source.line is not None:
            properties["line"] = str(first.source.line)
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = f"{first.message} [{', '.join(group.operations[:_LISTED]) or first.path}]"
    return f"::{command} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_COLORS: Final = {
    "breaking": "bold red",
    "risky": "yellow",
    "typing": "yellow",
    "compatible": "green",
    "safe": "green",
    "none": "dim",
}
_FRAME: Final = 6
_LEAST: Final = 8
_OPERATIONS: Final = 3


def show(report: Report, console: Console) -> None:
    """Print a report: the verdict, then as many causes as a screen holds."""
    verdict = report.verdict
    console.print(
        Text.assemble(
            f"{report.old} -> {report.new}:  wire ",
            (verdict.wire, _COLORS[verdict.wire]),
            "  client ",
            (verdict.client, _COLORS[verdict.client]),
            f"  version {verdict.semver}",
        ),
        soft_wrap=True,
    )
    groups = report.groups
    room = max(_LEAST, (console.size.height - _FRAME) // 2)
    for group in groups[:room]:
        for line in _lines(group):
            if console.is_terminal:
                console.print(line, overflow="ellipsis", no_wrap=True)
            else:
                console.print(line, soft_wrap=True)
    notes: list[str] = []
    if len(groups) > room:
        notes.append(f"{len(groups) - room} more causes: --format markdown shows all")
    for line in (*notes, *report.notes):
        console.print(Text(line, style="dim"))


def show_rules(console: Console) -> None:
    """Print all rules: id and levels in a line, below it what they are about."""
    for rule in rules().values():
        head = Text(f"{rule.id}  ", "bold")
        head.append(f"{rule.wire}  ", _COLORS[rule.wire]).append(rule.client, _COLORS[rule.client])
        console.print(head, soft_wrap=True)
        notes = [f"{rule.message}. {rule.why}", *filter(None, [_example(rule.id)])]
        console.print(Padding(Text("\n".join(notes)), (0, 0, 0, 4)))


def rules_as_markdown() -> str:
    """Return all rules as a table in Markdown."""
    lines = ["| rule | wire | client | explanation | example |", "|---|---|---|---|---|"]
    for rule in rules().values():
        example = _example(rule.id).replace("|", "\\|")
        notes = f"{rule.message}. {rule.why}".replace("|", "\\|")
        example = f"`{example}`" if example else ""
        lines.append(f"| `{rule.id}` | {rule.wire} | {rule.client} | {notes} | {example} |")
    return "\n".join([*lines, ""])


def rules_as_json() -> str:
    """Return all rules as JSON."""
    data = [
        {
            "id": rule.id,
            "wire": rule.wire,
            "client": rule.client,
            "explanation": f"{rule.message}. {rule.why}",
            "example": rule.example and {"old": rule.example.old, "new": rule.example.new},
        }
        for rule in rules().values()
    ]
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _example(id_: str) -> str:
    example = rules()[id_].example
    if example is None:
        return ""
    old, new = (json.dumps(side, ensure_ascii=False) for side in (example.old, example.new))
    return f"{old} -> {new}"


def _message(group: Group) -> str:
    more = group.places - 1
    return f"{group.first.message} (and {more} more places)" if more else group.first.message


def _lines(group: Group) -> Iterator[Text]:
    first = group.first
    operations = list(group.operations)
    shown = ", ".join(operations[:_OPERATIONS])
    if len(operations) > _OPERATIONS:
        shown = f"{shown} and {len(operations) - _OPERATIONS} more"
    yield Text.assemble(
        (f"{first.wire:<10} ", _COLORS[first.wire]),
        (f"{first.client:<8} ", _COLORS[first.client]),
        _message(group),
    )
    fingerprint = first.fingerprint if len(group.changes) == 1 else f"{len(group.changes)} changes"
    details = (shown, str(first.source), first.id, fingerprint)
    yield Text(f"{'':20}{'  '.join(filter(None, details))}", style="dim")
