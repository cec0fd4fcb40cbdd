"""A lock between processes. It belongs to an open file, and so it ends with its holder."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING

from coze_core import CozeError
from coze_core._fork import reset_in_children

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_PAUSE = 0.02

if sys.platform == "win32":
    import msvcrt

    def _acquire(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

    def _release(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


class _OpenFiles:
    """The lock files that are open here: a child would keep the locks of a killed parent."""

    def __init__(self) -> None:
        self.files: set[int] = set()

    def reset_after_fork(self) -> None:
        """Close them, which leaves the parent its locks."""
        for file in self.files:
            os.close(file)
        self.files.clear()


_open = _OpenFiles()
reset_in_children(_open)


@contextmanager
def file_lock(path: Path, timeout: float) -> Generator[None]:
    """Hold the lock of a file, which is made if need be and stays.

    Args:
        path: The file; nothing is written to it.
        timeout: Seconds to wait for another holder.

    Raises:
        CozeError: Another process held it all the time.
        OSError: The file cannot be opened.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    _open.files.add(file)
    try:
        _wait(file, path, monotonic() + timeout)
        try:
            yield
        finally:
            _release(file)
    finally:
        _open.files.discard(file)
        os.close(file)


def _wait(file: int, path: Path, deadline: float) -> None:
    while True:
        try:
            _acquire(file)
        except (BlockingIOError, PermissionError) as error:
            if monotonic() > deadline:
                raise CozeError(
                    f"Another process holds {path}. End it if it hangs, and try again."
                ) from error
            sleep(_PAUSE)
        else:
            return
