"""How values are written: one table for paths, queries, headers, forms and JSON.

The table is that of JSON. Elsewhere a value is its JSON text, a string without its quotes. Header
fields are checked, so that no value can add a header of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time
from decimal import Decimal
from math import isfinite
from typing import Any, TypeAlias, cast
from uuid import UUID

import msgspec

from coze_core._coze_error import CozeError


def to_json(name: str, value: object) -> bytes:
    """Write a value as JSON.

    Args:
        name: What errors call it.
        value: Anything that JSON has a form for: also enumerations, subclasses of the plain types,
            mappings, sequences and sets of any kind, dates, UUIDs, decimals, numpy's values.

    Raises:
        CozeError: The value has no form in JSON.
    """
    try:
        text = _encode(value)
        # What NaN and infinity look like in JSON, which has no word for them: null, or a string.
        if b"null" in text or b'NaN"' in text or b'Infinity"' in text:
            _check_numbers(msgspec.to_builtins(value, builtin_types=(Decimal,), enc_hook=_plain))
    except (TypeError, ValueError, OverflowError, RecursionError, BufferError) as error:
        raise CozeError(f"{name} cannot be written as JSON: {error}.") from error
    return text


def to_text(name: str, value: object) -> str:
    """Write a value as the text of a path segment, a query value, a header or a form field.

    Raises:
        CozeError: It is ``None``, or has no form in JSON.
    """
    kind = type(value)
    if kind is str:
        return _encodable(name, cast("str", value))
    text = b"null" if value is None else to_json(name, value)
    if text == b"null":
        raise CozeError(f"{name} is or contains None. Leave it out instead.")
    return msgspec.json.decode(text) if text.startswith(b'"') else text.decode()


def to_texts(name: str, value: object) -> list[str]:
    """Write a value, or each of several, as a text.

    Raises:
        CozeError: As for `to_text`.
    """
    if isinstance(value, str | int | bytes):
        return [to_text(name, value)]
    plain: object = cast("Any", value).tolist() if _is_numpy(value) else value
    if isinstance(plain, Sequence | AbstractSet):
        return [to_text(name, item) for item in cast("Sequence[object]", plain)]
    return [to_text(name, plain)]


def _plain(value: Any) -> object:
    """Return a value that msgspec refuses as one that it takes."""
    match value:
        case str():
            return str.__str__(value)  # their own may give a subclass again
        case int():
            return int.__int__(value)
        case float():
            return float.__float__(value)
        case date() | time():
            return value.isoformat().replace("+00:00", "Z")
        case UUID():
            return str(value)
        case Mapping():
            return dict(cast("Mapping[object, object]", value))
        case Sequence() | AbstractSet():
            return list(cast("Sequence[object]", value))
        case _ if _is_numpy(value):
            return value.tolist()
        case _:
            raise TypeError(f"it is or contains a {type(value).__name__}")


_encode = msgspec.json.Encoder(enc_hook=_plain).encode


def _is_numpy(value: Any) -> bool:
    return hasattr(value, "dtype") and hasattr(value, "tolist")


def _check_numbers(value: object) -> None:
    match value:
        case float() if not isfinite(value):
            raise ValueError(f"it is or contains {value}, which JSON has no number for")
        case Decimal() if not value.is_finite():
            raise ValueError(f"it is or contains {value}, which JSON has no number for")
        case dict():
            for inner in cast("dict[str, object]", value).values():
                _check_numbers(inner)
        case list() | tuple():
            for inner in cast("list[object]", value):
                _check_numbers(inner)
        case _:
            pass


def _encodable(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CozeError(
            f"{name} contains an unpaired surrogate, which UTF-8 cannot encode. Remove it."
        ) from error
    return text


HeaderMap: TypeAlias = "dict[str, tuple[str, str]]"
"""Header fields by their name in lower case: the name as given, and the value."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~]*")
_FRAMING = frozenset({"content-length", "transfer-encoding"})
"""Fields that say where a body ends, as what sends the body knows it."""


def header_map(headers: Mapping[str, str]) -> HeaderMap:
    """Check header fields.

    Raises:
        CozeError: A name or a value is not valid in a header; a value is not repeated, as it may
            be secret.
    """
    if not isinstance(headers, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # users
        raise CozeError(f"headers must be a mapping of strings, got {type(headers).__name__}.")
    return {str(name).lower(): (name, header_value(name, value)) for name, value in headers.items()}


def header_value(name: str, value: str) -> str:
    """Check one header field, and return its value.

    Raises:
        CozeError: The name or the value is not valid in a header.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):  # pyright: ignore[reportUnnecessaryIsInstance]  # users
        raise CozeError(f"{name!r} is not a header name.")
    if name.lower() in _FRAMING:
        raise CozeError(f"The header {name} is set with the body. Leave it out.")
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # users
        raise CozeError(
            f"The value of the header {name} must be a string, got {type(value).__name__}."
        )
    if not _VALUE.fullmatch(value):
        raise CozeError(
            f"The value of the header {name} contains a line break, a control character or a "
            "character beyond ASCII. Remove it, or percent-encode it if the API expects that."
        )
    return value.strip()
