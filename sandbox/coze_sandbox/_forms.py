"""HTML forms, as they come over the wire."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.formparser import FormDataParser

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Upload:
    """A file of a multipart form."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Form:
    """The fields and files of a form."""

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, Upload], ...] = ()


def parse(content: bytes, media_type: str, options: Mapping[str, str]) -> Form:
    """Take a form apart.

    Raises:
        ValueError: it is not of its media type.
    """
    if media_type == FORM:
        return Form(tuple(parse_qsl(content.decode(), keep_blank_values=True)))
    parser = FormDataParser(stream_factory=_memory, silent=False, max_form_memory_size=None)
    _, fields, files = parser.parse(io.BytesIO(content), media_type, len(content), dict(options))
    uploads = (
        (name, Upload(file.filename or "", file.stream.read()))
        for name, file in files.items(multi=True)
    )
    return Form(tuple(fields.items(multi=True)), tuple(uploads))


def load(content: bytes, **options: str) -> ImmutableMultiDict[str, str | bytes]:
    """Read a multipart form for openapi-core, whose own reader takes text of ASCII only."""
    form = parse(content, MULTIPART, options)
    return ImmutableMultiDict(
        [*form.fields, *((name, upload.content) for name, upload in form.files)]
    )


def _memory(*_: object, **__: object) -> io.BytesIO:
    """Keep files in memory: temporary ones would have to be closed."""
    return io.BytesIO()
