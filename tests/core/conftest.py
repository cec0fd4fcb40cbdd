from __future__ import annotations

import random
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
from anyio.from_thread import start_blocking_portal

from coze_core import Advice, AsyncClient, AsyncResource, ErrorTable, Resource, SyncClient
from tests.core.scripted_server import ScriptedServer
from tests.families import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from anyio.from_thread import BlockingPortal

    from tests.core.scripted_server import Act

TABLE = {
    "4001": Advice("not-found", "no such thing", "check the id", page="https://docs.test/4001"),
    "4009": Advice("rate-limit", "too much", "wait", "refused"),
    "5000": Advice("server", "it broke", "try again", "yes"),
    "http 502": Advice("server", "a gateway failed", "try again later"),
}

TRIO = pytest.mark.skipif(find_spec("trio") is None, reason="trio is not installed")


class Runner:
    """Drives the sync and the async client alike, from tests that are written once."""

    def __init__(self, portal: BlockingPortal | None, stack: ExitStack) -> None:
        self.portal = portal
        self._stack = stack

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        call = partial(function, *args, **kwargs)
        return self.portal.call(call) if self.portal else call()

    def client(self, server: ScriptedServer | str, **options: Any) -> Any:
        url = server if isinstance(server, str) else server.url
        options = {"token": "secret-token", "user_agent": "tests", "timeout": 20, **options}
        table = ErrorTable(lambda: TABLE)
        if self.portal is None:
            client = SyncClient(base_url=url, errors=table, **options)
            self._stack.callback(client.close)
        else:
            client = AsyncClient(base_url=url, errors=table, **options)
            self._stack.callback(self.portal.call, client.aclose)
        return client

    def httpx_client(self, **options: Any) -> Any:
        if self.portal is None:
            return self._stack.enter_context(httpx.Client(**options))
        client = httpx.AsyncClient(**options)
        self._stack.callback(self.portal.call, client.aclose)
        return client

    def resource(self, client: Any, sync: type[Resource], other: type[AsyncResource]) -> Any:
        return sync(client) if self.portal is None else other(client)

    def close(self, thing: Any) -> None:
        self(thing.close if self.portal is None else thing.aclose)

    def read(self, thing: Any) -> list[bytes]:
        if self.portal is None:
            return list(thing.iter_bytes())

        async def collect() -> list[bytes]:
            return [piece async for piece in thing.iter_bytes()]

        return self.portal.call(collect)


@pytest.fixture(params=["sync", "asyncio", pytest.param("trio", marks=TRIO)])
def run(request: pytest.FixtureRequest) -> Iterator[Runner]:
    with ExitStack() as stack:
        portal = None
        if request.param != "sync":
            portal = stack.enter_context(start_blocking_portal(request.param))
        yield Runner(portal, stack)


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    with ExitStack() as stack:

        def start(*script: Act) -> ScriptedServer:
            return stack.enter_context(ScriptedServer(*script))

        yield start


@pytest.fixture
def short_pauses() -> None:
    """Make the next two pauses before retries short, by a seed whose jitter is nearly none."""
    random.seed(8038)
