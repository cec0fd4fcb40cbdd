"""Takes a new upstream document in: all of it, or nothing.

Document, note and package are written beside the old ones first. Then the folder of what is pending
gets its name: from that moment on the update counts, and whatever interrupts it, the next build
completes it.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from attrs import evolve

from generator.build import Built, Project, build
from generator.errors import GeneratorError
from generator.tree import clear, discard, install, stage, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
_COMPLETE = "Run python -m generator build, which completes it."


def update(project: Project, new: Path, step: Callable[[str], None]) -> Built:
    """Replace the bundled document by another file and rebuild.

    Args:
        project: The project, locked.
        new: The new document; any path.
        step: Told the name of each step as it begins.

    Raises:
        GeneratorError: The new document does not build, or can't be written; everything is as
            before, or the error says how to go on.
    """
    try:
        note = project.source_note.read_text(encoding="utf-8")
    except OSError as error:
        raise GeneratorError(
            f"{error.filename} can't be read: {error.strerror}",
            remedy="Make it readable: it says where the document is from.",
        ) from error
    _resume(project)
    built = build(evolve(project, candidate=new), step)
    step("write")
    digest = hashlib.sha256(built.source).hexdigest()
    # All that takes room comes before all that changes something.
    stage(project.output, built.files)
    parts = {
        project.document.name: built.source,
        project.source_note.name: _SHA256.sub(digest, note).encode(),
    }
    try:
        write(project.pending, parts)
    except BaseException:
        clear(project.output)
        raise
    _resume(project)
    install(project.output)
    discard(project.pending)
    return built


def rebuild(project: Project, step: Callable[[str], None]) -> Built:
    """Build and write, and so complete an update that was interrupted.

    Args:
        project: The project, locked.
        step: Told the name of each step as it begins.

    Raises:
        GeneratorError: An input is wrong, or the output can't be written; it is as it was.
    """
    _resume(project)
    built = build(project, step)
    step("write")
    write(project.output, built.files)
    discard(project.pending)
    return built


def check_complete(project: Project) -> None:
    """Refuse a project whose update was interrupted.

    Raises:
        GeneratorError: It was.
    """
    if project.pending.exists():
        raise GeneratorError("an update was interrupted", file=project.pending, remedy=_COMPLETE)


def _resume(project: Project) -> None:
    """Put the pending document and its note in their places.

    The folder of what is pending stays, empty, until the package is written, too.
    """
    for path in (project.document, project.source_note):
        staged = project.pending / path.name
        if staged.exists():
            try:
                staged.replace(path)
            except OSError as error:
                raise GeneratorError(
                    f"the update is half done: {error.strerror}",
                    file=path,
                    remedy=f"Make it writable. {_COMPLETE}",
                ) from error
