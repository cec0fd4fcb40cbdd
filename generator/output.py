"""The output folder: replaced whole or not at all, by one build at a time, and compared with one.

The new folder is written beside the old one, as ``.<name>-new``, and takes its place at the end: in
one system call where the system can exchange two folders, else in two renames, between which the
old one is called ``.<name>-old``. Whatever a killed build left of these, the next one clears away;
if both renames were begun, it does the second.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from attrs import frozen

from generator.emit.files import is_edited
from generator.errors import GeneratorError
from generator.spec import write_synced

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from generator.emit import Files

if sys.platform == "win32":
    import msvcrt
    from time import sleep

    def _open(folder: Path) -> int:
        # Windows opens no folders, so there a file stays.
        return os.open(folder / ".generated-lock", os.O_RDWR | os.O_CREAT)

    def _acquire(handle: int, *, wait: bool) -> None:
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            except PermissionError as error:
                if not wait:
                    raise BlockingIOError from error
                sleep(0.05)
            else:
                return

else:
    import fcntl

    def _open(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)

    def _acquire(handle: int, *, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2  # of Linux; RENAME_SWAP of macOS has the same value


@frozen
class Difference:
    """A file that is not as a build would write it."""

    path: str
    fault: str

    def __str__(self) -> str:
        return f"{self.path}: {self.fault}"


def compare(output: Path, files: Files) -> list[Difference]:
    """Return what in the output folder differs from the files of a build."""
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
    """Replace the output folder by the files of a build.

    Raises:
        GeneratorError: The files could not be written; the folder is as it was.
    """
    stage(output, files)
    install(output)


def stage(output: Path, files: Files) -> None:
    """Write the files of a build beside the output folder, all the way to the disk.

    Raises:
        GeneratorError: They could not be written; nothing is left of them.
    """
    fresh = _beside(output, "new")
    done = False
    try:
        _recover(output)
        for name, content in files.items():
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            write_synced(target, content)
        done = True
    except OSError as error:
        raise _failed(output, error) from error
    finally:
        if not done:
            clear(output)


def install(output: Path) -> None:
    """Put what was staged in the place of the output folder.

    Raises:
        GeneratorError: The system refuses; the folder is as it was.
    """
    fresh, aside = _beside(output, "new"), _beside(output, "old")
    try:
        if not os.path.lexists(output):
            fresh.rename(output)
        elif not _exchange(fresh, output):
            output.rename(aside)
            try:
                fresh.rename(output)
            except OSError:
                aside.rename(output)
                raise
    except OSError as error:
        raise _failed(output, error) from error
    finally:
        clear(output)


def discard(path: Path) -> None:
    """Remove a folder or file, if there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _recover(output: Path) -> None:
    """Bring the folder to its place if a build was killed between two renames; clear the rest."""
    fresh, aside = _beside(output, "new"), _beside(output, "old")
    if os.path.lexists(aside) and not os.path.lexists(output):
        # The old folder goes aside only once the new one is complete.
        (fresh if os.path.lexists(fresh) else aside).rename(output)
    discard(fresh)
    discard(aside)


def clear(output: Path) -> None:
    """Remove what was staged, and what a killed build left."""
    # What can't be removed now does no harm: the next build tries again, and tells.
    with suppress(OSError):
        _recover(output)


def _beside(output: Path, role: str) -> Path:
    return output.with_name(f".{output.name.removeprefix('.')}-{role}")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return whether the system can."""
    if sys.platform == "win32":
        return False
    library = ctypes.CDLL(None)
    paths = os.fsencode(one), os.fsencode(other)
    if rename := getattr(library, "renameat2", None):
        return rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0
    if rename := getattr(library, "renamex_np", None):
        return rename(paths[0], paths[1], _RENAME_EXCHANGE) == 0
    return False


def _failed(output: Path, error: OSError) -> GeneratorError:
    return GeneratorError(
        f"{output} could not be replaced and is as it was: {error}",
        remedy="Make room, or make the folder writable, and build again.",
    )


@contextmanager
def locked(folder: Path, tell: Callable[[str], None]) -> Generator[None]:
    """Wait until no other process holds the folder, then hold it until the block ends.

    The lock is the system's, on the folder itself where folders can be opened: a process that is
    killed gives it back.

    Args:
        folder: An existing folder.
        tell: Told if there is something to wait for, or if there are no locks.
    """
    handle = _open(folder)
    try:
        try:
            _acquire(handle, wait=False)
        except BlockingIOError:
            tell(f"waiting: another build is at work in {folder.absolute()}")
            _acquire(handle, wait=True)
        except OSError as error:
            tell(
                f"note: no lock on {folder.absolute()} ({error.strerror}): run one build at a time"
            )
        yield
    finally:
        os.close(handle)
