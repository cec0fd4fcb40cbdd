from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest

from coze_core._streams import AsyncStream
from tests.core.stream_sources import (
    CHAT,
    ERRORS,
    HELLO,
    HELLO_EVENT,
    AsyncSource,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

pytestmark = pytest.mark.anyio


async def test_cancelling_closes_the_connection() -> None:
    class Slow(AsyncSource):
        async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
            yield HELLO
            await anyio.sleep(60)

    source = Slow([])

    events: list[Any] = []
    with anyio.CancelScope() as scope:
        async with AsyncStream(CHAT, source.open, ERRORS) as stream:
            async for event in stream:
                events.append(event)
                scope.cancel()
    assert events == [HELLO_EVENT]
    assert source.closed.is_set()


async def test_a_stream_can_be_closed_while_another_task_waits_for_an_event() -> None:
    waiting = anyio.Event()

    class Silent(AsyncSource):
        async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
            yield HELLO
            waiting.set()
            await anyio.sleep_forever()

    source = Silent([])

    async def read(stream: AsyncStream[Any]) -> None:
        async for _ in stream:
            pass

    async with AsyncStream(CHAT, source.open, ERRORS) as stream, anyio.create_task_group() as tasks:
        tasks.start_soon(read, stream)
        await waiting.wait()
        await stream.aclose()
        assert source.closed.is_set()
        tasks.cancel_scope.cancel()
