"""Streams without a network: what a transport would give, from a list of chunks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import anyio
import anyio.lowlevel

from coze_core._coze_error import CozeError
from coze_core._errors import ErrorTable
from coze_core._events import Event
from coze_core._operation import StreamOperation
from coze_core._response import RequestInfo, ResponseInfo
from coze_core._streams import AsyncStream, Stream
from tests.core.sample_models import Message, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence


CHAT: StreamOperation[Any] = StreamOperation(
    "chat.stream",
    "POST",
    "/chat",
    events=lambda: {"delta": Message, "usage": Usage, "failed": Message, "done": str},
    end=frozenset({"done"}),
    pause=frozenset({"usage"}),
    errors=frozenset({"error", "failed"}),
)
ERRORS = ErrorTable(dict)
HELLO = b'event:delta\ndata:{"id":"1","role":"assistant","content":"hi"}\n\n'
USAGE = b'id: 3\nevent: usage\ndata: {"token_count":7}\n\n'
DONE = b'event:done\ndata:"[DONE]"\n\n'
HELLO_EVENT = Event("delta", Message(id="1", role="assistant", content="hi"))
USAGE_EVENT = Event("usage", Usage(token_count=7), "3")
DONE_EVENT = Event("done", "[DONE]")


class Source:
    """Gives chunks, or raises what stands between them, and remembers how it was used."""

    secret = ""

    def __init__(self, chunks: Sequence[bytes | Exception]) -> None:
        self.chunks = list(chunks)
        self.left = len(self.chunks)
        self.closed = threading.Event()
        self.stopped = False
        self.response = ResponseInfo(
            status_code=200,
            headers={"x-tt-logid": "L"},
            logid="L",
            body=b"",
            request=RequestInfo("POST", "/chat"),
            attempts=1,
            elapsed=0.0,
        )

    def explain(self, error: CozeError) -> None:
        self.explained = error

    def read(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.left -= 1
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


class SyncSource(Source):
    def iter_bytes(self) -> Iterator[bytes]:
        return self.read()

    def close(self, *, drain: bool = False) -> None:
        del drain
        self.stopped = True
        self.release()

    def release(self) -> None:
        self.closed.set()

    def open(self) -> tuple[Self, ResponseInfo]:
        return self, self.response


class AsyncSource(Source):
    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        for chunk in self.read():
            await anyio.lowlevel.checkpoint()
            yield chunk

    async def aclose(self, *, drain: bool = False) -> None:
        del drain
        self.stopped = True
        await self.release()

    async def release(self) -> None:
        with anyio.CancelScope(shield=True):  # as the transport does
            await anyio.lowlevel.checkpoint()
            self.closed.set()

    async def open(self) -> tuple[Self, ResponseInfo]:
        await anyio.lowlevel.checkpoint()
        return self, self.response


class Outcome(NamedTuple):
    events: list[Any]
    error: Exception | None
    source: Source


def read_sync(operation: StreamOperation[Any], *chunks: bytes | Exception) -> Outcome:
    source = SyncSource(chunks)
    events: list[Any] = []
    try:
        with Stream(operation, source.open, ERRORS) as stream:
            for event in stream:
                events.append(event)  # noqa: PERF402  # an error must not lose them
            assert list(stream) == []
    except CozeError as error:
        return Outcome(events, error, source)
    return Outcome(events, None, source)


def read_async(operation: StreamOperation[Any], *chunks: bytes | Exception) -> Outcome:
    source = AsyncSource(chunks)
    events: list[Any] = []

    async def read() -> None:
        async with AsyncStream(operation, source.open, ERRORS) as stream:
            async for event in stream:
                events.append(event)  # noqa: PERF401  # an error must not lose them
            assert [event async for event in stream] == []

    try:
        anyio.run(read)
    except CozeError as error:
        return Outcome(events, error, source)
    return Outcome(events, None, source)
