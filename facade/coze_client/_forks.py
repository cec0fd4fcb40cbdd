"""What a forked child must not share with its parent."""

from __future__ import annotations

import os
import sys
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """Holds locks, or waits for threads, that a fork copies without what would release them."""

    def reset_after_fork(self) -> None:
        """Start afresh, in the child."""
        ...


_objects: WeakSet[Forkable] = WeakSet()


def reset_in_children(one: Forkable) -> None:
    """Reset an object in every child that is forked from now on."""
    _objects.add(one)


def _reset_all() -> None:
    for one in list(_objects):
        one.reset_after_fork()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_reset_all)
