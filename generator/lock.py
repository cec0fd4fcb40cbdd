"""Keeps two builds of one project apart."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path


@contextmanager
def locked(folder: Path, tell: Callable[[str], None]) -> Generator[None]:
    """Wait until no other process holds the folder, then hold it until the block ends.

    The lock is the kernel's, on the folder itself: it leaves no file, and a process that is killed
    gives it back.

    Args:
        folder: An existing folder.
        tell: Told if there is something to wait for, or if there are no locks.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"waiting: another build is at work in {folder.absolute()}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            tell(
                f"note: no lock on {folder.absolute()} ({error.strerror}): run one build at a time"
            )
        yield
    finally:
        os.close(handle)
