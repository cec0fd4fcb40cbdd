"""Files to upload: what callers may pass, and the part of a form that it becomes."""

from __future__ import annotations

import io
import os
import re
from contextlib import ExitStack
from inspect import iscoroutinefunction
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from coze_core._coze_error import CozeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class AsyncFile(Protocol):
    """A file that is read by awaiting, as of anyio, aiofiles or Starlette."""

    async def seek(self, offset: int, /) -> object:
        """Go to a place in the file."""
        ...

    async def read(self, size: int = ..., /) -> bytes:
        """Read from there."""
        ...


FileContent = (
    bytes
    | IO[bytes]
    | AsyncFile
    | os.PathLike[str]
    | tuple[str, bytes | IO[bytes] | AsyncFile]
    | tuple[str, bytes | IO[bytes] | AsyncFile, str]
)
"""A file to upload: its bytes, a file opened in binary mode (sent whole, from its start), a path,
or one of ``(file name, content)`` and ``(file name, content, media type)``. Async methods take
async files too, and read them into memory."""

_STREAMED = {io.BytesIO, io.BufferedReader, io.BufferedRandom, io.FileIO}
_MEDIA_TYPE = re.compile(r"[!-~]+/[ -~]+")


class TrackedFile:
    """A file whose upload is followed.

    Args:
        file: The file.
        on_progress: Called with the bytes that were handed to the connection, and with those there
            are; it begins anew where the request is sent again.
    """

    def __init__(self, file: FileContent, on_progress: Callable[[int, int], object]) -> None:
        self.file = file
        self.on_progress = on_progress


class FormPart(NamedTuple):
    """One part of a multipart form; a text field has no file name."""

    name: str
    filename: str | None
    content: bytes | IO[bytes] | AsyncFile | os.PathLike[str]
    media_type: str | None = None
    on_progress: Callable[[int, int], object] | None = None

    def opened(self, stack: ExitStack) -> bytes | IO[bytes]:
        """Return the content, ready to be read; a path stays open until the stack ends.

        Raises:
            CozeError: It is an async file.
            OSError: It cannot be read.
        """
        content = self.content
        if isinstance(content, bytes):
            if not self.on_progress:
                return content
            content = io.BytesIO(content)
        if isinstance(content, os.PathLike):
            content = stack.enter_context(open(content, "rb"))  # noqa: PTH123, SIM115  # any PathLike
        if _is_async(content):
            raise CozeError(
                f"The file given for {self.name} is async. Pass it to AsyncCoze, or pass its bytes."
            )
        file = cast("IO[bytes]", content)
        try:
            size = file.seek(0, os.SEEK_END)
        except OSError:  # of /proc
            size = 0
        file.seek(0)
        return (
            cast("IO[bytes]", _SizedFile(self.name, file, size, self.on_progress))
            if size
            else file.read()
        )

    async def loaded(self) -> FormPart:
        """Return the part with the content of an async file in its place."""
        if not _is_async(self.content):
            return self
        file = cast("AsyncFile", self.content)
        await file.seek(0)
        content = await file.read()
        if not isinstance(content, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise CozeError(f"The file given for {self.name} is not in binary mode.")
        return self._replace(content=content)

    def read(self) -> bytes:
        """Return the whole content.

        Raises:
            OSError: The file cannot be read.
        """
        with ExitStack() as stack:
            content = self.opened(stack)
            return content if isinstance(content, bytes) else content.read()


class _SizedFile:
    """A file of the length that it had when its sending began, which the header says.

    httpx takes the length from the system, which knows nothing of what is not flushed, and sends
    what it reads, which may be another number of bytes if somebody writes to the file.
    """

    def __init__(
        self,
        name: str,
        file: IO[bytes],
        size: int,
        on_progress: Callable[[int, int], object] | None,
    ) -> None:
        self._name = name
        self._file = file
        self._size = size
        self._left = size
        self._on_progress = on_progress

    def tell(self) -> int:
        return self._size - self._left

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        place = self._file.seek(self._size if whence == os.SEEK_END else offset)
        self._left = self._size - place
        return place

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        chunk = self._file.read(wanted) if wanted else b""
        if wanted and not chunk:
            raise CozeError(
                f"The file given for {self._name} became shorter while it was sent. Upload it "
                "again when nobody writes to it."
            )
        self._left -= len(chunk)
        if chunk and self._on_progress:
            self._on_progress(self._size - self._left, self._size)
        return chunk


def _is_async(content: object) -> bool:
    return iscoroutinefunction(getattr(content, "read", None))


def file_parts(name: str, value: object, media_type: str | None = None) -> list[FormPart]:
    """Make the form parts of a file, or of several.

    Args:
        name: The name of the form field.
        value: A `FileContent`, or a sequence of them.
        media_type: The media type of files that come without one.

    Raises:
        CozeError: The value is something else.
    """
    files = cast("Sequence[object]", value if isinstance(value, list | tuple) else ())
    if isinstance(value, list | tuple) and not (files and isinstance(files[0], str)):
        parts = [_file_part(name, file, f"{name}-{number}") for number, file in enumerate(files, 1)]
    else:
        parts = [_file_part(name, cast("object", value), name)]
    return [part._replace(media_type=part.media_type or media_type) for part in parts]


def _file_part(name: str, value: object, default: str) -> FormPart:
    """Make the form part of one file, with a default name for what has none; see `file_parts`."""
    if isinstance(value, TrackedFile):
        part = _file_part(name, value.file, default)
        return part._replace(on_progress=value.on_progress)
    filename = media_type = None
    content: Any = value
    if isinstance(value, tuple) and len(cast("tuple[object, ...]", value)) in {2, 3}:
        filename, content, media_type = (*cast("tuple[object, ...]", value), None)[:3]
    if isinstance(content, os.PathLike):
        path = cast("os.PathLike[str]", content)
        return FormPart(name, _filename(filename or os.fspath(path)), path, _checked(media_type))
    # Of an open file: its path, or a number; of an upload to a web server: what its sender says.
    given = getattr(content, "name", getattr(content, "filename", None))
    known = filename or (given if isinstance(given, str) else default)
    return FormPart(name, _filename(known), _content(name, content), _checked(media_type))


def _content(name: str, content: Any) -> bytes | IO[bytes]:
    if isinstance(content, bytes):
        return content
    if getattr(content, "closed", False):
        raise CozeError(f"The file given for {name} is closed. Upload it before closing it.")
    if _is_async(content) or (type(content) in _STREAMED and content.seekable()):
        return content
    # Anything else that can be read (a pipe, a compressed file) does not know its true length.
    if hasattr(content, "seekable") and content.seekable():
        content.seek(0)
    whole = content.read() if hasattr(content, "read") else None
    if isinstance(whole, bytes):
        return whole
    raise CozeError(
        f"{name} must be bytes, a file opened in binary mode, a pathlib.Path, or a tuple of file "
        f"name, content and media type; got {type(content).__name__}."
    )


def _filename(name: object) -> str:
    return PurePath(str(name)).name.encode("utf-8", "replace").decode()


def _checked(media_type: object) -> str | None:
    if media_type is None or (isinstance(media_type, str) and _MEDIA_TYPE.fullmatch(media_type)):
        return media_type
    raise CozeError(f"{media_type!r} is not a media type. Pass one like 'audio/wav'.")
