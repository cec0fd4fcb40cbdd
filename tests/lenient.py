"""The slow road of decoding alone, and what it meets."""

from __future__ import annotations

from copy import copy
from typing import Any

from coze_core._decode import build, parse


def lenient(hint: Any, body: bytes) -> tuple[Any, list[str]]:
    """Return a value built field by field, and the JSON path of each that does not fit."""
    problems: list[str] = []
    return build(hint, parse(body), problems), problems


def slow(decoder: Any) -> Any:
    """Return a decoder that never takes the fast road."""
    clone = copy(decoder)
    clone.fast = None
    return clone
