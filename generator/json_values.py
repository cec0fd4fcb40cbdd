"""JSON values: their kinds, and copies of them."""

from __future__ import annotations

import re
from typing import Any, Final, TypeGuard

from generator.errors import GeneratorError

MAX_DEPTH: Final = 100
"""How many levels of objects and arrays may stand in each other; what recurses counts on it."""
MAX_BYTES: Final = 64 << 20
"""How large a file may be."""
MAX_VALUES: Final = 1_000_000
"""How many values a document may hold with all that is repeated in it written out."""
MAX_NAME: Final = 100
"""How many characters the name of a class or a method may have: it becomes the name of a file."""
_NOT_LETTERS: Final = re.compile(r"[^A-Za-z0-9]+")
CLASS_NAME: Final = re.compile(rf"[A-Z][A-Za-z0-9]{{0,{MAX_NAME - 1}}}")
"""What the name of a class is like."""


def pascal(text: str) -> str:
    """Return a text in PascalCase; whatever is no ASCII letter or digit divides words."""
    return "".join(word[:1].upper() + word[1:] for word in _NOT_LETTERS.split(text))


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a value is an array."""
    return isinstance(value, list)


def is_number(value: Any) -> TypeGuard[float]:
    """Return whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def clone(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Return a copy that shares no object or array with the value.

    Raises:
        GeneratorError: The value is nested deeper than ``depth`` levels.
    """
    if is_object(value):
        _check(depth)
        return {key: clone(item, depth - 1) for key, item in value.items()}
    if is_array(value):
        _check(depth)
        return [clone(item, depth - 1) for item in value]
    return value


def size_of(value: Any) -> int:
    """Return how many values there are in a value, with itself."""
    waiting, size = [value], 0
    while waiting:
        one = waiting.pop()
        size += 1
        if is_object(one):
            waiting += one.values()
        elif is_array(one):
            waiting += one
    return size


def too_deep() -> GeneratorError:
    """Return the error of a value that is nested too deep."""
    return GeneratorError(
        f"objects and arrays are nested deeper than {MAX_DEPTH} levels",
        remedy="Give the inner parts names of their own, as components.",
    )


def _check(depth: int) -> None:
    if not depth:
        raise too_deep()
