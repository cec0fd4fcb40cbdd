"""The connection of an async socket, and the task that reads it."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
from anyio import CancelScope, Event, move_on_after

from coze_core._http._async import AsyncUpgraded
from coze_core._ws._connection import AnyConnection
from coze_core._ws._timing import MOST_WAITING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_SIZE = 64 * 1024


class AsyncConnection(AnyConnection[AsyncUpgraded]):
    """The async variant of `Connection`, whose `run` a task has to do."""

    def __init__(self, *opened: Any) -> None:
        self._messages: deque[bytes | BaseException] = deque()
        super().__init__(self._messages.append, *opened)
        self._first = self.body.stream.read  # which has what came along with the answer
        self._receive, self._write = _inner(self.body.stream)
        self._writing = anyio.Lock(fast_acquire=True)
        self._scope = CancelScope()
        self._message: Event | None = None  # what those wait for who take messages
        self._room: Event | None = None  # what reading waits for
        self._ended = Event()

    async def run(self) -> None:
        """Read the connection until it is over, and release it."""
        try:
            with self._scope:
                while not self.link.closed:
                    await self._read()
        finally:
            self.link.lose("")
            self._wake()
            with move_on_after(self._timing.closing, shield=True):
                await self.body.release()
            self._ended.set()

    async def take(self) -> bytes | BaseException | None:
        """Wait for a message, or an error of `post`; ``None`` at the end."""
        while not self._messages:
            if self.link.closed or self.link.is_closing:
                return None
            if self._message is None:
                self._message = Event()
            await self._message.wait()
        return self.take_now()

    def take_now(self) -> bytes | BaseException | None:
        """Return a message if one is waiting."""
        if not self._messages:
            return None
        if self._room and len(self._messages) <= MOST_WAITING // 2:
            self._room.set()
        return self._messages.popleft()

    def post(self, error: BaseException) -> None:
        """Let an error be raised by whoever takes the next message."""
        self._messages.append(error)
        self._wake()

    async def send(self, message: bytes) -> bool:
        """Send a message, and return whether that was possible.

        Raises:
            BaseException: The task was cancelled; the connection is closed then, if it had begun.
        """
        async with self._writing:
            if self.link.closed or self.link.is_closing:
                return False
            self.link.send(message)
            try:
                await self._write_all()
            except Exception:  # noqa: BLE001  # whatever the library below calls it
                with move_on_after(self._timing.closing):  # the peer may have said why
                    await self._ended.wait()
                self._abort()
                return False
            except BaseException:
                self._abort()  # half of a frame is out
                raise
        return True

    async def aclose(self) -> None:
        """Close it in good order, or without it after a while; end all waiting."""
        self.link.close()
        self._wake()
        if self._room:
            self._room.set()
        try:
            with move_on_after(self._timing.closing, shield=True):
                if await self._flush():
                    await self._ended.wait()
        finally:
            self._abort()
        with move_on_after(self._timing.closing, shield=True):
            await self._ended.wait()

    def _abort(self) -> None:
        self.link.lose("")
        self._scope.cancel()

    def _wake(self) -> None:
        waiting, self._message = self._message, None
        if waiting:
            waiting.set()

    async def _read(self) -> None:
        """Read until there is something else to do."""
        link = self.link
        # What comes after a ping makes the next one due earlier than it seems now.
        with move_on_after(min(link.wait(), self._timing.interval)):
            while not (link.closed or self._is_flush_due or len(self._messages) >= MOST_WAITING):
                receive, self._first = self._first or self._receive, None
                try:
                    data = await receive(_SIZE)
                except anyio.EndOfStream:
                    data = b""
                except Exception as error:  # noqa: BLE001  # as above
                    link.lose(str(error))
                    return
                link.receive(data)
                self._wake()
        link.tick()
        if self._is_flush_due:
            with move_on_after(self._timing.patience) as scope:
                await self._flush()
            if scope.cancelled_caught:
                link.lose("nothing could be sent")
        if len(self._messages) >= MOST_WAITING and not link.is_closing:
            self._room = Event()
            await self._room.wait()
            self._room = None
            link.restart_clock()

    @property
    def _is_flush_due(self) -> bool:
        return self.link.has_outgoing and not self._writing.locked()

    async def _flush(self) -> bool:
        """Write what the link has to say, unless somebody is writing, who does it then."""
        if self._writing.locked():
            return False
        async with self._writing:
            with suppress(Exception):  # reading tells
                await self._write_all()
        return True

    async def _write_all(self) -> None:
        while data := self.link.outgoing():
            await self._write(data)


def _inner(
    stream: Any,
) -> tuple[Callable[[int], Awaitable[bytes]], Callable[[bytes], Awaitable[Any]]]:
    """Return how to read and write a connection of httpcore, without a time limit for each."""
    inner = stream
    while (deeper := getattr(inner, "_stream", None)) is not None:
        inner = deeper
    if hasattr(inner, "send_all"):  # of trio
        return inner.receive_some, inner.send_all
    if hasattr(inner, "send"):  # of anyio
        return inner.receive, _without_turns(inner)
    return stream.read, stream.write


def _without_turns(stream: Any) -> Callable[[bytes], Awaitable[Any]]:
    """Return how to write to asyncio without a turn of the event loop for each piece.

    A turn takes as long as all the rest. There is one for each 64 KiB, and wherever asyncio waits.
    """
    try:
        transport, protocol = stream._transport, stream._protocol  # noqa: SLF001  # no public way
    except AttributeError:  # TLS, or another anyio
        return stream.send
    is_writable, left = protocol.write_event.is_set, _SIZE

    async def write(data: bytes) -> None:
        nonlocal left
        left -= len(data)
        if left < 0 or transport.is_closing() or not is_writable():
            left = _SIZE
            await stream.send(data)
        else:
            transport.write(data)

    return write
