"""Keeps two builds of one project apart."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

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
