"""JSON values that are compared: their identity, limits, and sets of types."""

from __future__ import annotations

import json
from typing import Any, Final

from attrs import frozen

NOTHING: Final = frozenset({"nothing"})
"""The types of a schema that no value fits."""


def canonical(value: Any) -> str:
    """A text that is the same for equal JSON values: ``1`` is ``1.0`` and not ``true``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def narrower(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The types that are in both sets; an integer is a number."""
    found = one & other
    if ("number" in one and "integer" in other) or ("number" in other and "integer" in one):
        found |= {"integer"}
    return found or NOTHING


def includes(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    """Whether all values of the narrow types are values of the wide ones; no types: any."""
    if not wide or narrow == NOTHING:
        return True
    return bool(narrow) and (narrow <= wide or narrow - {"integer"} <= wide >= {"number"})


@frozen
class Bound:
    """A limit of numbers, lengths or counts.

    Attributes:
        value: The limit.
        upper: Whether it is the largest value; else the smallest.
        exclusive: Whether the limit itself is beyond it.
    """

    value: float
    upper: bool
    exclusive: bool = False

    def tighter(self, other: Bound) -> Bound:
        """Of two limits the one that allows less."""
        return self if self._rank() <= other._rank() else other

    def allows_less_than(self, other: Bound) -> bool:
        """Whether it allows less than another limit."""
        return self._rank() < other._rank()

    def _rank(self) -> tuple[float, bool]:
        return (self.value if self.upper else -self.value, not self.exclusive)

    def __str__(self) -> str:
        number = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
        return f"{number} (exclusive)" if self.exclusive else number
