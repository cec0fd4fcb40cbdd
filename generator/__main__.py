"""The command line: ``python -m generator``."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from generator import spec
from generator.conform.command import conform_command
from generator.diff.command import diff_command
from generator.errors import GeneratorError

app = typer.Typer(
    help="Generates the client from the OpenAPI document and the overlays.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Root = Annotated[Path, typer.Option(help="The project folder.", exists=True, file_okay=False)]
_HERE = Path()
# New objects between collections. A document makes millions, which live as long as the command;
# looking through them again and again took a twelfth of a build.
_OBJECTS = 200_000
_console = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command("build")
def build_command(root: Root = _HERE) -> None:
    """Regenerate generated/ from openapi/ and overlays/."""
    # What a build needs takes longer to import than most other commands take.
    from generator.commands import build_project  # noqa: PLC0415

    build_project(root, _console)


@app.command("check")
def check_command(
    root: Root = _HERE,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="An action that changes nothing fails, too.")
    ] = False,
) -> None:
    """Fail if generated/ is not what a build would write."""
    from generator.commands import check_project  # noqa: PLC0415  # as above

    if not check_project(root, _console, strict=strict):
        raise typer.Exit(1)


@app.command("update")
def update_command(
    file: Annotated[Path, typer.Argument(help="The new upstream document.")],
    root: Root = _HERE,
    skeleton: Annotated[
        Path | None,
        typer.Option(help="Write an overlay that names the operations without a name."),
    ] = None,
) -> None:
    """Replace the bundled document, rebuild, and say what changed; or change nothing."""
    from generator.commands import update_project  # noqa: PLC0415  # as above

    update_project(root, file, skeleton, _console)


@app.command("overlay")
def overlay_command(
    document: Annotated[Path, typer.Argument(help="An OpenAPI document.")],
    overlays: Annotated[list[Path], typer.Argument(help="Overlays, applied in this order.")],
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="A target that matches nothing is an error.")
    ] = False,
) -> None:
    """Print a document with overlays applied."""
    from generator.correction import apply  # noqa: PLC0415  # as above
    from generator.overlay import Overlay  # noqa: PLC0415  # as above

    merged = spec.load(document)
    for path in overlays:
        merged, findings = apply(merged, Overlay.load(path), strict=strict)
        for finding in findings:
            _say(f"note: {finding}")
    sys.stdout.write(spec.dump(merged))


app.command("conform")(conform_command)
app.command("diff")(diff_command)


def _say(text: str) -> None:
    _console.print(text, markup=False)


def main() -> None:
    """Run a command; an error of the inputs is one message and exit code 1."""
    gc.set_threshold(_OBJECTS)
    try:
        app()
    except GeneratorError as error:
        _fail(error)
    except OSError as error:
        # Files may be taken away, and disks be full, at any moment.
        failure = GeneratorError(
            f"{error.filename or 'a file'} can't be used: {error.strerror}",
            remedy="See that it is there, that you may use it, and that the disk has room.",
        )
        _fail(failure)


def _fail(error: GeneratorError) -> NoReturn:
    for one in error.errors:
        _console.print(f"error: {one}", markup=False, style="red")
    if len(error.errors) > 1:
        _say(f"{len(error.errors)} errors.")
    sys.exit(1)


if __name__ == "__main__":
    main()
