"""JSON values, for the type checker and on the wire."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

Object = dict[str, Any]

# Told apart from `None`, which is a JSON value.
ABSENT: Any = object()


def is_object(value: object) -> TypeGuard[Object]:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value is a JSON array."""
    return isinstance(value, list)


def encode(value: object) -> bytes:
    """Return the compact UTF-8 text of a JSON value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def at(value: Any, place: str) -> Any:
    """Return what stands at a dotted place of a JSON object, `ABSENT` where there is nothing."""
    for step in place.split("."):
        if not is_object(value) or step not in value:
            return ABSENT
        value = value[step]
    return value


def put(target: Object, place: str, value: object) -> None:
    """Set a dotted place of a JSON object; objects on the way are made."""
    *way, last = place.split(".")
    for step in way:
        inside = target.get(step)
        if not is_object(inside):
            inside = target[step] = {}
        target = inside
    target[last] = value
