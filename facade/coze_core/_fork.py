"""What a forked process must not share with its parent: locks, connections, work under way.

A lock may be held by a thread that the child does not have. A connection that both use gives the
answer to one's question to the other, and closing it in the child says goodbye for the parent, or
takes the socket out of the parent's event loop. So nothing inherited is used, nor closed.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """An object that belongs to one process."""

    def reset_after_fork(self) -> None:
        """Replace, in a child process, what belongs to the parent."""
        ...


_objects: WeakSet[Forkable] = WeakSet()
_inherited: list[object] = []


def reset_in_children(thing: Forkable) -> None:
    """Call `reset_after_fork` of an object in each child process that has inherited it."""
    _objects.add(thing)


def never_close(thing: object) -> None:
    """Keep an inherited object, so that no garbage collection closes what is inside."""
    _inherited.append(thing)


def _reset_all() -> None:
    for thing in list(_objects):
        thing.reset_after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_reset_all)
