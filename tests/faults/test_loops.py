"""A client that is made once works in any number of event loops, after another or at once."""

from __future__ import annotations

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from coze_core import AsyncClient, CozeError
from tests.core.things import CLIENT, GET, POST, WATCH
from tests.families import httpx
from tests.faults.echo_server import EchoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKENDS = ["asyncio", "trio"]


@pytest.fixture
def server() -> Iterator[EchoServer]:
    with EchoServer() as started:
        yield started


def make(server: EchoServer, **options: Any) -> AsyncClient:
    return AsyncClient(base_url=server.url, timeout=5, **CLIENT, **options)


async def use(client: AsyncClient, names: list[str]) -> list[str]:
    """Make calls at once, and a stream; return the answers in the order of the questions."""
    got = dict.fromkeys(names, "")

    async def ask(name: str) -> None:
        got[name] = (await client.call(GET, path={"thing_id": name})).id

    async with anyio.create_task_group() as group:
        for name in names:
            group.start_soon(ask, name)
    await client.call(POST, body={})
    async with client.stream(WATCH, body={}) as stream:
        assert [event.event async for event in stream] == ["usage", "done"]
    return list(got.values())


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_run_of_a_program_has_connections_of_its_own_and_closes_them(
    server: EchoServer, backend: str
) -> None:
    client = make(server)
    for number in range(5):
        names = [f"{number}-{which}" for which in range(3)]
        assert anyio.run(use, client, names, backend=backend) == names
        gc.collect()  # where an open connection would warn
        assert client._transport._loops == {}
    assert server.asked.count("/things") == 5


def test_a_client_goes_from_asyncio_to_trio_and_back(server: EchoServer) -> None:
    pytest.importorskip("trio")
    client = make(server)
    for number, backend in enumerate(["asyncio", "trio", "asyncio"]):
        assert anyio.run(use, client, [str(number)], backend=backend) == [str(number)]
    anyio.run(client.aclose)


@pytest.mark.parametrize("backend", BACKENDS)
def test_loops_in_several_threads_share_a_client(server: EchoServer, backend: str) -> None:
    client = make(server)
    barrier = threading.Barrier(4)

    def work(thread: int) -> bool:
        barrier.wait(10)
        names = [f"{thread}-{number}" for number in range(10)]
        return all(anyio.run(use, client, names, backend=backend) == names for _ in range(3))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(4))) == [True] * 4


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a loop that closes nothing when it ends
def test_a_loop_that_is_closed_without_an_end_does_not_spoil_the_next(server: EchoServer) -> None:
    client = make(server)
    for number in range(3):
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(use(client, [str(number)])) == [str(number)]
        loop.close()
        assert len(client._transport._loops) == 1
    anyio.run(client.aclose)
    gc.collect()


def test_closing_in_another_loop_closes_the_connections_of_all(server: EchoServer) -> None:
    client = make(server)
    used, closed = threading.Event(), threading.Event()

    async def main() -> None:
        assert await use(client, ["1"]) == ["1"]
        http_client = next(iter(client._transport._loops.values())).client
        used.set()
        await asyncio.to_thread(closed.wait, 10)
        with anyio.fail_after(10):
            while not http_client.is_closed:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.001)
        with pytest.raises(CozeError, match="The client is closed"):
            await client.call(GET, path={"thing_id": "2"})

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(asyncio.run, main())
        assert used.wait(10)
        asyncio.run(client.aclose())
        closed.set()
        running.result(10)
    assert "2" not in server.asked


def test_a_forgotten_client_closes_its_connections_in_its_loop(server: EchoServer) -> None:
    async def main() -> None:
        client = make(server)
        await use(client, ["1"])
        http_client = next(iter(client._transport._loops.values())).client
        del client
        gc.collect()
        with anyio.fail_after(10):
            while not http_client.is_closed:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.001)

    asyncio.run(main())


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_given_client_serves_one_loop_and_says_so_in_the_next(
    server: EchoServer, backend: str
) -> None:
    made: list[Any] = []

    async def first() -> None:
        made.append(httpx.AsyncClient())
        await use(make(server, http_client=made[0]), ["1"])
        await made[0].aclose()
        made[0] = httpx.AsyncClient()
        await use(make(server, http_client=made[0]), ["2"])
        await made[0]._transport.aclose()

    async def second() -> None:
        await make(server, http_client=made[0]).call(GET, path={"thing_id": "3"})

    anyio.run(first, backend=backend)
    with pytest.raises(CozeError, match="http_client was used in another event loop"):
        anyio.run(second, backend=backend)
    assert "3" not in server.asked
