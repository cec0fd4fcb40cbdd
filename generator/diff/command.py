"""The command ``python -m generator diff``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import typer
from rich.console import Console

from generator.diff.accepted import FILE, Accepted
from generator.diff.accepted import accept as accept_change
from generator.diff.changelog import Changelog
from generator.diff.formats import (
    as_annotations,
    as_html,
    as_json,
    as_markdown,
    rules_as_json,
    rules_as_markdown,
    show,
    show_rules,
)
from generator.diff.report import Limit, Report, compare
from generator.diff.revisions import open_revision, parse_range
from generator.errors import GeneratorError

Format: TypeAlias = Literal["terminal", "json", "markdown", "html", "github"]

CHANGELOG: Final = "CHANGELOG.md"
_REPORTS: Final = {
    "json": as_json,
    "markdown": as_markdown,
    "html": as_html,
    "github": as_annotations,
}
_RULES: Final = {"json": rules_as_json, "markdown": rules_as_markdown}
_HERE = Path()


def diff_command(  # noqa: PLR0913  # one parameter for each option
    base: Annotated[
        str, typer.Argument(help="A git revision, a folder, or an OpenAPI file.")
    ] = "HEAD",
    revision: Annotated[
        str | None, typer.Argument(help="The same, newer.", show_default="the working tree")
    ] = None,
    *,
    raw: Annotated[
        bool, typer.Option("--raw", help="Compare documents as they are, without overlays.")
    ] = False,
    format_: Annotated[Format, typer.Option("--format", help="How to print.")] = "terminal",
    fail_on: Annotated[
        list[Limit] | None,
        typer.Option(help="Exit with 1 if there is such a change; may be repeated."),
    ] = None,
    accepted: Annotated[
        Path | None,
        typer.Option(help="The file of accepted changes.", show_default=f"{FILE}, if it is there"),
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", help="Accept the change with this fingerprint.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="With --accept: why.")] = None,
    note: Annotated[
        bool, typer.Option("--changelog", help="Note the changes in CHANGELOG.md, too.")
    ] = False,
    rules: Annotated[bool, typer.Option("--rules", help="Print all rules instead.")] = False,
    root: Annotated[
        Path, typer.Option(help="The project folder.", exists=True, file_okay=False)
    ] = _HERE,
) -> None:
    """Say what changes on the wire and in the client, how bad it is, and where it comes from."""
    if rules:
        _print_rules(format_)
        return
    try:
        file = accepted or root / FILE
        old, new = parse_range(base, revision, root)
        report = compare(
            open_revision(old, root, raw=raw),
            open_revision(new, root, raw=raw),
            Accepted.load(file) if accepted or file.exists() else None,
        )
        if accept is not None:
            _accept(file, report, accept, reason)
            return
        if note and (changelog := Changelog.load(root / CHANGELOG)):
            changelog.record(report)
    except GeneratorError as error:
        raise _refusal(str(error)) from error
    except RecursionError as error:
        raise _refusal("alternatives are nested too deep. Give up some of them.") from error
    _print(report, format_)
    if any(report.has(limit) for limit in fail_on or ()):
        raise typer.Exit(1)


def _accept(file: Path, report: Report, fingerprint: str, reason: str | None) -> None:
    if not reason:
        raise GeneratorError("an accepted change needs a reason", remedy="Add --reason TEXT.")
    expires = accept_change(file, report.changes, fingerprint, reason)
    Console(highlight=False, soft_wrap=True).print(f"{file}: accepted until {expires}")


def _refusal(message: str) -> typer.Exit:
    """Say why nothing can be compared."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"error: {message}", markup=False, style="red")
    return typer.Exit(2)


def _print(report: Report, format_: Format) -> None:
    if format_ == "terminal":
        show(report, Console(highlight=False))
    else:
        sys.stdout.write(_REPORTS[format_](report))


def _print_rules(format_: Format) -> None:
    if format_ in _RULES:
        sys.stdout.write(_RULES[format_]())
    else:
        show_rules(Console(highlight=False))
