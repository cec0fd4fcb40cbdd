"""The command: ``python -m generator conform``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final, Literal, NoReturn, TypeAlias

import typer

from generator.errors import GeneratorError
from generator.spec import read

Format: TypeAlias = Literal["text", "json"]

_HERE: Final = Path()


def conform_command(  # noqa: PLR0913  # one parameter for each option
    examples: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="A folder of examples, or one file.", exists=True),
    ] = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="How the report is written.")] = "text",
    recorded: Annotated[
        Path | None,
        typer.Option("--record", help="Call what only reads, and keep the form of the answers."),
    ] = None,
    params: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="With --record: an argument of calls."),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--call",
            metavar="METHOD",
            help="With --record: also call this method, which does more than read.",
        ),
    ] = None,
    root: Annotated[
        Path, typer.Option(help="The project folder.", exists=True, file_okay=False)
    ] = _HERE,
) -> None:
    """Hold the built client against documented examples, or the document against the service."""
    if (examples is None) == (recorded is None):
        raise typer.BadParameter("name a folder of examples, or --record DIR")
    try:
        # The client may not be built yet when the other commands run.
        from generator.conform.checks import conform  # noqa: PLC0415
    except ImportError as error:
        raise GeneratorError(
            f"the built client can't be imported: {error}", remedy="Run python -m generator build."
        ) from error
    if examples is None:
        if any("=" not in one for one in params or ()):
            raise typer.BadParameter("--param takes NAME=VALUE, such as --param bot_id=73")
        values = dict(one.split("=", 1) for one in params or ())
        _record(recorded or _HERE, values, frozenset(also or ()), root)
    report = conform(examples)
    if not report.outcomes and not report.broken:
        sys.stderr.write(f"error: {examples} holds no examples. Name a folder that does.\n")
        raise typer.Exit(2)
    text = report.json() if form == "json" else report.text()
    _finish(text, failed=report.failed)


def _record(folder: Path, params: dict[str, str], also: frozenset[str], root: Path) -> NoReturn:
    # What a build needs takes longer to import than the other commands take.
    from coze_client import CozeError  # noqa: PLC0415
    from generator.build import Project, corrected  # noqa: PLC0415
    from generator.conform.operations import Catalogue  # noqa: PLC0415
    from generator.conform.record import Recorder, record  # noqa: PLC0415

    project = Project(root)
    document = corrected(project, read(project.document), lambda _: None).document
    methods = list(Catalogue().methods)
    if unknown := also - {one.path for one in methods}:
        raise typer.BadParameter(f"--call: the client has no method {', '.join(sorted(unknown))}")
    try:
        report, known = record(folder, Recorder(document, params, also), methods)
    except CozeError as error:
        raise GeneratorError(str(error)) from error
    _finish(report, failed=not known)


def _finish(text: str, *, failed: bool) -> NoReturn:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    raise typer.Exit(1 if failed else 0)
