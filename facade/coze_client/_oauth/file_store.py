"""Keeps a token in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec

from coze_client._oauth.file_lock import file_lock
from coze_client._oauth.token import OAuthToken
from coze_core import CozeError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_PATIENCE = 60.0


class FileTokenStore:
    """Keeps the token of one login in a file.

    Only the owner can read it (mode 0600), it is replaced as a whole, and processes that share it
    take turns by a lock file beside it, so that none uses a refresh token that another one has used
    already. Use one file for each login.

    Args:
        path: The file; it and its folder are made when a token is saved. ``~`` is your home.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).expanduser()

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._path)!r})"

    def load(self) -> OAuthToken | None:
        """As `TokenStore.load`.

        Raises:
            CozeError: The file holds something else than a token.
            OSError: The file cannot be read.
        """
        try:
            content = self._path.read_bytes()
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
        self._make_folder()
        part = self._path.with_name(f".{self._path.name}.{token_hex(8)}")
        try:
            file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as stream:
                stream.write(msgspec.json.encode(token))
                stream.flush()
                os.fsync(file)
            part.replace(self._path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def lock(self) -> AbstractContextManager[object]:
        """As `TokenStore.lock`.

        Raises:
            CozeError: Another process holds it for more than a minute.
            OSError: The lock file cannot be opened.
        """
        self._make_folder()
        return file_lock(self._path.with_name(f"{self._path.name}.lock"), _PATIENCE)

    def _make_folder(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
