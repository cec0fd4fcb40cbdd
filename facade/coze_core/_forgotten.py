"""Gives back the connection of a body that its owner neither read nor closed.

The closing happens in a thread of its own: a garbage collection may run at any time, also while
its thread holds the lock of the connection pool.
"""

from __future__ import annotations

import threading
import weakref
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_core._reply import AsyncConnected, Connected


def close_when_forgotten(owner: object, body: Connected) -> weakref.finalize[..., object]:
    """Closes a body when its owner is gone.

    Returns:
        What to ``detach`` once the body is closed.
    """
    return _finalizer(owner, body.close)


def aclose_when_forgotten(owner: object, body: AsyncConnected) -> weakref.finalize[..., object]:
    """Closes a body on the present event loop when its owner is gone.

    Returns:
        What to ``detach`` once the body is closed.
    """
    from anyio import from_thread, lowlevel

    return _finalizer(owner, partial(from_thread.run, body.aclose, token=lowlevel.current_token()))


def _finalizer(owner: object, close: Callable[[], object]) -> weakref.finalize[..., object]:
    finalizer = weakref.finalize(owner, _in_thread, close)
    finalizer.atexit = False
    return finalizer


def _in_thread(close: Callable[[], object]) -> None:
    threading.Thread(target=_quietly, args=[close], daemon=True).start()


def _quietly(close: Callable[[], object]) -> None:
    with suppress(Exception):  # nobody is left to be told
        close()
