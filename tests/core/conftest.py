from __future__ import annotations

import random
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import Advice, AsyncClient, AsyncResource, ErrorTable, Resource, SyncClient
from tests import runner
from tests.core.scripted_server import ScriptedServer
from tests.families import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.scripted_server import Act, Serve

TABLE = {
    "4001": Advice("not-found", "no such thing", "check the id", page="https://docs.test/4001"),
    "4009": Advice("rate-limit", "too much", "wait", "refused"),
    "5000": Advice("server", "it broke", "try again", "yes"),
    "http 502": Advice("server", "a gateway failed", "try again later"),
}


class Runner(runner.Runner):
    """Drives the clients of the core."""

    def client(self, server: ScriptedServer | str, **options: Any) -> Any:
        url = server if isinstance(server, str) else server.url
        options = {"token": "secret-token", "user_agent": "tests", "timeout": 20, **options}
        table = ErrorTable(lambda: TABLE)
        return self.opened(SyncClient, AsyncClient, base_url=url, errors=table, **options)

    def httpx_client(self, **options: Any) -> Any:
        return self.opened(httpx.Client, httpx.AsyncClient, **options)

    def resource(self, client: Any, sync: type[Resource], other: type[AsyncResource]) -> Any:
        return sync(client) if self.portal is None else other(client)

    def read(self, thing: Any) -> list[bytes]:
        return self.items(thing.iter_bytes())


run = runner.runs(Runner)


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(*script: Act) -> ScriptedServer:
            return stack.enter_context(ScriptedServer(*script))

        yield start


@pytest.fixture
def short_pauses() -> None:
    """Make the next two pauses before retries short, by a seed whose jitter is nearly none."""
    random.seed(8038)
