"""Header fields that were checked, so that no value can add a header of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from coze_core._errors import CozeError

HeaderMap: TypeAlias = "dict[str, tuple[str, str]]"
"""Header fields by their name in lower case: the name as given, and the value."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~]*")


_FRAMING = frozenset({"content-length", "transfer-encoding"})
"""Fields that say where a body ends, as what sends the body knows it."""


def header_map(headers: Mapping[str, str]) -> HeaderMap:
    """Checks header fields.

    Raises:
        CozeError: A name or a value is no header text. The value is not repeated: it may be secret.
    """
    if not isinstance(headers, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # users
        raise CozeError(f"headers must be a mapping of strings, got {type(headers).__name__}.")
    return {str(name).lower(): (name, header_value(name, value)) for name, value in headers.items()}


def header_value(name: str, value: str) -> str:
    """Checks one header field and gives its value.

    Raises:
        CozeError: The name or the value is no header text.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):  # pyright: ignore[reportUnnecessaryIsInstance]  # users
        raise CozeError(f"{name!r} is no header name.")
    if name.lower() in _FRAMING:
        raise CozeError(f"The header {name} is set with the body. Leave it out.")
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # users
        raise CozeError(
            f"The value of the header {name} must be a string, got {type(value).__name__}."
        )
    if not _VALUE.fullmatch(value):
        raise CozeError(
            f"The value of the header {name} holds a line break, a control character or a "
            "character beyond ASCII. Remove it, or percent-encode it if the API expects that."
        )
    return value.strip()
