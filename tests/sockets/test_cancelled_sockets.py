"""What is lost when a task is cancelled that reads, sends or holds a socket: nothing."""

from __future__ import annotations

import asyncio
import random
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from coze_core import APIConnectionError
from tests.sockets.opening import backend, echo, numbers, opened

if TYPE_CHECKING:
    from tests.sockets.peer import Peer


@backend
def test_cancelled_receives_lose_nothing(peers: Any, backend: str) -> None:
    server = peers(numbers(300))
    chance = random.Random(7)  # noqa: S311  # no secret

    async def main() -> None:
        async with opened(server) as chat:
            turn, got = chat.turn(), []
            while not got or got[-1] != "end":
                with anyio.move_on_after(chance.choice([0, 0.0001, 0.001])):
                    while True:
                        got.append((await anext(turn)).data.id)
                        if got[-1] == "end":
                            break
            assert got == [*map(str, range(300)), "end"]

    anyio.run(main, backend=backend)


def test_receives_that_a_task_of_asyncio_cancels_lose_nothing(peers: Any) -> None:
    server = peers(numbers(300))
    chance = random.Random(8)  # noqa: S311  # no secret

    async def main() -> None:
        async with opened(server) as chat:
            got: list[str] = []

            async def receive() -> None:
                async for one in chat:
                    got.append(one.data.id)
                    if one.data.id == "end":
                        return

            while not got or got[-1] != "end":
                task = asyncio.create_task(receive())
                await asyncio.sleep(chance.choice([0, 0.0001, 0.001]))
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            assert got == [*map(str, range(300)), "end"]

    asyncio.run(main())


class BlockError(Exception):
    pass


@backend
def test_an_error_of_the_block_comes_as_it_is(peers: Any, backend: str) -> None:
    server = peers(echo)

    async def main() -> None:
        with pytest.raises(BlockError):
            async with opened(server):
                raise BlockError

    anyio.run(main, backend=backend)
    server.join()


@backend
def test_a_cancelled_block_ends_and_leaves_nothing(peers: Any, backend: str) -> None:
    server = peers(echo)

    async def main() -> None:
        with anyio.move_on_after(0.05) as scope:
            async with opened(server) as chat:
                await anext(chat)
        assert scope.cancelled_caught

    anyio.run(main, backend=backend)
    server.join()


def test_a_block_whose_task_is_cancelled_ends_and_leaves_nothing(peers: Any) -> None:
    server = peers(echo)

    async def use() -> None:
        async with opened(server) as chat:
            await anext(chat)

    async def main() -> None:
        before = asyncio.all_tasks()
        task = asyncio.create_task(use())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == before

    asyncio.run(main())
    server.join()


@backend
def test_a_send_that_is_cancelled_half_way_closes_the_socket(peers: Any, backend: str) -> None:
    def deaf(peer: Peer) -> None:
        peer.accept()
        go_on.wait(20)

    go_on = threading.Event()
    server = peers(deaf)

    async def main() -> None:
        async with opened(server) as chat:
            with anyio.move_on_after(0.2) as scope:
                await chat.message.create(content="x" * 30_000_000)
            assert scope.cancelled_caught
            with pytest.raises(APIConnectionError):
                await chat.message.create(content="more")
            with pytest.raises(APIConnectionError):
                await anext(chat)

    anyio.run(main, backend=backend)
    go_on.set()
