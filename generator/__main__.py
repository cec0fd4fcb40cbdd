"""The command line: ``python -m generator``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from generator import spec
from generator.build import Project, build
from generator.changes import changes
from generator.conform import conform_command
from generator.diff.command import diff_command
from generator.errors import GeneratorError
from generator.lock import locked
from generator.overlay import Overlay, apply
from generator.progress import Progress
from generator.tree import compare
from generator.update import check_complete, rebuild
from generator.update import update as take_in

if TYPE_CHECKING:
    from generator.build import Built

app = typer.Typer(
    help="Generates the client from the OpenAPI document and the overlays.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Root = Annotated[Path, typer.Option(help="The project folder.", exists=True, file_okay=False)]
_HERE = Path()
_console = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command("build")
def build_command(root: Root = _HERE) -> None:
    """Regenerate generated/ from openapi/ and overlays/."""
    started = time.perf_counter()
    project = Project(root)
    with locked(root, _say), Progress(_console) as progress:
        built = rebuild(project, progress.step)
    _report(built, started)


@app.command("check")
def check_command(root: Root = _HERE) -> None:
    """Fail if generated/ is not what a build would write."""
    started = time.perf_counter()
    project = Project(root)
    with locked(root, _say), Progress(_console) as progress:
        check_complete(project)
        built = build(project, progress.step)
        progress.step("compare")
        differences = compare(project.output, built.files)
    for difference in differences:
        _say(str(project.output / str(difference)))
    if differences:
        _say(f"{len(differences)} files differ from a build: run python -m generator build.")
        raise typer.Exit(1)
    _report(built, started)


@app.command("update")
def update_command(
    file: Annotated[Path, typer.Argument(help="The new upstream document.")], root: Root = _HERE
) -> None:
    """Replace the bundled document, rebuild, and say what changed; or change nothing."""
    started = time.perf_counter()
    project = Project(root)
    manifest = project.output / "coze_api" / "manifest.json"
    with locked(root, _say), Progress(_console) as progress:
        before = manifest.read_bytes() if manifest.exists() else b""
        built = take_in(project, file, progress.step)
    for line in changes(before, built.files["coze_api/manifest.json"]):
        _say(line)
    _report(built, started)


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
    merged = spec.load(document)
    for path in overlays:
        merged, findings = apply(merged, Overlay.load(path), strict=strict)
        for finding in findings:
            _say(f"note: {finding}")
    sys.stdout.write(spec.dump(merged))


app.command("conform")(conform_command)
app.command("diff")(diff_command)


def _report(built: Built, started: float) -> None:
    for note in built.notes:
        _say(f"note: {note}")
    code = [text for name, text in built.files.items() if name.endswith(".py")]
    _say(
        f"{len(built.document['paths'])} paths, {len(built.plan.methods)} methods, "
        f"{sum(len(module.classes) for module in built.plan.modules)} models -> "
        f"{len(code)} files, {sum(len(text.splitlines()) for text in code)} lines "
        f"in {time.perf_counter() - started:.2f} s"
    )


def _say(text: str) -> None:
    _console.print(text, markup=False)


def main() -> None:
    """Run a command; an error of the inputs is one message and exit code 1."""
    try:
        app()
    except GeneratorError as error:
        _fail(error)
    except OSError as error:
        # Files may be taken away, and disks be full, at any moment.
        told = GeneratorError(
            f"{error.filename or 'a file'} can't be used: {error.strerror}",
            remedy="See that it is there, that you may use it, and that the disk has room.",
        )
        _fail(told)


def _fail(error: GeneratorError) -> NoReturn:
    _console.print(f"error: {error}", markup=False, style="red")
    sys.exit(1)


if __name__ == "__main__":
    main()
