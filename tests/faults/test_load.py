from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from coze_core import AsyncClient, SyncClient
from tests.core.scripted_server import answer
from tests.core.things import CLIENT, GET, LIST, SOUND, WATCH
from tests.faults.fault_shapes import (
    DONE,
    EVENTS,
    FIRST_PAGE,
    PATH,
    first_page,
    good_call,
    open_stream,
    pool_of_one,
)
from tests.faults.load_server import LoadServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

STREAMS = 1000
CALLS = 600
THREADS = 64


def test_a_thousand_streams_are_open_at_a_time() -> None:
    finished: list[int] = []

    async def watch(client: AsyncClient) -> None:
        async with client.stream(WATCH, body={}) as stream:
            finished.append(len([event async for event in stream]))

    async def main(server: LoadServer) -> None:
        client = AsyncClient(base_url=server.url, **CLIENT)
        async with anyio.create_task_group() as group:
            for _ in range(STREAMS):
                group.start_soon(watch, client)
        await client.aclose()

    with LoadServer(gather=STREAMS) as server:
        anyio.run(main, server)
        assert finished == [4] * STREAMS
        assert server.stats() == {"calls": STREAMS, "peak": STREAMS, "open": 0}


def test_tenants_share_the_queue_of_calls() -> None:
    async def call(client: AsyncClient) -> None:
        await client.call(GET, path=PATH)

    async def main(server: LoadServer) -> None:
        client = AsyncClient(base_url=server.url, **CLIENT)
        other = client.authenticated("another-token", None)
        async with anyio.create_task_group() as group:
            for _ in range(150):
                group.start_soon(call, client)
                group.start_soon(call, other)
        await client.aclose()

    with LoadServer() as server:
        anyio.run(main, server)
        stats = server.stats()
    assert stats["calls"] == 300
    assert stats["peak"] <= 101  # the one that asks for the stats is a connection, too


def test_any_number_of_calls_waits_for_its_turn_and_none_is_lost() -> None:
    done: list[str] = []

    async def call(client: AsyncClient) -> None:
        done.append((await client.call(GET, path=PATH)).id)

    async def main(server: LoadServer) -> None:
        # Waiting for a turn is no fault of the network: no time limit applies to it.
        client = AsyncClient(base_url=server.url, **CLIENT)
        async with anyio.create_task_group() as group:
            for _ in range(CALLS):
                group.start_soon(call, client)
        await client.aclose()

    with LoadServer() as server:
        anyio.run(main, server)
        counts = server.stats()
    assert done == ["1"] * CALLS
    assert counts["calls"] == CALLS
    assert counts["peak"] <= 100 + 1  # and the one that asked for the counts


def test_threads_share_a_client() -> None:
    barrier = threading.Barrier(THREADS)

    def work(client: SyncClient) -> int:
        barrier.wait(10)
        count = sum(client.call(GET, path=PATH).id == "1" for _ in range(4))
        with client.stream(WATCH, body={}) as stream:
            count += sum(1 for _ in stream)
        return (
            count
            + len([*client.list(LIST, query={"page_size": 1})])
            + len(client.download(SOUND).read()) // 60_000
        )

    with LoadServer() as server, ThreadPoolExecutor(THREADS) as threads:
        client = SyncClient(base_url=server.url, **CLIENT)
        results = [threads.submit(work, client) for _ in range(THREADS)]
        assert {result.result(60) for result in results} == {4 + 4 + 3 + 1}
        client.close()
        assert server.stats()["calls"] == THREADS * (4 + 1 + 3 + 1)


@pytest.fixture
def one(run: Runner, serve: Serve) -> Callable[..., Any]:
    return lambda *script: pool_of_one(run, serve(*script), max_retries=0)


STREAM = answer(body=EVENTS * 9, kind="text/event-stream")
SOUND_ANSWER = answer(body=bytes(1_000_000), kind="audio/mpeg")


class OwnError(Exception):
    """The error of a user."""


@pytest.mark.parametrize("leave", ["break", "exception", "forget", "never read"])
@pytest.mark.parametrize("kind", ["stream", "download"])
def test_whatever_way_a_body_is_left_its_connection_comes_back(
    run: Runner, one: Callable[..., Any], kind: str, leave: str
) -> None:
    client = one(STREAM if kind == "stream" else SOUND_ANSWER, DONE)

    def body() -> Any:
        return client.stream(WATCH, body={}) if kind == "stream" else client.download(SOUND)

    def sync() -> None:
        with body() as opened:
            if leave != "never read":
                for _ in opened if kind == "stream" else opened.iter_bytes():
                    if leave == "exception":
                        raise OwnError
                    break

    async def other() -> None:
        async with body() if kind == "stream" else await body() as opened:
            if leave != "never read":
                pieces = opened if kind == "stream" else opened.iter_bytes()
                assert await anext(pieces)
                if kind == "download":
                    await pieces.aclose()
                if leave == "exception":
                    raise OwnError

    def forgotten() -> None:
        thing = open_stream(run, client) if kind == "stream" else run(client.download, SOUND)
        assert thing

    with suppress(OwnError):
        forgotten() if leave == "forget" else run(other if run.portal else sync)
    gc.collect()
    assert good_call(run, client).id == "1"


def test_pages_that_are_left_half_way_hold_no_connection(
    run: Runner, one: Callable[..., Any]
) -> None:
    client = one(FIRST_PAGE, DONE)
    run.next(run.iter(first_page(run, client)))
    assert good_call(run, client).id == "1"
