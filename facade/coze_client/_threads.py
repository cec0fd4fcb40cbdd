"""Blocking functions in worker threads, for asyncio and trio."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import anyio
from anyio import to_thread

from coze_core._coze_error import no_stop_iteration

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def run_in_thread(function: Callable[[], T], *, abandon: bool = False) -> T:
    """Run a blocking function in a thread of its own.

    A cancelled task waits until the function has returned, so that the caller may undo what it did.
    anyio promises that for its own scopes only: `asyncio.Task.cancel` leaves its thread behind.

    Args:
        function: What runs.
        abandon: Whether a cancelled task leaves the thread behind instead.
    """

    def run() -> T:
        with no_stop_iteration("What runs in a thread"):  # nobody would hear of it
            return function()

    if abandon or not _in_asyncio():
        # All threads of the common limiter may be waiting for what happens here.
        limiter = anyio.CapacityLimiter(1)
        return await to_thread.run_sync(run, abandon_on_cancel=abandon, limiter=limiter)
    outcome: Future[T] = Future()
    context = copy_context()
    Thread(target=_resolve, args=[outcome, lambda: context.run(run)], daemon=True).start()
    waiting, cancelled = asyncio.wrap_future(outcome), None
    with anyio.CancelScope(shield=True):
        while not waiting.done():
            try:
                await asyncio.wait([waiting])
            except asyncio.CancelledError as error:
                cancelled = error
    if cancelled:
        waiting.exception()  # or asyncio logs it as never retrieved
        raise cancelled
    return waiting.result()


def _in_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _resolve(outcome: Future[T], function: Callable[[], T]) -> None:
    try:
        outcome.set_result(function())
    except BaseException as error:  # noqa: BLE001  # the task raises it
        outcome.set_exception(error)
