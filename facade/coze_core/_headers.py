"""Header fields that were checked, so that no value can add a header of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from coze_core._errors import CozeError

if TYPE_CHECKING:
    from collections.abc import Mapping

HeaderMap: TypeAlias = "dict[str, tuple[str, str]]"
"""Header fields by their name in lower case: the name as given, and the value."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~]*")


def header_map(headers: Mapping[str, str]) -> HeaderMap:
    """Checks header fields.

    Raises:
        CozeError: A name or a value is no header text. The value is not repeated: it may be secret.
    """
    return {name.lower(): (name, header_value(name, value)) for name, value in headers.items()}


def header_value(name: str, value: str) -> str:
    """Checks one header field and gives its value.

    Raises:
        CozeError: The name or the value is no header text.
    """
    if not _NAME.fullmatch(name):
        raise CozeError(f"{name!r} is no header name.")
    if not _VALUE.fullmatch(value):
        raise CozeError(
            f"The value of the header {name} holds a line break, a control character or a "
            "character beyond ASCII. Remove it, or percent-encode it if the API expects that."
        )
    return value.strip()
