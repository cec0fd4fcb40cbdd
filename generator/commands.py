"""The commands that build a project, without the command line."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from generator.build import Project, build
from generator.diff.changelog import Changelog
from generator.diff.formats import show
from generator.diff.report import compare as compare_revisions
from generator.diff.revisions import MANIFEST, open_revision, snapshot
from generator.lock import locked
from generator.progress import Progress
from generator.tree import compare
from generator.update import check_complete, rebuild, update

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from generator.build import Built


def build_project(root: Path, console: Console) -> None:
    """Build and write.

    Args:
        root: The project folder.
        console: Where to say what happens.

    Raises:
        GeneratorError: An input is wrong, or the output can't be written; it is as it was.
    """
    started = time.perf_counter()
    with locked(root, partial(_say, console)), Progress(console) as progress:
        built = rebuild(Project(root), progress.step)
    _summarise(built, started, console)


def check_project(root: Path, console: Console) -> bool:
    """Whether the output is what a build would write.

    Args:
        root: The project folder.
        console: Where to say what happens, and what differs.

    Raises:
        GeneratorError: An input is wrong, or an update was interrupted.
    """
    started = time.perf_counter()
    project = Project(root)
    with locked(root, partial(_say, console)), Progress(console) as progress:
        check_complete(project)
        built = build(project, progress.step)
        progress.step("compare")
        differences = compare(project.output, built.files)
    for difference in differences:
        _say(console, str(project.output / str(difference)))
    if differences:
        _say(
            console, f"{len(differences)} files differ from a build: run python -m generator build."
        )
        return False
    _summarise(built, started, console)
    return True


def update_project(root: Path, file: Path, console: Console) -> None:
    """Take a new upstream document in, say what changes with it, and note it in the changelog.

    Args:
        root: The project folder.
        file: The new document.
        console: Where to say what happens.

    Raises:
        GeneratorError: The document does not build, or the changelog takes no entry; everything is
            as before.
    """
    started = time.perf_counter()
    report = None
    changelog = Changelog.load(root / "CHANGELOG.md")
    with locked(root, partial(_say, console)), Progress(console) as progress:
        before = snapshot(root) if (root / MANIFEST).exists() else None
        built = update(Project(root), file, progress.step)
        if before is not None:
            progress.step("diff")
            report = compare_revisions(before, open_revision(None, root, raw=False))
            if changelog is not None:
                changelog.record(report)
    if report is not None:
        show(report, console)
    _summarise(built, started, console)


def _summarise(built: Built, started: float, console: Console) -> None:
    for note in built.notes:
        _say(console, f"note: {note}")
    code = [text for name, text in built.files.items() if name.endswith(".py")]
    _say(
        console,
        f"{len(built.document['paths'])} paths, {len(built.plan.methods)} methods, "
        f"{sum(len(module.classes) for module in built.plan.modules)} models -> "
        f"{len(code)} files, {sum(len(text.splitlines()) for text in code)} lines "
        f"in {time.perf_counter() - started:.2f} s",
    )


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False)
