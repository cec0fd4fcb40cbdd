"""The report for a terminal, as JSON, Markdown, HTML and workflow annotations; and the rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from generator.diff.rules import rules

if TYPE_CHECKING:
    from rich.console import Console

    from generator.diff.report import Group, Report
    from generator.diff.rules import Change, Rule

_ROWS: Final = 30
"""How many causes a page shows before it folds them."""
_HEAD: Final = ["| wire | client | change | where | from |", "|---|---|---|---|---|"]
_LISTED: Final = 10
_NAMES: Final = 3
_COLORS: Final = {
    "breaking": "bold red",
    "risky": "yellow",
    "typing": "yellow",
    "compatible": "green",
    "safe": "green",
    "none": "dim",
}
_FRAME: Final = 6
_INDENT: Final = 20
_LEAST: Final = 8
_OPERATIONS: Final = 3


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
    lines += _HEAD
    lines += [_row(group) for group in report.groups[:_ROWS]]
    folded = report.groups[_ROWS:]
    if folded:
        lines += ["", f"<details><summary>{len(folded)} more</summary>", "", *_HEAD]
        lines += [*map(_row, folded), "", "</details>"]
    suggestions = [group.first for group in report.groups if group.first.suggestion]
    if suggestions:
        lines += ["", "<details><summary>Overlay actions that keep the old names</summary>", ""]
        lines += ["```yaml"]
        for one in suggestions:
            lines += [f"# {one.message}", str(one.suggestion)]
        lines += ["```", "", "</details>"]
    return "\n".join([*lines, ""])


def as_html(report: Report) -> str:
    """Return one static page that needs nothing else."""
    # The other formats do without.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True
    )
    template = environment.get_template("page.html.jinja")
    return template.render(report=report, rows=_ROWS, listed=_LISTED) + "\n"


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
        "python": list(change.python),
        "message": change.message,
        "why": change.rule.why,
        "old": change.old,
        "new": change.new,
        "signature": {"old": change.signatures[0], "new": change.signatures[1]},
        "source": {
            "cause": source.cause,
            "file": None if source.file is None else str(source.file),
            "line": source.line,
        },
        "fingerprint": change.fingerprint,
        "suggestion": change.suggestion,
    }


def _row(group: Group) -> str:
    first = group.first
    names = ", ".join(f"`{_cell(name)}`" for name in group.python[:_NAMES])
    text = [f"{names}: {_cell(first.message)}" if names else _cell(first.message)]
    text += [f"*{_cell(first.rule.why)}*"]
    text += [f"`{_cell(line)}`" for line in _signatures(first)]
    prints = [f"`{change.fingerprint}`" for change in group.changes[:_LISTED]]
    if len(group.changes) > _LISTED:
        prints.append(f"and {len(group.changes) - _LISTED} more")
    source = f"`{first.source}`<br>`{first.id}`<br>{' '.join(prints)}"
    cells = first.wire, first.client, "<br>".join(text), _where(group), source
    return f"| {' | '.join(cells)} |"


def _signatures(change: Change) -> list[str]:
    old, new = change.signatures
    return [f"- {old}", f"+ {new}"] if old and new else []


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
    where = ", ".join((*group.python[:_NAMES], *group.operations[:_LISTED])) or first.path
    text = f"{first.message} [{where}] {first.fingerprint}: {first.rule.why}"
    return f"::{command} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


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
    room = max(_LEAST, (console.size.height - _FRAME) // 3)
    for group in groups[:room]:
        _show(group, console)
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
        notes = "\n".join(filter(None, (_explanation(rule), _example(rule))))
        console.print(Padding(Text(notes), (0, 0, 0, 4)))


def rules_as_markdown() -> str:
    """Return all rules as a table in Markdown."""
    lines = ["| rule | wire | client | explanation | example |", "|---|---|---|---|---|"]
    for rule in rules().values():
        example = f"`{_example(rule)}`" if rule.example else ""
        notes, example = (text.replace("|", "\\|") for text in (_explanation(rule), example))
        lines.append(f"| `{rule.id}` | {rule.wire} | {rule.client} | {notes} | {example} |")
    return "\n".join([*lines, ""])


def rules_as_json() -> str:
    """Return all rules as JSON."""
    data = [
        {
            "id": rule.id,
            "wire": rule.wire,
            "client": rule.client,
            "explanation": _explanation(rule),
            "example": rule.example and {"old": rule.example.old, "new": rule.example.new},
        }
        for rule in rules().values()
    ]
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _explanation(rule: Rule) -> str:
    return f"{rule.message}. {rule.why}"


def _example(rule: Rule) -> str:
    sides = (rule.example.old, rule.example.new) if rule.example else ()
    return " -> ".join(json.dumps(value, ensure_ascii=False) for value in sides)


def _message(group: Group) -> str:
    more = group.places - 1
    word = "place" if more == 1 else "places"
    return f"{group.first.message} (and {more} more {word})" if more else group.first.message


def _show(group: Group, console: Console) -> None:
    """Print the levels of a group, and beside them what changed, why it is that bad, and where."""
    first = group.first
    operations = list(group.operations)
    shown = ", ".join((*group.python[:_NAMES], *operations[:_OPERATIONS]))
    if len(operations) > _OPERATIONS:
        shown = f"{shown} and {len(operations) - _OPERATIONS} more"
    fingerprint = first.fingerprint
    if len(group.changes) > 1:
        fingerprint = f"{fingerprint} and {len(group.changes) - 1} more changes"
    details = "  ".join(filter(None, (shown, str(first.source), first.id, fingerprint)))
    lines = [_message(group), first.rule.why, *_signatures(first), details]
    levels = Text(f"{first.wire:<11}", _COLORS[first.wire])
    levels.append(f"{first.client:<9}", _COLORS[first.client])
    if not console.is_terminal:  # a line is a line, however long
        indented = "".join(f"\n{' ' * _INDENT}{line}" for line in lines[1:])
        console.print(levels.append(lines[0]).append(indented, "dim"), soft_wrap=True)
        return
    table = Table.grid()
    table.add_column(width=_INDENT)
    table.add_column(overflow="fold")
    table.add_row(levels, Text(lines[0]).append("".join(f"\n{line}" for line in lines[1:]), "dim"))
    console.print(table)
