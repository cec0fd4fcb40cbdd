"""The report for people at a terminal, in one screen, and the rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.text import Text

from generator.diff.rules import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from generator.diff.report import Group, Report

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
    told: list[str] = []
    if len(groups) > room:
        told.append(f"{len(groups) - room} more causes: --format markdown shows all")
    if report.accepted:
        told.append(f"{report.accepted} accepted changes are not shown")
    if not groups:
        told.append("nothing changed")
    for line in told:
        console.print(Text(line, style="dim"))


def show_rules(console: Console) -> None:
    """Print all rules: id and levels in a line, below it what they are about."""
    for rule in rules().values():
        head = Text(f"{rule.id}  ", "bold")
        head.append(f"{rule.wire}  ", _COLORS[rule.wire]).append(rule.client, _COLORS[rule.client])
        console.print(head, soft_wrap=True)
        told = [f"{rule.message}. {rule.why}", *filter(None, [_example(rule.id)])]
        console.print(Padding(Text("\n".join(told)), (0, 0, 0, 4)))


def rules_as_markdown() -> str:
    """All rules as a table in Markdown."""
    lines = ["| rule | wire | client | explanation | example |", "|---|---|---|---|---|"]
    for rule in rules().values():
        example = _example(rule.id).replace("|", "\\|")
        told = f"{rule.message}. {rule.why}".replace("|", "\\|")
        example = f"`{example}`" if example else ""
        lines.append(f"| `{rule.id}` | {rule.wire} | {rule.client} | {told} | {example} |")
    return "\n".join([*lines, ""])


def rules_as_json() -> str:
    """All rules as JSON."""
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
