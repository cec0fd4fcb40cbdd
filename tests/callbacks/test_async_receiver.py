"""The promises of the receiver for asyncio and trio, and those about waiting."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from typing import Any, Literal

import anyio
import anyio.lowlevel
import pytest

from coze_client import callbacks
from tests.callbacks.deliveries import EXAMPLES, TOKEN, body_of, signed


@pytest.mark.anyio
@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_async_handler_is_awaited(receiver: callbacks.Receiver, name: str) -> None:
    seen: list[callbacks.CallbackEvent] = []

    async def handle(event: callbacks.CallbackEvent) -> callbacks.Audit | None:
        await anyio.lowlevel.checkpoint()
        seen.append(event)
        return callbacks.Audit("approved") if event.event_type == "bot.published" else None

    body = body_of(name)
    answers = [await receiver.areceive(signed(body), body, handle) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert len(seen) == (name != "url_verification")


class _Awaited:
    def __init__(self) -> None:
        self.threads: list[int] = []

    async def __call__(self, event: callbacks.CallbackEvent) -> None:
        del event
        self.threads.append(threading.get_ident())


def _function(threads: list[int], event: callbacks.CallbackEvent) -> None:
    del event
    threads.append(threading.get_ident())


async def _async_function(threads: list[int], event: callbacks.CallbackEvent) -> None:
    _function(threads, event)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["object", "partial", "sync"])
async def test_async_handlers_run_on_the_loop_and_others_in_a_thread(
    receiver: callbacks.Receiver, kind: Literal["object", "partial", "sync"]
) -> None:
    awaited, threads, body = _Awaited(), list[int](), body_of("bot.deleted")
    handler: Any = {
        "object": awaited,
        "partial": functools.partial(_async_function, threads),
        "sync": functools.partial(_function, threads),
    }[kind]
    assert (await receiver.areceive(signed(body), body, handler)).status == 200
    (thread,) = threads + awaited.threads
    assert (thread == threading.get_ident()) is (kind != "sync")


@pytest.mark.anyio
async def test_a_hundred_tasks_with_one_event_call_the_handler_once(
    receiver: callbacks.Receiver,
) -> None:
    calls, statuses, body = list[str](), list[int](), body_of("bot.deleted")

    async def handle(event: callbacks.CallbackEvent) -> None:
        calls.append(event.event_type)
        await anyio.sleep(0.05)

    async def deliver() -> None:
        statuses.append((await receiver.areceive(signed(body), body, handle)).status)

    async with anyio.create_task_group() as tasks:
        for _ in range(100):
            tasks.start_soon(deliver)
    assert len(calls) == 1
    assert set(statuses) <= {200, 503}
    assert len(statuses) == 100


@pytest.mark.anyio
@pytest.mark.parametrize("failure", ["raises", "cancelled"])
async def test_an_event_that_was_not_handled_is_handled_when_it_is_told_again(
    receiver: callbacks.Receiver, failure: Literal["raises", "cancelled"]
) -> None:
    calls, body = list[str](), body_of("bot.deleted")

    async def handle(event: callbacks.CallbackEvent) -> None:
        calls.append(event.event_type)
        if len(calls) == 1:
            if failure == "raises":
                raise ValueError("not now")
            await anyio.sleep_forever()

    with anyio.move_on_after(0.05):
        if failure == "raises":
            with pytest.raises(ValueError, match="not now"):
                await receiver.areceive(signed(body), body, handle)
        else:
            await receiver.areceive(signed(body), body, handle)
    assert (await receiver.areceive(signed(body), body, handle)).status == 200
    assert len(calls) == 2


@pytest.mark.parametrize("moment", ["claiming", "handling", "finishing"])
def test_a_delivery_that_asyncio_cancels_at_a_slow_store_loses_no_event(moment: str) -> None:
    """Servers cancel tasks of senders that go away."""
    body = body_of("bot.deleted")
    reached, go_on, calls = threading.Event(), threading.Event(), list[str]()

    class Slow(callbacks.MemoryStore):
        def add(self, key: str, value: bytes, seconds: float) -> bool:
            wait("claiming")
            return super().add(key, value, seconds)

        def set(self, key: str, value: bytes, seconds: float, claim: bytes) -> None:
            wait("finishing")
            super().set(key, value, seconds, claim)

    def wait(here: str) -> None:
        if here == moment:
            reached.set()
            go_on.wait(10)

    async def handle(event: callbacks.CallbackEvent) -> None:
        calls.append(event.event_type)
        if moment == "handling" and not reached.is_set():
            reached.set()
            await asyncio.sleep(60)

    receiver = callbacks.Receiver(TOKEN, store=Slow())

    async def main() -> None:
        task = asyncio.create_task(receiver.areceive(signed(body), body, handle))
        await asyncio.to_thread(reached.wait, 10)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0.01)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await receiver.areceive(signed(body), body, handle)).status == 200

    asyncio.run(main())
    assert len(calls) == (2 if moment == "handling" else 1)


def test_a_blocking_handler_ends_its_work_though_its_task_was_cancelled() -> None:
    """Else the event would be handled again: a thread cannot be stopped."""
    receiver, body = callbacks.Receiver(TOKEN), body_of("bot.deleted")
    begun, calls = threading.Event(), list[str]()

    def handle(event: callbacks.CallbackEvent) -> None:
        calls.append(event.event_type)
        begun.set()
        go_on.wait(10)

    go_on = threading.Event()

    async def main() -> None:
        task = asyncio.create_task(receiver.areceive(signed(body), body, handle))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    for _ in range(1_000):  # its thread may still be at it
        if receiver.receive(signed(body), body, handle).status == 200:
            break
        time.sleep(0.01)
    else:
        pytest.fail("the event is being handled for ever")
    assert len(calls) == 1
