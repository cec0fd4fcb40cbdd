from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest

from coze_core._coze_error import CozeError
from coze_core._streams import AsyncStream
from tests.core.stream_sources import (
    CHAT,
    DONE,
    ERRORS,
    HELLO,
    HELLO_EVENT,
    USAGE,
    USAGE_EVENT,
    AsyncSource,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

pytestmark = pytest.mark.anyio


async def fail_inside(stream: AsyncStream[Any]) -> None:
    async with stream:
        raise KeyError(await anext(stream))


async def test_a_stream_is_read_only_while_it_is_open() -> None:
    source = AsyncSource([HELLO, USAGE, DONE])

    stream = AsyncStream(CHAT, source.open, ERRORS)
    with pytest.raises(CozeError, match=r"chat\.stream: this stream is not open\. .*with"):
        aiter(stream)
    with pytest.raises(CozeError, match="is not open"):
        await anext(stream)
    async with stream:
        assert await anext(stream) == HELLO_EVENT
        async for event in stream:
            assert event == USAGE_EVENT
            break
        with pytest.raises(CozeError, match="opened only once"):
            await stream.__aenter__()
    assert source.closed.is_set()
    assert stream.response.logid == "L"
    assert repr(stream) == "<AsyncStream chat.stream, closed>"
    with pytest.raises(CozeError, match="is closed"):
        aiter(stream)
    await stream.aclose()


async def test_leaving_by_an_error_closes_the_connection() -> None:
    source = AsyncSource([HELLO, HELLO])

    stream = AsyncStream(CHAT, source.open, ERRORS)
    with pytest.raises(KeyError):
        await fail_inside(stream)
    assert source.closed.is_set()


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
