"""A program that forks with a client in its hands: ``forking.py CASE URL [CERTIFICATE]``.

Each process writes what it got; the test reads it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import traceback
from contextlib import closing
from typing import TYPE_CHECKING, Any

from coze_core import AsyncClient, CozeError, ErrorTable, SyncClient
from tests.core.things import GET, WATCH
from tests.families import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

CHILDREN = 4
CALLS = 10


def options(url: str, *certificate: str) -> dict[str, Any]:
    verify = {"verify": certificate[0]} if certificate else {}
    return {
        "base_url": url,
        "errors": ErrorTable(dict),
        "user_agent": "tests",
        "token": "t",
        "timeout": 5,
        **verify,
    }


def write(**result: object) -> None:
    os.write(1, (json.dumps(result) + "\n").encode())


def forked(work: Callable[[str], None], count: int = CHILDREN) -> None:
    """Do some work in this process and its children, at once."""
    children: list[int] = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            try:
                work(f"child{number}")
            except BaseException:  # noqa: BLE001  # nothing must come out of a child
                write(failed=traceback.format_exc())
            os._exit(0)
        children.append(child)
    work("parent")
    for child in children:
        os.waitpid(child, 0)


def right(who: str, got: list[str]) -> None:
    write(who=who, right=sum(text == f"{who}-{number}" for number, text in enumerate(got)))


def calls(*args: str) -> None:
    client = SyncClient(**options(*args))
    client.call(GET, path={"thing_id": "first"})

    def work(who: str) -> None:
        names = [f"{who}-{number}" for number in range(CALLS)]
        right(who, [client.call(GET, path={"thing_id": name}).id for name in names])
        client.close()

    forked(work)


def async_calls(*args: str) -> None:
    client = AsyncClient(**options(*args))
    asyncio.run(get(client, "first"))

    def work(who: str) -> None:
        asyncio.run(get_all(client, who))

    forked(work)


def within_a_loop(*args: str) -> None:
    client = AsyncClient(**options(*args))

    async def main() -> None:
        await get(client, "first")
        child = os.fork()
        if child == 0:
            thread = threading.Thread(target=lambda: asyncio.run(get_all(client, "child")))
            thread.start()
            thread.join()
            os._exit(0)
        await asyncio.to_thread(os.waitpid, child, 0)
        await get_all(client, "parent")
        await client.aclose()

    asyncio.run(main())


async def get(client: AsyncClient, name: str) -> str:
    return (await client.call(GET, path={"thing_id": name})).id


async def get_all(client: AsyncClient, who: str) -> None:
    right(who, [await get(client, f"{who}-{number}") for number in range(CALLS)])


def locks(*args: str) -> None:
    """Fork while threads are in the middle of everything."""
    client = SyncClient(**options(*args))
    stop = threading.Event()

    def hammer() -> None:
        while not stop.is_set():
            client.call(GET, path={"thing_id": "x"})

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()

    def work(who: str) -> None:
        names = [f"{who}-{number}" for number in range(CALLS)]
        right(who, [client.call(GET, path={"thing_id": name}).id for name in names])

    for _ in range(5):
        forked(work, 1)
    stop.set()
    for thread in threads:
        thread.join()
    client.close()


def refused(*args: str) -> None:
    """Return what is refused to a child: a stream from before, a client of the user's own."""
    with (
        httpx.Client() as http_client,
        closing(SyncClient(**options(*args))) as own,
        own.stream(WATCH, body={}) as stream,
    ):
        theirs = SyncClient(**options(*args), http_client=http_client)
        theirs.call(GET, path={"thing_id": "first"})

        def work(who: str) -> None:
            if who == "parent":
                return
            later = SyncClient(**options(*args), http_client=http_client)
            for use in (
                lambda: next(stream),
                lambda: theirs.call(GET, path={"thing_id": "no"}),
                lambda: later.call(GET, path={"thing_id": "no"}),
            ):
                try:
                    write(got=str(use()))
                except CozeError as error:
                    write(error=str(error))
            stream.close()

        forked(work, 1)
        write(rest=[event.event for event in stream])


if __name__ == "__main__":
    CASES = {
        "calls": calls,
        "async calls": async_calls,
        "within a loop": within_a_loop,
        "locks": locks,
        "refused": refused,
    }
    CASES[sys.argv[1]](*sys.argv[2:])
