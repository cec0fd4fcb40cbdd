"""The report for programs and for GitHub: JSON, Markdown, workflow annotations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from generator.diff.change import Change
    from generator.diff.report import Group, Report

_LISTED: Final = 10


def as_json(report: Report) -> str:
    """The verdict and all changes."""
    verdict = report.verdict
    data = {
        "wire": verdict.wire,
        "client": verdict.client,
        "semver": verdict.semver,
        "accepted": report.accepted,
        "changes": [_change(change) for change in report.changes],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """A comment for a pull request."""
    verdict = report.verdict
    lines = [
        f"## Changes from {report.old} to {report.new}",
        "",
        "| wire | client | version |",
        "|---|---|---|",
        f"| **{verdict.wire}** | **{verdict.client}** | **{verdict.semver}** |",
        "",
    ]
    if report.accepted:
        lines += [f"{report.accepted} accepted changes are not shown.", ""]
    if not report.changes:
        return "\n".join([*lines, "Nothing changed.", ""])
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
    """Workflow commands of GitHub, which mark the lines that were changed."""
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
    """A text that can't end a cell of a table."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return " ".join(escaped.split())


def _annotation(group: Group) -> str:
    first = group.first
    levels = {first.wire, first.client}
    command = "notice"
    if "breaking" in levels or first.source.cause == "acceptance":
        command = "error"
    elif levels & {"risky", "typing"}:
        command = "warning"
    told = f"wire {first.wire}, client {first.client}"
    properties = {"title": f"{first.id} ({told})"}
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
