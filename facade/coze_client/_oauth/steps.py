"""A flow, written once as a generator of steps, and the two drivers that run it.

A driver runs a step and sends its result, or throws what it raised, into the flow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import aclosing, closing
from inspect import isawaitable
from threading import Event
from typing import Any, Protocol, TypeAlias, TypeVar

import anyio

from coze_client._defaults import ERRORS, USER_AGENT
from coze_client._threads import run_in_thread
from coze_core import AsyncClient, CozeError, SyncClient
from coze_core._coze_error import no_stop_iteration

T = TypeVar("T")


class Step(Protocol):
    """One thing to do that may take time."""

    def run(self, client: SyncClient) -> object:
        """Run it, and return its result."""
        ...

    async def arun(self, client: AsyncClient) -> object:
        """Run it without blocking the event loop, and return its result."""
        ...


Steps: TypeAlias = Generator[Step, Any, T]


class Pause:
    """Wait.

    Args:
        seconds: How long.
        cancel: What ends a synchronous waiting early.
    """

    def __init__(self, seconds: float, cancel: Event | None = None) -> None:
        self.seconds = seconds
        self._cancel = cancel

    def run(self, client: SyncClient) -> None:  # noqa: ARG002  # a step of another kind needs it
        """As `Step.run`.

        Raises:
            CozeError: The waiting was cancelled.
        """
        if self._cancel is None:
            time.sleep(self.seconds)
        elif self._cancel.wait(self.seconds):
            raise CozeError("The login was cancelled.")

    async def arun(self, client: AsyncClient) -> None:  # noqa: ARG002  # as above
        """As `Step.arun`."""
        await anyio.sleep(self.seconds)


class Blocking:
    """Call a function that may block, or be async where the driver is.

    Args:
        function: What is called; an async driver does so in a worker thread.
        abandon: Whether a cancelled task leaves that thread behind.
    """

    def __init__(self, function: Callable[[], object], *, abandon: bool = False) -> None:
        self._function = function
        self._abandon = abandon

    def run(self, client: SyncClient) -> object:  # noqa: ARG002  # as above
        """As `Step.run`."""
        return self._function()

    async def arun(self, client: AsyncClient) -> object:  # noqa: ARG002  # as above
        """As `Step.arun`."""
        # In a list, for trio lets no coroutine come out of a thread.
        (result,) = await run_in_thread(lambda: [self._function()], abandon=self._abandon)
        return await result if isawaitable(result) else result


def drive(steps: Steps[T], client: SyncClient | None, base_url: str) -> T:
    """Run a flow; without a client, with one of its own for the base URL."""
    if client is None:
        with closing(SyncClient(base_url=base_url, errors=ERRORS, user_agent=USER_AGENT)) as own:
            return drive(steps, own, base_url)
    with closing(steps):
        try:
            step = next(steps)
            while True:
                try:
                    with no_stop_iteration("The store or another function of the login"):
                        result = step.run(client)
                except Exception as error:  # noqa: BLE001  # the flow decides
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            return end.value


async def adrive(steps: Steps[T], client: AsyncClient | None, base_url: str) -> T:
    """Async version of `drive`."""
    if client is None:
        async with aclosing(
            AsyncClient(base_url=base_url, errors=ERRORS, user_agent=USER_AGENT)
        ) as own:
            return await adrive(steps, own, base_url)
    with closing(steps):
        try:
            step = next(steps)
            while True:
                try:
                    with no_stop_iteration("The store or another function of the login"):
                        result = await step.arun(client)
                except Exception as error:  # noqa: BLE001  # the flow decides
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            return end.value
