"""What goes on in an async socket: tasks that read and feed it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
from anyio import CancelScope, Event, move_on_after

from coze_core._coze_error import no_stop_iteration
from coze_core._errors import APIConnectionError, ServerError
from coze_core._ws._link import Closed, Link
from coze_core._ws._session import Flow, SessionState, Until
from coze_core._ws._timing import MOST_WAITING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from typing import Self

    from anyio.abc import TaskGroup

    from coze_core._http._async import AsyncUpgraded
    from coze_core._response import AsyncBody, ResponseInfo
    from coze_core._ws._timing import Timing

E_co = TypeVar("E_co", covariant=True)
_SIZE = 64 * 1024


class AsyncConnection:
    """The async variant of `Connection`, whose `run` a task has to do."""

    def __init__(
        self, body: AsyncUpgraded, response: ResponseInfo, max_bytes: int, timing: Timing
    ) -> None:
        self.body = body
        self.response = response
        self.link = Link(max_bytes, timing)
        self._stream = body.stream
        self._receive, self._write = _inner(body.stream)
        self._timing = timing
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
        """Wait for a message; ``None`` at the end."""
        messages = self.link.messages
        while not messages:
            if self.link.closed or self.link.is_closing:
                return None
            if self._message is None:
                self._message = Event()
            await self._message.wait()
        return self.take_now()

    def take_now(self) -> bytes | BaseException | None:
        """Return a message if one is waiting."""
        messages = self.link.messages
        message = messages.popleft() if messages else None
        if self._room and len(messages) <= MOST_WAITING // 2:
            self._room.set()
        return message

    def post(self, error: BaseException) -> None:
        """Let an error be raised by whoever takes the next message."""
        self.link.messages.append(error)
        self._wake()

    async def send(self, message: bytes) -> Closed | None:
        """Send a message, and return how the connection ended if it has.

        Raises:
            BaseException: The task was cancelled; the connection is closed then, if it had begun.
        """
        async with self._writing:
            if self.link.closed or self.link.is_closing:
                return self.link.end()
            self.link.send(message)
            try:
                await self._write_all()
            except Exception:  # noqa: BLE001  # whatever the library below calls it
                with move_on_after(self._timing.closing):  # the peer may have said why
                    await self._ended.wait()
                self._abort()
                return self.link.end()
            except BaseException:
                self._abort()  # half of a frame is out
                raise
        return None

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
            while not (link.closed or self._is_flush_due or len(link.messages) >= MOST_WAITING):
                receive, self._stream = self._stream.read if self._stream else self._receive, None
                try:
                    # The stream of httpx has what came along with its answer.
                    data = await receive(_SIZE)
                except Exception as error:  # noqa: BLE001  # as above
                    link.lose(str(error))
                    return
                link.receive(data)
                self._wake()
        link.tick()
        with move_on_after(self._timing.patience) as scope:
            await self._flush()
        if scope.cancelled_caught:
            link.lose("nothing could be sent")
        if len(link.messages) >= MOST_WAITING and not link.is_closing:
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
        return _until_end(inner.receive), _without_turns(inner)
    return stream.read, stream.write


def _until_end(receive: Callable[[int], Awaitable[bytes]]) -> Callable[[int], Awaitable[bytes]]:
    async def read(size: int) -> bytes:
        try:
            return await receive(size)
        except anyio.EndOfStream:
            return b""

    return read


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


class AsyncSession(SessionState[E_co, AsyncConnection]):
    """The async variant of `Session`, with the tasks that read the connections."""

    def __init__(
        self, connect: Callable[[], Awaitable[tuple[AsyncBody, ResponseInfo]]], *state: Any
    ) -> None:
        super().__init__(*state)
        self._connect = connect
        self.tasks: TaskGroup

    async def open(self) -> None:
        """Open the first connection, and the group of tasks.

        Raises:
            CozeError: The handshake failed.
        """
        body, response = await self._connect()
        self.tasks = anyio.create_task_group()
        try:
            await self.tasks.__aenter__()
        except BaseException:
            await body.aclose()
            raise
        self._begin(body, response)

    async def leave(self) -> None:
        """Close the socket, and end its tasks."""
        try:
            await self.close()
        finally:
            # The error of the block is none of the group's, which would wrap it.
            self.tasks.cancel_scope.cancel()
            await self.tasks.__aexit__(None, None, None)

    async def close(self) -> None:
        """Close the socket."""
        if self.is_left or self.is_inherited:
            return
        self.is_left = True
        if self.connection:
            await self.connection.aclose()

    async def send(
        self, name: str, data: Mapping[str, object] | None = None, id_: object = None
    ) -> None:
        """As `Session.send`."""
        connection = self.opened()
        self.sent(name, data, await connection.send(self.codec.encode(name, data, id_)))

    def now(self) -> E_co | None:
        """Return the next event if it is here."""
        message = self.opened().take_now()
        return None if message is None else self.read(message)

    async def next(self) -> E_co | None:
        """As `Session.next`."""
        connection = self.opened()
        message = await connection.take()
        if message is not None and not self.is_left:
            return self.read(message)
        error = self.loss(connection)
        return await self._reopen(error) if error else None

    def until(self, name: str = "") -> AsyncIterator[E_co]:
        """As `Session.until`."""
        return _Until[E_co](self, name)

    def pipe(self, source: object) -> AsyncIterator[Any]:
        """As `Session.pipe`, in a task."""
        return _Flow[E_co](self, source)

    def _begin(self, body: AsyncBody, response: ResponseInfo) -> None:
        limit = self.settings.max_response_bytes
        upgraded = cast("AsyncUpgraded", body)
        self.connection = AsyncConnection(upgraded, response, limit, self.timing)
        self.tasks.start_soon(self.connection.run)

    async def _reopen(self, error: APIConnectionError) -> E_co | None:
        for pause in self.resumption.pauses():
            await anyio.sleep(pause)
            with suppress(APIConnectionError, ServerError):
                body, response = await self._connect()
                if self.is_left:
                    await body.aclose()
                    return None
                self._begin(body, response)
                if settings := self.resumption.settings():
                    await self.send(self.operation.settings, settings)
                return self.reconnected(error)
        raise error


class _Until(Until[E_co]):
    def __init__(self, session: AsyncSession[E_co], name: str = "") -> None:
        super().__init__(session, name)
        self._now, self._next = session.now, session.next

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E_co:
        if not self._goes_on():
            raise StopAsyncIteration
        event = self._now()
        return self._took(await self._next() if event is None else event)


class _Flow(Flow[E_co]):
    def __init__(self, session: AsyncSession[E_co], source: object) -> None:
        super().__init__(session, source)
        self._next = session.next
        session.tasks.start_soon(self._feed, session)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        while self._goes_on():
            piece = self._piece(await self._next())
            if piece is not None:
                return piece
        raise StopAsyncIteration

    async def _feed(self, session: AsyncSession[E_co]) -> None:
        try:
            with no_stop_iteration("The source of a pipe"):
                if hasattr(self._source, "__aiter__"):
                    async for piece in self._source:
                        await self._send(session, piece)
                else:
                    for piece in self._source:
                        await self._send(session, piece)
                if not self._is_done:
                    await session.send(self._pipe.done)
        except Exception as error:  # noqa: BLE001  # whoever reads raises it
            if not self._is_done:
                session.opened().post(error)
        finally:
            session.is_fed = False

    async def _send(self, session: AsyncSession[E_co], piece: object) -> None:
        for data in session.codec.chunks(piece):
            if not self._is_done:
                await session.send(self._pipe.feed, data)
