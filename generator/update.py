"""Takes a new upstream document in: all of it, or nothing."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from generator.build import Built, Project, build
from generator.errors import GeneratorError
from generator.tree import write

if TYPE_CHECKING:
    from collections.abc import Callable

_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")


def update(project: Project, new: Path, step: Callable[[str], None]) -> Built:
    """Replace the bundled document by another file and rebuild.

    Args:
        project: The project.
        new: The new document; any path.
        step: Told the name of each step as it begins.

    Raises:
        GeneratorError: The new document does not build; everything is as before.
    """
    try:
        content = new.read_bytes()
    except OSError as error:
        raise GeneratorError(
            f"{new} can't be read: {error.strerror}", remedy="Name the file of the new document."
        ) from error
    built = build(evolve(project, candidate=new), step)
    step("write")
    note = project.source_note.read_text(encoding="utf-8")
    digest = hashlib.sha256(content).hexdigest()
    before = project.document.read_bytes()
    _replace(project.document, content)
    try:
        _replace(project.source_note, _SHA256.sub(digest, note).encode())
        write(project.output, built.files)
    except BaseException:
        _replace(project.document, before)
        _replace(project.source_note, note.encode())
        raise
    return built


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
