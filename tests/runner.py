"""One way to drive sync and async code alike, from tests that are written once."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from anyio.from_thread import start_blocking_portal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from anyio.from_thread import BlockingPortal


class Runner:
    """Calls functions, in an event loop if there is one, and closes what was opened in the end.

    Attributes:
        portal: The way into the event loop; None drives the sync side.
    """

    def __init__(self, portal: BlockingPortal | None, stack: ExitStack) -> None:
        self.portal = portal
        self._stack = stack

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        call = partial(function, *args, **kwargs)
        return self.portal.call(call) if self.portal else call()

    def opened(self, sync: Callable[..., Any], other: Callable[..., Any], **options: Any) -> Any:
        """Make the sync or the async client; it is closed in the end."""
        client = (sync if self.portal is None else other)(**options)
        self._stack.callback(self.close, client)
        return client

    def coze(self, *args: Any, **options: Any) -> Any:
        """Make a `Coze` or an `AsyncCoze`."""
        from coze_client import AsyncCoze, Coze

        return self.opened(partial(Coze, *args), partial(AsyncCoze, *args), **options)

    def entered(self, made: Any) -> AbstractContextManager[Any]:
        """Open a stream or a client for a block."""
        return made if self.portal is None else self.portal.wrap_async_context_manager(made)

    def enter(self, made: Any) -> Any:
        """Open a stream that is closed by hand."""
        return self(made.__enter__ if self.portal is None else made.__aenter__)

    def iter(self, made: Any) -> Any:
        return iter(made) if self.portal is None else aiter(made)

    def next(self, made: Any) -> Any:
        return self(made.__next__ if self.portal is None else made.__anext__)

    def items(self, made: Any) -> list[Any]:
        """Return all that an iterable has."""

        async def collect() -> list[Any]:
            return [item async for item in made]

        return list(made) if self.portal is None else self.portal.call(collect)

    def close(self, thing: Any) -> None:
        self(thing.close if self.portal is None else thing.aclose)


def runs(kind: type[Runner]) -> Any:
    """Make the fixture that runs a test three times: sync, on asyncio and on trio."""

    @pytest.fixture(params=["sync", "asyncio", "trio"])
    def run(request: pytest.FixtureRequest) -> Iterator[Runner]:
        with ExitStack() as stack:
            portal = None
            if request.param != "sync":
                portal = stack.enter_context(start_blocking_portal(request.param))
            yield kind(portal, stack)

    return run
