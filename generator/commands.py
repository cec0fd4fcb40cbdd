"""The commands that build a project, without the command line."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from generator.build import Project, build, corrected
from generator.diff.changelog import Changelog
from generator.diff.formats import show
from generator.diff.report import compare as compare_revisions
from generator.diff.revisions import MANIFEST, open_revision, snapshot
from generator.errors import GeneratorError
from generator.output import compare, locked, write
from generator.skeleton import overlay
from generator.spec import dump, read
from generator.update import hidden_changes, update

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from rich.console import Console

    from generator.build import Built


def build_project(root: Path, console: Console) -> None:
    """Build and write.

    Raises:
        GeneratorError: An input is wrong, or the output can't be written; it is as it was.
    """
    started = time.perf_counter()
    with locked(root, partial(_say, console)), _progress(console) as step:
        project = Project(root)
        built = build(project, step)
        step("write")
        write(project.output, built.files)
    _summarise(built, started, console)


def check_project(root: Path, console: Console, *, strict: bool) -> bool:
    """Return whether the output is what a build would write; ``strict``: with no redundant action.

    Raises:
        GeneratorError: An input is wrong.
    """
    started = time.perf_counter()
    project = Project(root)
    with locked(root, partial(_say, console)), _progress(console) as step:
        built = build(project, step)
        step("compare")
        differences = compare(project.output, built.files)
    for difference in differences:
        _say(console, str(project.output / str(difference)))
    if differences:
        _say(
            console, f"{len(differences)} files differ from a build: run python -m generator build."
        )
        return False
    _summarise(built, started, console)
    if strict and built.notes:
        _say(console, f"{len(built.notes)} actions are redundant: remove them.")
        return False
    return True


def update_project(root: Path, file: Path, skeleton: Path | None, console: Console) -> None:
    """Take a new upstream document in, say what changes with it, and note it in the changelog.

    Args:
        root: The project folder.
        file: The new document.
        skeleton: Where to write an overlay that names the operations without a name.
        console: Where to say what happens.

    Raises:
        GeneratorError: The document does not build, or the changelog takes no entry; everything is
            as before.
    """
    started = time.perf_counter()
    report = None
    project = Project(root)
    changelog = Changelog.load(root / "CHANGELOG.md")
    with locked(root, partial(_say, console)), _progress(console) as step:
        before = snapshot(root) if (root / MANIFEST).exists() else None
        old = corrected(project, read(project.document), lambda _: None)
        try:
            built = update(project, file, step)
        except GeneratorError as error:
            if skeleton is not None:
                _write_skeleton(error, skeleton, console)
            raise
        if before is not None:
            step("diff")
            report = compare_revisions(before, open_revision(None, root, raw=False))
            if changelog is not None:
                changelog.record(report)
    if report is not None:
        show(report, console)
    for change in hidden_changes(old, built.effective.correction):
        _say(console, change)
    _summarise(built, started, console)


def _write_skeleton(error: GeneratorError, file: Path, console: Console) -> None:
    actions = [one.skeleton for one in error.errors if one.skeleton is not None]
    if actions:
        try:
            with file.open("x", encoding="utf-8") as stream:
                stream.write(dump(overlay("New operations", actions)))
        except OSError as failure:
            raise GeneratorError(
                f"the skeleton can't be written: {failure.strerror}",
                file=file,
                remedy="Name a new file in a folder that is there.",
            ) from error
    _say(console, f"{len(actions)} operations without a name: {file if actions else 'no skeleton'}")


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


@contextmanager
def _progress(console: Console) -> Generator[Callable[[str], None]]:
    """Give a function that begins a step, and prints the one before with its seconds.

    A terminal shows the running step live. What an error breaks off is not printed.
    """
    name, started = "", 0.0
    with console.status("") if console.is_terminal else nullcontext() as status:

        def step(following: str) -> None:
            nonlocal name, started
            if name:
                seconds = time.perf_counter() - started
                console.print(f"{name:<16}{seconds:6.2f} s", markup=False)
            name, started = following, time.perf_counter()
            if status:
                status.update(name)

        yield step
        step("")
