"""Files to upload: what callers may pass, and the part of a form that it becomes."""

from __future__ import annotations

import io
import os
import re
from contextlib import ExitStack
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from coze_core._errors import CozeError

if TYPE_CHECKING:
    from collections.abc import Sequence

FileContent = (
    bytes
    | IO[bytes]
    | os.PathLike[str]
    | tuple[str, bytes | IO[bytes]]
    | tuple[str, bytes | IO[bytes], str]
)
"""A file to upload: its bytes, a file opened in binary mode (sent whole, from its start), a path,
or one of ``(file name, content)`` and ``(file name, content, media type)``."""

_STREAMED = {io.BytesIO, io.BufferedReader, io.BufferedRandom, io.FileIO}
_MEDIA_TYPE = re.compile(r"[!-~]+/[ -~]+")


class FormPart(NamedTuple):
    """One part of a multipart form; a text field has no file name."""

    name: str
    filename: str | None
    content: bytes | IO[bytes] | os.PathLike[str]
    media_type: str | None = None

    def opened(self, stack: ExitStack) -> bytes | IO[bytes]:
        """The content, ready to be read; a path stays open until the stack ends."""
        if isinstance(self.content, os.PathLike):
            return stack.enter_context(open(self.content, "rb"))  # noqa: PTH123  # any PathLike
        return self.content

    def read(self) -> bytes:
        """Return the whole content.

        Raises:
            OSError: The file cannot be read.
        """
        with ExitStack() as stack:
            content = self.opened(stack)
            if isinstance(content, bytes):
                return content
            content.seek(0)
            return content.read()


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
    """Make the form part of a file.

    Args:
        name: The name of the form field.
        value: A `FileContent`.
        default: The file name of what has none.

    Raises:
        CozeError: The value is something else.
    """
    filename = media_type = None
    content: Any = value
    if isinstance(value, tuple) and len(cast("tuple[object, ...]", value)) in {2, 3}:
        filename, content, media_type = (*cast("tuple[object, ...]", value), None)[:3]
    if isinstance(content, os.PathLike):
        path = cast("os.PathLike[str]", content)
        return FormPart(name, _filename(filename or os.fspath(path)), path, _checked(media_type))
    given = getattr(content, "name", None)  # of an open file: its path, or a number
    known = filename or (given if isinstance(given, str) else default)
    return FormPart(name, _filename(known), _content(name, content), _checked(media_type))


def _content(name: str, content: Any) -> bytes | IO[bytes]:
    if isinstance(content, bytes):
        return content
    if getattr(content, "closed", False):
        raise CozeError(f"The file given for {name} is closed. Upload it before closing it.")
    if type(content) in _STREAMED and content.seekable():
        return content
    # Anything else that can be read (a pipe, a compressed file) does not tell its true length.
    if hasattr(content, "seekable") and content.seekable():
        content.seek(0)
    whole = content.read() if hasattr(content, "read") else None
    if isinstance(whole, bytes):
        return whole
    raise CozeError(
        f"The file given for {name} is of type {type(content).__name__}. Pass bytes, a file opened "
        "in binary mode, a pathlib.Path, or a tuple of file name, content and media type."
    )


def _filename(name: object) -> str:
    return PurePath(str(name)).name.encode("utf-8", "replace").decode()


def _checked(media_type: object) -> str | None:
    if media_type is None or (isinstance(media_type, str) and _MEDIA_TYPE.fullmatch(media_type)):
        return media_type
    raise CozeError(f"{media_type!r} is no media type. It reads like 'audio/wav'.")
