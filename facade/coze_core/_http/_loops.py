"""What of an async client belongs to one event loop: connections, and the queue before them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import anyio
from anyio.lowlevel import current_token

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from coze_core._http._bodies import OpenAsyncBody
    from coze_core._http._types import AsyncHTTPClient

# Async calls at a time; further ones wait for their turn. In the queue of httpx, their number would
# slow each of them down.
_CALLS = 100

_closing: set[asyncio.Task[None]] = set()


def queue() -> anyio.Semaphore:
    """Return a queue of calls for the present event loop."""
    return anyio.Semaphore(_CALLS, fast_acquire=True)


def current_loop() -> object:
    """Return what stands for the present event loop, of asyncio or of trio."""
    return current_token().native_token


def is_over(loop: object) -> bool:
    """Whether an event loop has ended, perhaps without closing what it had."""
    return isinstance(loop, asyncio.AbstractEventLoop) and loop.is_closed()


class LoopClient:
    """A client of httpx for one event loop.

    Args:
        client: The client, which nobody else uses.
        forget: Called when the loop ends.

    Attributes:
        client: The client.
        queue: What calls wait in for their turn.
        bodies: The bodies that are open.
    """

    def __init__(self, client: AsyncHTTPClient, forget: Callable[[], object]) -> None:
        self.client = client
        self.queue = queue()
        self.bodies: WeakValueDictionary[int, OpenAsyncBody] = WeakValueDictionary()
        self._parked = _parked(client, forget)

    async def park(self) -> None:
        """Have the event loop close the client when it ends, or when nobody holds it any more."""
        await anext(self._parked)

    async def aclose(self) -> None:
        """Close the client in its loop; end calls and streams."""
        for body in [*self.bodies.values()]:
            await body.aclose()
        await self._parked.aclose()

    def close_from_outside(self, loop: Any) -> None:
        """Close the client from another event loop than its own.

        Args:
            loop: Its own one, as of `current_loop`.
        """
        with suppress(RuntimeError):  # it has ended
            if isinstance(loop, asyncio.AbstractEventLoop):
                loop.call_soon_threadsafe(self._start_closing, loop)
                return
            from trio.lowlevel import spawn_system_task

            loop.run_sync_soon(spawn_system_task, self.aclose)

    def _start_closing(self, loop: asyncio.AbstractEventLoop) -> None:
        task = loop.create_task(self.aclose())
        _closing.add(task)  # the loop itself would forget it
        task.add_done_callback(_closing.discard)


async def _parked(client: AsyncHTTPClient, forget: Callable[[], object]) -> AsyncGenerator[None]:
    """Wait for the end of the event loop, which closes the generators that it has seen."""
    try:
        yield
    finally:
        forget()
        await client.aclose()
