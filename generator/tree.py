"""The output folder: replaced whole or not at all, and compared with what a build would write."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from generator.emit.stamp import is_edited
from generator.errors import GeneratorError

if TYPE_CHECKING:
    from generator.emit import Files

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


@frozen
class Difference:
    """A file that is not as a build would write it."""

    path: str
    fault: str

    def __str__(self) -> str:
        return f"{self.path}: {self.fault}"


def compare(output: Path, files: Files) -> list[Difference]:
    """What in the output folder differs from the files of a build."""
    found = {
        path.relative_to(output).as_posix(): path
        for path in output.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    differences = [Difference(name, "should not be there") for name in found.keys() - files.keys()]
    for name, content in files.items():
        if name not in found:
            differences.append(Difference(name, "is missing"))
        elif (present := found[name].read_bytes()) != content:
            edited = name.endswith(".py") and is_edited(present.decode(errors="replace"))
            differences.append(Difference(name, "was edited by hand" if edited else "is stale"))
    return sorted(differences, key=lambda difference: difference.path)


def write(output: Path, files: Files) -> None:
    """Replace the output folder by the files of a build, in one step where the system has one.

    Raises:
        GeneratorError: The files could not be written; the folder is as it was.
    """
    fresh = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    try:
        for name, content in files.items():
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        fresh.chmod(0o755)
        _exchange(fresh, output)
    except OSError as error:
        raise GeneratorError(
            f"{output} could not be replaced and is as it was: {error}",
            remedy="Make room, or make the folder writable, and build again.",
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _exchange(fresh: Path, output: Path) -> None:
    """Put the fresh folder in the place of the old one, and the old one in its place."""
    if not output.exists():
        fresh.rename(output)
        return
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is not None:
        done = renameat2(
            _AT_FDCWD, os.fsencode(fresh), _AT_FDCWD, os.fsencode(output), _RENAME_EXCHANGE
        )
        if done == 0:
            return
        if ctypes.get_errno() not in {errno.ENOSYS, errno.EINVAL}:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    aside = fresh.with_name(f"{fresh.name}-old")
    output.rename(aside)
    try:
        fresh.rename(output)
    except OSError:
        aside.rename(output)
        raise
    aside.rename(fresh)
