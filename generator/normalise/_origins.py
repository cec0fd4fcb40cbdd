"""Follows parts of a document through the passes: where was this before?"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from generator.json_values import is_array, is_object
from generator.normalise.walk import ORIGIN, Node, Part, Role, rewrite
from generator.spec import join, split

if TYPE_CHECKING:
    from typing import Any


def marked(document: Node) -> Node:
    """Return a document with a mark in each part, which says where it stands."""

    def change(part: Part) -> Node:
        return part.node | {ORIGIN: part.pointer}

    return rewrite(document, dict.fromkeys(get_args(Role), change))


def origin(document: Node, pointer: str) -> str:
    """Return where a place of a document stood when its parts were marked.

    Args:
        document: A document that passes made of a marked one.
        pointer: The JSON pointer of a place in it.
    """
    found, value = "", document
    for part in split(pointer):
        found, value = join(found, part), _inner(value, part)
        if is_object(value) and isinstance(value.get(ORIGIN), str):
            found = value[ORIGIN]
    return found


def _inner(value: Any, part: str) -> Any:
    if is_array(value) and part.isdecimal():
        return next(iter(value[int(part) :]), None)
    return value.get(part) if is_object(value) else None
