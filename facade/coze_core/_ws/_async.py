"""Sockets of the async client, for asyncio and trio."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from anyio import create_task_group, sleep

from coze_core._coze_error import no_stop_iteration
from coze_core._errors import APIConnectionError, ServerError
from coze_core._ws._session import AnyEvents, AnySession
from coze_core._ws._timing import Timing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from typing import Self

    from anyio.abc import TaskGroup

    from coze_core._operation import Pipe, SocketOperation
    from coze_core._response import AsyncBody, ResponseInfo
    from coze_core._settings import Settings
    from coze_core._ws._tasks import AsyncConnection

E_co = TypeVar("E_co", covariant=True)
N_contra = TypeVar("N_contra", bound=str, contravariant=True)


class AsyncSenders:
    """A group of events that can be sent.

    Args:
        send: Sends one.
    """

    def __init__(self, send: Callable[..., Awaitable[None]]) -> None:
        self._send = send


class AsyncSocket(Generic[E_co, N_contra]):
    """A connection that carries events both ways: the async variant of `Socket`.

    One task may read while any others send, and any may close it. Cancelling what reads loses
    nothing. Cancelling what has begun to send closes the connection, as half an event is out.

    Args:
        operation: The operation that opens it.
        connect: Sends the handshake.
        settings: The settings of the client.
        reconnect: How often in a row it is opened again when the connection is lost.
    """

    _timing = Timing()

    def __init__(
        self,
        operation: SocketOperation[E_co],
        connect: Callable[[], Awaitable[tuple[AsyncBody, ResponseInfo]]],
        settings: Settings,
        reconnect: int = 0,
    ) -> None:
        self._session = _Session[E_co](connect, operation, settings, reconnect, self._timing)
        self._send = self._session.send

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._session}>"

    async def __aenter__(self) -> Self:
        """As `Socket.__enter__`."""
        self._session.use()
        await self._session.enter()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._session.exit()

    def __aiter__(self) -> AsyncIterator[E_co]:
        """Iterate over the events that were not read yet, until the socket is closed."""
        self._session.opened()
        return self

    async def __anext__(self) -> E_co:
        """As `Socket.__next__`."""
        event = await self._session.next()
        if event is None:
            raise StopAsyncIteration
        return event

    @property
    def response(self) -> ResponseInfo:
        """As `Socket.response`."""
        return self._session.known().response

    def turn(self) -> AsyncIterator[E_co]:
        """As `Socket.turn`."""
        return _Events[E_co](self._session)

    def until(self, event_type: N_contra) -> AsyncIterator[E_co]:
        """As `Socket.until`."""
        return _Events[E_co](self._session, self._session.awaited(event_type))

    async def send(self, event: Mapping[str, object]) -> None:
        """As `Socket.send`."""
        await self._send(*self._session.parts(event))

    async def aclose(self) -> None:
        """Close the socket: all tasks that wait for it go on. Twice does no harm."""
        await self._session.close()

    def _pipe(self, source: Any) -> AsyncIterator[Any]:
        pipe, parts = self._session.begin_pipe(source)
        events = _Events[E_co](self._session, pipe.end, pipe)
        self._session.tasks.start_soon(self._session.feed, pipe, parts, events)
        return events


class _Session(AnySession[E_co, "AsyncConnection"]):
    """What goes on in an async socket, with the tasks that read its connections."""

    tasks: TaskGroup

    async def enter(self) -> None:
        """Open the socket, and the group of its tasks.

        Raises:
            CozeError: The handshake failed.
        """
        self.tasks = create_task_group()
        await self.tasks.__aenter__()
        try:
            await self.open()
        except BaseException:
            await self.exit()
            raise

    async def open(self) -> None:
        """As for a sync socket."""
        from coze_core._ws._tasks import AsyncConnection

        body, response = await self._connect()
        if self.is_left:  # closed by another task meanwhile
            await body.aclose()
            return
        self.connection = AsyncConnection(
            self.operation.name, self.settings, self.timing, body, response
        )
        self.tasks.start_soon(self.connection.run)

    async def exit(self) -> None:
        """Close the socket, and end its tasks."""
        try:
            await self.close()
        finally:
            # The error of the block is none of the group's, which would wrap it.
            self.tasks.cancel_scope.cancel()
            await self.tasks.__aexit__(None, None, None)

    async def close(self) -> None:
        """Close the socket."""
        if connection := self.leave():
            await connection.aclose()

    async def send(
        self, name: str, data: Mapping[str, object] | None = None, id_: object = None
    ) -> None:
        """As for a sync socket."""
        connection = self.opened()
        if not await connection.send(self.codec.encode(name, data, id_)):
            raise self.unsent(connection)
        self.sent(name, data)

    async def next(self) -> E_co | None:
        """As for a sync socket."""
        connection: AsyncConnection = self.opened()
        message = connection.take_now()
        if message is None:
            message = await connection.take()
        if message is not None and not self.is_left:
            return self.read(message)
        error = self.loss(connection)
        return await self._reopen(error) if error else None

    async def feed(self, pipe: Pipe, parts: Any, events: AnyEvents[E_co]) -> None:
        """As for a sync socket."""
        try:
            with no_stop_iteration("The source of a pipe"):
                if hasattr(parts, "__aiter__"):
                    async for part in parts:
                        await self._feed(pipe, part, events)
                else:
                    for part in parts:
                        await self._feed(pipe, part, events)
                if not events.is_over:
                    await self.send(pipe.done)
        except Exception as error:  # noqa: BLE001  # whoever reads raises it
            if not events.is_over:
                self.opened().post(error)
        finally:
            self.is_fed = False

    async def _feed(self, pipe: Pipe, part: object, events: AnyEvents[E_co]) -> None:
        for data in self.codec.chunks(part):
            if not events.is_over:
                await self.send(pipe.feed, data)

    async def _reopen(self, error: APIConnectionError) -> E_co | None:
        for pause in self.pauses():
            await sleep(pause)
            with suppress(APIConnectionError, ServerError):
                await self.open()
                if self.is_left:
                    return None
                if settings := self.again():
                    await self.send(self.operation.settings, settings)
                return self.reconnected(error)
        raise error


class _Events(AnyEvents[E_co]):
    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        while self._goes_on():
            taken = self._took(await self._session.next())
            if taken is not None:
                return taken
        raise StopAsyncIteration
