"""Keeps a token in a file that only its owner can read, with a lock between processes.

The lock belongs to an open file, and so it ends with its holder.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from time import monotonic, sleep, time
from typing import TypeVar

import msgspec

from coze_client._oauth.token import OAuthToken
from coze_core import CozeError
from coze_core._fork import reset_in_children

T = TypeVar("T")
_LOCK_TIMEOUT = 60.0
_SAVE = 10.0  # seconds; a save takes milliseconds
_BUSY = 2.0
_PAUSE = 0.02
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

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


class FileTokenStore:
    """Keeps the token of one login in a file.

    Only the owner can read it (mode 0600), it is replaced as a whole, and processes that share it
    take turns by a lock file beside it, so that none uses a refresh token that another one has used
    already. Use one file for each login. A symbolic link stands for the file that it leads to.

    On Windows the file has the permissions of its folder, and locks of network drives are those of
    their servers.

    Args:
        path: The file; it and its folder are made when a token is saved. ``~`` is your home.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).expanduser().absolute()

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._path)!r})"

    @property
    def _file(self) -> Path:
        """The file itself: one file has one lock, whatever leads to it."""
        return Path(os.path.realpath(self._path))

    def load(self) -> OAuthToken | None:
        """As `TokenStore.load`.

        Raises:
            CozeError: The file holds something else than a token, or others may read it.
            OSError: The file cannot be read.
        """
        try:
            content = _while_busy(self._read)
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(content, type=OAuthToken)
        except (msgspec.MsgspecError, ValueError):  # which may quote what is there
            raise CozeError(
                f"{self._path} holds no token, or only a part of one. Delete it and log in again."
            ) from None

    def save(self, token: OAuthToken) -> None:
        """As `TokenStore.save`.

        Raises:
            OSError: The file cannot be written; the one before is still there.
        """
        target = self._file
        _make_folder(target)
        part = target.with_name(f".{target.name}.{token_hex(8)}")
        try:
            file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as stream:
                stream.write(msgspec.json.encode(token))
                stream.flush()
                os.fsync(file)
            _while_busy(lambda: part.replace(target))
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    @contextmanager
    def lock(self) -> Generator[None]:
        """As `TokenStore.lock`. What a killed `save` has left is removed.

        Raises:
            CozeError: Another process holds it for more than a minute.
            OSError: The lock file cannot be opened.
        """
        target = self._file
        _make_folder(target)
        with file_lock(target.with_name(f"{target.name}.lock"), _LOCK_TIMEOUT):
            _sweep(target)
            yield

    def _read(self) -> bytes:
        with self._path.open("rb") as file:
            if os.name != "nt" and os.fstat(file.fileno()).st_mode & _OTHERS:
                raise CozeError(
                    f"Others may read the login in {self._path}. "
                    f"Run: chmod 600 {shlex.quote(str(self._path))}"
                )
            return file.read()


def _make_folder(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sweep(target: Path) -> None:
    """Remove what killed saves have left; one that is under way is younger."""
    for part in target.parent.glob(f".{escape(target.name)}.{'[0-9a-f]' * 16}"):
        with suppress(OSError):
            if part.stat().st_mtime < time() - _SAVE:
                part.unlink()


def _while_busy(function: Callable[[], T]) -> T:
    """Call a function, for Windows again and again: an open file can't be replaced there."""
    deadline = monotonic() + _BUSY
    while True:
        try:
            return function()
        except PermissionError:
            if sys.platform != "win32" or monotonic() > deadline:
                raise
            sleep(_PAUSE)


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
