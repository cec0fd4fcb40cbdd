"""Sockets of the async client, for asyncio and trio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from coze_core._ws._timing import Timing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from typing import Self

    from coze_core._operation import SocketOperation
    from coze_core._response import AsyncBody, ResponseInfo
    from coze_core._settings import Settings

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
        from coze_core._ws._tasks import AsyncSession

        self._session = AsyncSession[E_co](connect, operation, settings, reconnect, self._timing)
        self._send = self._session.send

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._session}>"

    async def __aenter__(self) -> Self:
        """As `Socket.__enter__`."""
        self._session.use()
        await self._session.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._session.leave()

    def __aiter__(self) -> AsyncIterator[E_co]:
        """Iterate over the events that were not read yet, until the socket is closed."""
        self._session.opened()
        return self

    async def __anext__(self) -> E_co:
        """As `Socket.__next__`."""
        event = self._session.now() or await self._session.next()
        if event is None:
            raise StopAsyncIteration
        return event

    @property
    def response(self) -> ResponseInfo:
        """As `Socket.response`."""
        return self._session.call().response

    def turn(self) -> AsyncIterator[E_co]:
        """As `Socket.turn`."""
        return self._session.until()

    def until(self, event_type: N_contra) -> AsyncIterator[E_co]:
        """As `Socket.until`."""
        return self._session.until(self._session.known(event_type))

    async def send(self, event: Mapping[str, object]) -> None:
        """As `Socket.send`."""
        await self._send(*self._session.parts(event))

    async def aclose(self) -> None:
        """Close the socket: all tasks that wait for it go on. Twice does no harm."""
        await self._session.close()

    def _pipe(self, source: Any) -> AsyncIterator[Any]:
        return self._session.pipe(source)
