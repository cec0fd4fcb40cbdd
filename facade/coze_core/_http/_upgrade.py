"""Connections that speak something else than HTTP after an answer with HTTP 101."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from coze_core._http._bodies import OpenAsyncBody, OpenBody
from coze_core._http._errors import check_upgrade
from coze_core._http._pools import interrupt

if TYPE_CHECKING:
    from collections.abc import Generator

    from coze_core._http._family import Family
    from coze_core._request import Request


class Upgraded(OpenBody):
    """A connection that one thread reads, for as long as it holds it; others write and close it."""

    def __init__(
        self, family: Family, client: Any, response: Any, request: Request, limit: float
    ) -> None:
        super().__init__(family, client, response, request, limit)
        check_upgrade(request, response)

    @property
    def stream(self) -> Any:
        """The connection, as httpcore has it."""
        return self._response.extensions["network_stream"]

    def interrupt(self) -> None:
        """Wake the threads that wait for the connection, which is lost then."""
        interrupt(self.stream)

    @contextmanager
    def held(self) -> Generator[None]:
        """Read the connection in this thread: `close` wakes it and leaves the rest to it."""
        with self._reading:
            yield


class AsyncUpgraded(OpenAsyncBody):
    """The async twin of `Upgraded`, which any task closes."""

    def __init__(
        self, family: Family, client: Any, response: Any, request: Request, limit: float
    ) -> None:
        super().__init__(family, client, response, request, limit)
        check_upgrade(request, response)

    @property
    def stream(self) -> Any:
        """As `Upgraded.stream`."""
        return self._response.extensions["network_stream"]

    async def _release(self, *, drain: bool) -> None:
        if not self._released:  # else another task is at it, and both would lose the connection
            await super()._release(drain=drain)
