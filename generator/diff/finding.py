"""What differs between two schemas at one place, before a direction judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from generator.diff.schema import Schema

Direction: TypeAlias = Literal["request", "response"]


@frozen
class Finding:
    """A difference of one aspect.

    Attributes:
        aspect: The name of the aspect, which with the place makes the name of a rule.
        old: What was, as JSON; ``None``: nothing.
        new: What is, as JSON; ``None``: nothing.
        old_at: The JSON pointer of what was, or of what would hold it.
        new_at: The JSON pointer of what is, or of what would hold it.
        name: The property that it is about, if it is not about the schema as a whole.
        only: The direction in which alone it counts.
    """

    aspect: str
    old: Any
    new: Any
    old_at: str
    new_at: str
    name: str | None = None
    only: Direction | None = None


def found(aspect: str, old: Schema, new: Schema, was: Any = None, now: Any = None) -> Finding:
    """A difference of two schemas as a whole."""
    return Finding(aspect, was, now, old.pointer, new.pointer)
