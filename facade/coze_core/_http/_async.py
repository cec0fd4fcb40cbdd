"""The async transport, over the connections of an `httpx.AsyncClient` for each event loop."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary, ref

import anyio
from anyio.lowlevel import current_token

from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError
from coze_core._fork import never_close, reset_in_children
from coze_core._http._clients import ClientOptions, aclose_lost
from coze_core._http._errors import check_upgrade, is_upgrade, map_exceptions
from coze_core._http._exchange import (
    DRAIN_BYTES,
    DRAIN_SECONDS,
    BodyBase,
    TransportBase,
    raw_response,
    stays_open,
)
from coze_core._http._family import AsyncHTTPClient, HTTPAuth

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from anyio.lowlevel import EventLoopToken

    from coze_core._request import Request
    from coze_core._response import AsyncBody, RawResponse


class OpenAsyncBody(BodyBase):
    """The async variant of `OpenBody`.

    Attributes:
        loop: Where to release it when it is forgotten.
    """

    loop: EventLoopToken | None = None
    _unfinished: AsyncIterator[bytes] | None = None

    async def read(self) -> bytes:
        """As `OpenBody.read`."""
        try:
            return b"".join([chunk async for chunk in self.iter_bytes()])
        finally:
            await self.release()

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        self._check_usable()
        with self._mapped:
            raw = self._is_read_raw()
        chunks = aiter(self._response.stream) if raw else self._response.aiter_bytes()
        self._unfinished = chunks
        if deadline := self._request.deadline:
            chunks = deadline.chunks(chunks, self._request)
        try:
            with self._mapped:
                async for packed in chunks:
                    for chunk in self._gzip.feed(packed) if self._gzip else (packed,):
                        yield self._checked(chunk)
                self._checked(b"")
                self._unfinished = None
                await self._response.aclose()
                if self._gzip:
                    self._gzip.end()
        except BaseException as error:
            self._interrupted = not isinstance(error, Exception | GeneratorExit)
            if self._released and isinstance(error, Exception):
                raise self._misuse("it was closed meanwhile. Make the call again") from None
            raise

    async def aclose(self, *, drain: bool = False) -> None:
        self.stopped = True
        await self._release(drain=drain and not self._released)

    async def release(self) -> None:
        await self._release(drain=False)

    def _release_on_gc(self) -> None:
        from anyio import from_thread

        with suppress(Exception):  # nobody is left to hear of it
            from_thread.run(self.release, token=self.loop)

    async def _release(self, *, drain: bool) -> None:
        if self._inherited:
            return
        self._released = True
        interrupted, self._interrupted = self._interrupted, True
        try:
            try:
                if drain:
                    await self._drain()
            finally:
                await self._response.aclose()
                if self._unfinished:
                    await _unwind(self._unfinished)
                    self._unfinished = None
            self._interrupted = interrupted
        finally:
            if self._interrupted:
                await aclose_lost(self._client, self._response.request)

    async def _drain(self) -> None:
        if self._unfinished is None or not self._has_own_connection:
            return
        left = DRAIN_BYTES
        with anyio.move_on_after(DRAIN_SECONDS), suppress(Exception):  # the connection is lost then
            async for chunk in self._unfinished:
                left -= len(chunk)
                if left < 0:
                    return
            self._unfinished = None


async def _unwind(chunks: AsyncIterator[bytes]) -> None:
    """End the generators inside httpx, which would trouble the event loop when collected.

    Only an error from their innermost reaches them all. The scope is cancelled beforehand, so that
    asking for one more chunk raises and never waits.
    """
    with anyio.CancelScope() as scope, suppress(Exception):
        scope.cancel()
        async for _ in chunks:
            pass


class AsyncUpgraded(OpenAsyncBody):
    """The async variant of `Upgraded`, which any task closes."""

    async def _release(self, *, drain: bool) -> None:
        if not self._released:  # else another task is at it, and both would lose the connection
            await super()._release(drain=drain)


# Async calls at a time; further ones wait for their turn. In the queue of httpx, their number would
# slow each of them down.
_CALLS = 100

_closing: set[asyncio.Task[None]] = set()


def _queue() -> anyio.Semaphore:
    """Return a queue of calls for the present event loop."""
    return anyio.Semaphore(_CALLS, fast_acquire=True)


def _current_loop() -> object:
    """Return what stands for the present event loop, of asyncio or of trio."""
    return current_token().native_token


def _is_over(loop: object) -> bool:
    """Whether an event loop has ended, perhaps without closing what it had."""
    return isinstance(loop, asyncio.AbstractEventLoop) and loop.is_closed()


class LoopClient:
    """A client of httpx for one event loop.

    Args:
        client: The client, which nobody else uses.
        forget: Called when the loop ends.

    Attributes:
        client: The client.
        queue: What calls wait in for their turn.
        bodies: The bodies that are open.
    """

    def __init__(self, client: AsyncHTTPClient, forget: Callable[[], object]) -> None:
        self.client = client
        self.queue = _queue()
        self.bodies: WeakValueDictionary[int, OpenAsyncBody] = WeakValueDictionary()
        self._parked = _parked(client, forget)

    async def park(self) -> None:
        """Have the event loop close the client when it ends, or when nobody holds it any more."""
        await anext(self._parked)

    async def aclose(self) -> None:
        """Close the client in its loop; end calls and streams."""
        for body in [*self.bodies.values()]:
            await body.aclose()
        await self._parked.aclose()

    def close_from_outside(self, loop: Any) -> None:
        """Close the client from another event loop than its own one."""
        with suppress(RuntimeError):  # it has ended
            if isinstance(loop, asyncio.AbstractEventLoop):
                loop.call_soon_threadsafe(self._start_closing, loop)
                return
            from trio.lowlevel import spawn_system_task

            loop.run_sync_soon(spawn_system_task, self.aclose)

    def _start_closing(self, loop: asyncio.AbstractEventLoop) -> None:
        task = loop.create_task(self.aclose())
        _closing.add(task)  # the loop itself would forget it
        task.add_done_callback(_closing.discard)


async def _parked(client: AsyncHTTPClient, forget: Callable[[], object]) -> AsyncGenerator[None]:
    """Wait for the end of the event loop, which closes the generators that it has seen."""
    try:
        yield
    finally:
        forget()
        await client.aclose()


class AsyncTransport(TransportBase[AsyncHTTPClient]):
    """The async variant of `Transport`, over an `httpx.AsyncClient` for each event loop.

    A client of the user's serves one event loop.
    """

    def __init__(self, client: AsyncHTTPClient | None, options: ClientOptions) -> None:
        super().__init__("AsyncClient", client, options)
        self._loops: dict[object, LoopClient] = {}

    def reset_after_fork(self) -> None:
        super().reset_after_fork()
        never_close(self._loops)
        self._loops = {}

    async def send(
        self, request: Request, token: str | None, auth: HTTPAuth | None
    ) -> RawResponse[AsyncBody]:
        """As `Transport.send`."""
        self._check_open(self._client)
        if self._own:
            loop = await self._loop_client()
            client, queue, bodies = loop.client, loop.queue, loop.bodies
        else:
            client, queue, bodies = self._client, self._bound_queue(), None
        try:
            if request.keep_open is not None:
                reply = await self._send(client, request, token, auth)
                if reply.live is not None:
                    reply.live.loop = current_token()
                    reset_in_children(reply.live)
                    if bodies is not None:
                        bodies[id(reply.live)] = reply.live
                return reply
            async with queue:
                self._check_open(client)
                return await self._send(client, request, token, auth)
        except APIConnectionError as error:
            raise self._failed(request, error) from error.__cause__

    async def _send(
        self, client: Any, request: Request, token: str | None, auth: HTTPAuth | None
    ) -> RawResponse[OpenAsyncBody]:
        with map_exceptions(self._family, request), ExitStack() as files:
            if request.form:
                request.form = [await part.loaded() for part in request.form]
            sent = self._build(client, request, token, files)
            sent.stream = self._family.async_body(sent.stream)
            try:
                options, hops = self._send_options(request, token, auth), 1
                response = await self._sent(client, sent, options)
                while redirect := self._redirected(client, request, response):
                    body = OpenAsyncBody(self._family, client, response, request, request.max_bytes)
                    await body.read()  # which saves the connection
                    hops = self._hopped(client, redirect, hops)
                    response = await self._sent(client, redirect, options)
            except BaseException as error:
                if not isinstance(error, Exception):
                    await aclose_lost(client, sent)
                raise
        live = stays_open(request, response)
        kind = AsyncUpgraded if is_upgrade(request) else OpenAsyncBody
        limit = inf if live else request.max_bytes
        body = kind(self._family, client, response, request, limit)
        if kind is AsyncUpgraded:
            check_upgrade(request, response)  # else the body is forgotten, and so closed
        if not live:
            return raw_response(sent, response, await body.read(), None)
        return raw_response(sent, response, b"", body)

    async def _sent(self, client: Any, sent: Any, options: dict[str, Any]) -> Any:
        if direct := self._direct(client, options):
            response = await direct.handle_async_request(sent)
            response.request = sent
            return response
        return await client.send(sent, **options)

    async def aclose(self) -> None:
        """As `Transport.close`."""
        if not self._own:
            return
        self._closed = True
        if self._for_sockets:
            await self._for_sockets.aclose()
        here, loops, self._loops = _current_loop(), self._loops, {}
        for loop, client in loops.items():
            if loop is here:
                await client.aclose()
            else:
                client.close_from_outside(loop)
        if self._client:
            await self._client.aclose()

    def forget(self, loop: object) -> None:
        """Take note that an event loop has ended, and has closed its connections."""
        self._loops.pop(loop, None)

    async def _loop_client(self) -> LoopClient:
        loop = _current_loop()
        found = self._loops.get(loop)
        if found is None:
            for old in filter(_is_over, list(self._loops)):
                self._loops.pop(old, None)
            with self._lock:  # one loop of several takes the first client
                client, self._client = self._client or self._made(), None
            found = LoopClient(client, partial(_forget, ref(self), loop))
            self._loops[loop] = found
            await found.park()
        return found

    def _bound_queue(self) -> anyio.Semaphore:
        loop, binding = _current_loop(), self._binding
        if binding.loop is None:
            binding.loop, binding.queue = loop, _queue()
        if binding.loop is not loop or binding.queue is None:
            raise CozeError(
                "http_client was used in another event loop, which its connections belong to. Make "
                "a client of httpx in each event loop, or leave http_client out."
            )
        return binding.queue


def _forget(transport: ref[AsyncTransport], loop: object) -> None:
    if found := transport():
        found.forget(loop)
