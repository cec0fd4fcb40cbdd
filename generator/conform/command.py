"""The command: ``python -m generator conform``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import Annotated

import typer

from generator.errors import GeneratorError


class Format(StrEnum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"


def conform_command(
    examples: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of examples, or one file.", exists=True)
    ],
    form: Annotated[
        Format, typer.Option("--format", help="How the report is written.")
    ] = Format.TEXT,
) -> None:
    """Hold the built client against documented examples."""
    try:
        # The client may not be built yet when the other commands run.
        from generator.conform.run import conform  # noqa: PLC0415
    except ImportError as error:
        raise GeneratorError(
            f"the built client can't be imported: {error}", remedy="Run python -m generator build."
        ) from error
    report = conform(examples)
    if not report.outcomes and not report.broken:
        sys.stderr.write(f"error: {examples} holds no examples. Name a folder that does.\n")
        raise typer.Exit(2)
    text = report.json() if form is Format.JSON else report.text()
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    raise typer.Exit(1 if report.failed else 0)
