"""Uses one client for a long time, and sees that nothing piles up: memory, handles, threads, tasks.

    python -m benchmarks.soak [--seconds 600]

Calls, pages, uploads, downloads and streams run side by side against a server of its own; streams
are read to their end, broken off, cancelled (by anyio, and by asyncio's own timeouts) and
forgotten. What the process holds is measured after a tenth of the time and at the end. Exit code 1
where it has grown, or where a connection is left that is not idle.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import resource
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import anyio

from coze_core import AsyncClient, CozeError, ErrorTable
from tests.core.things import GET, LIST, SOUND, UPLOAD, WATCH
from tests.faults.load_server import LoadServer

_WORKERS = 20
_MOST_GROWTH = 1.05
_PAGE = resource.getpagesize()


class Held(NamedTuple):
    """What the process holds."""

    memory: int
    handles: int
    threads: int
    tasks: int

    def __str__(self) -> str:
        return (
            f"{self.memory / 2**20:.1f} MiB, {self.handles} handles, {self.threads} threads, "
            f"{self.tasks} tasks"
        )


def _held() -> Held:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    handles = len(list(Path("/proc/self/fd").iterdir()))
    return Held(pages * _PAGE, handles, threading.active_count(), len(asyncio.all_tasks()))


async def _round(client: AsyncClient, number: int) -> None:
    """One of everything."""
    await client.call(GET, path={"thing_id": "1"})
    await client.call(UPLOAD, files={"file": bytes(10_000)})
    assert len([thing async for thing in client.list(LIST, query={"page_size": 1})]) == 3  # noqa: S101, PLR2004
    assert await (await client.download(SOUND)).read()  # noqa: S101  # a wrong answer ends the soak
    async with client.stream(WATCH, body={}) as stream:
        async for _ in stream:
            if number % 3 == 0:
                break
    with anyio.move_on_after(0.0005 * (number % 7)):
        async with client.stream(WATCH, body={}) as stream:
            assert [event async for event in stream]  # noqa: S101  # as above
    for use in (_call, _stream, _download):
        with suppress(TimeoutError):
            async with asyncio.timeout(random.uniform(0, 0.02)):  # noqa: S311  # no secret
                await use(client)
    forgotten = await client.download(SOUND)
    del forgotten


async def _call(client: AsyncClient) -> None:
    await client.call(GET, path={"thing_id": "1"})


async def _stream(client: AsyncClient) -> None:
    async with client.stream(WATCH, body={}) as stream:
        async for _ in stream:
            pass


async def _download(client: AsyncClient) -> None:
    await (await client.download(SOUND)).read()


def _busy(client: AsyncClient) -> int:
    """How many connections are not idle."""
    transport: Any = client._transport  # noqa: SLF001  # no user can see them
    (loop,) = transport._loops.values()  # noqa: SLF001  # as above
    pools = [one._pool for one in loop.client._mounts.values()]  # noqa: SLF001  # as above
    return sum(not one.is_idle() for pool in pools for one in pool.connections)


async def _soak(url: str, seconds: float) -> bool:
    client = AsyncClient(base_url=url, errors=ErrorTable(dict), user_agent="soak", token="none")  # noqa: S106
    started = time.monotonic()
    rounds = 0

    async def work() -> None:
        nonlocal rounds
        while time.monotonic() < stop:
            rounds += 1
            await _round(client, rounds)

    async def until(moment: float) -> Held:
        nonlocal stop
        stop = moment
        async with anyio.create_task_group() as group:
            for _ in range(_WORKERS):
                group.start_soon(work)
        await anyio.sleep(0.2)  # for what was forgotten to be closed
        return _held()

    stop = started
    first = await until(started + seconds / 10)
    print(f"after {time.monotonic() - started:.0f} s, {rounds} rounds: {first}")  # noqa: T201
    last = await until(started + seconds)
    busy = _busy(client)
    print(f"after {time.monotonic() - started:.0f} s, {rounds} rounds: {last}, {busy} busy")  # noqa: T201
    await client.aclose()
    flat = not busy and last.memory <= first.memory * _MOST_GROWTH and last.tasks <= first.tasks
    flat = flat and last.handles <= first.handles + 5 and last.threads <= first.threads + 5
    print("flat" if flat else "it has grown")  # noqa: T201
    return flat


def main() -> int:
    """Run the soak, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    seconds: float = parser.parse_args().seconds
    with LoadServer() as server:
        try:
            return 0 if asyncio.run(_soak(server.url, seconds)) else 1
        except CozeError as error:
            print(error)  # noqa: T201
            return 1


if __name__ == "__main__":
    sys.exit(main())
