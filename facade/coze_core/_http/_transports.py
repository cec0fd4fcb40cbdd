"""Sends requests over the connections of an httpx client."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from math import inf
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast
from weakref import WeakKeyDictionary, WeakValueDictionary, ref

from coze_core._body import AsyncBody, Body, RawResponse
from coze_core._coze_error import CozeError
from coze_core._encoding import header_map
from coze_core._errors import APIConnectionError
from coze_core._fork import never_close, reset_in_children
from coze_core._http._bodies import OpenAsyncBody, OpenBody, secret_of
from coze_core._http._clients import ClientOptions, build_request, build_request_fast, make_client
from coze_core._http._errors import SWITCHING, is_upgrade, map_exceptions
from coze_core._http._family import check_auth, chosen_family
from coze_core._http._pools import aclose_lost, close_lost, interrupt_calls
from coze_core._http._types import AsyncHTTPClient, HTTPAuth, HTTPClient, origin

if TYPE_CHECKING:
    from typing import Self

    import anyio

    from coze_core._encoding import HeaderMap
    from coze_core._http._loops import LoopClient
    from coze_core._request import Request

B = TypeVar("B")
C = TypeVar("C", HTTPClient, AsyncHTTPClient)


class _Binding:
    """What a client of the user's is bound to, whoever sends with it: a process, an event loop."""

    def __init__(self) -> None:
        self.inherited = False
        self.loop: object = None
        self.queue: anyio.Semaphore | None = None

    def reset_after_fork(self) -> None:
        self.inherited = True


_bindings: WeakKeyDictionary[object, _Binding] = WeakKeyDictionary()


class _Sender(Generic[C]):
    """What the transports share: the requests of an httpx client, and how it sends them."""

    def __init__(
        self, kind: Literal["Client", "AsyncClient"], given: C | None, options: ClientOptions
    ) -> None:
        self._family = chosen_family(options.http, given, kind)
        self._kind: Literal["Client", "AsyncClient"] = kind
        self._options = options
        self._own = given is None
        self._closed = False
        self._lock = Lock()
        self._for_sockets: Self | None = None
        if given is None:
            client = self._made()
            self._client: C | None = client
            self._fields: HeaderMap = header_map(client.headers)
            reset_in_children(self)
            return
        if options.proxy is not None or options.verify is not True:
            raise CozeError(
                "proxy= and verify= are for a client that is made here. Give them to http_client."
            )
        self._client = given
        self._binding = _bindings.setdefault(given, _Binding())
        reset_in_children(self._binding)

    def check_auth(self, auth: HTTPAuth | None) -> None:
        """Check that an authentication of httpx suits the client.

        Raises:
            CozeError: It does not.
        """
        check_auth(auth, self._family)

    def for_sockets(self) -> Self:
        """Return what sends the handshakes of sockets: over other connections than those of calls.

        A client of the user's sends both.
        """
        if not self._own:
            return self
        with self._lock:
            self._check_open(self._client)
            if self._for_sockets is None:
                self._for_sockets = cast("Any", type(self))(None, self._options)
            return cast("Self", self._for_sockets)

    def reset_after_fork(self) -> None:
        never_close(self._client)
        self._client = None
        self._lock = Lock()
        never_close(self._for_sockets)
        self._for_sockets = None

    def _made(self) -> Any:
        return make_client(self._family, self._kind, self._options)

    def _check_open(self, client: C | None) -> None:
        if self._closed or (client is not None and client.is_closed):
            raise CozeError(
                "The client is closed. Make the call before close(), or make a new client."
            )
        if not self._own and self._binding.inherited:
            raise CozeError(
                "http_client was made in another process, which uses its connections. Make a "
                "client of httpx in each process, or leave http_client out."
            )

    def _build(self, client: C, request: Request, token: str | None, files: ExitStack) -> Any:
        if self._own and not request.form:
            return build_request_fast(self._family, self._fields, request, token)
        return build_request(self._family, client, request, token, files)

    def _send_options(
        self, request: Request, token: str | None, auth: HTTPAuth | None
    ) -> dict[str, Any]:
        by_default = self._family.httpx.USE_CLIENT_DEFAULT
        return {
            "stream": True,
            "auth": None if token or request.is_token_request else auth or by_default,
            "follow_redirects": False,
        }

    def _redirected(self, client: C, request: Request, response: Any, hops: int) -> Any:
        """Return the request that a redirect leads to within its origin, or ``None``.

        Beyond it, nothing is followed, as every header of the user's would go there.
        """
        follows = request.method == "GET" if self._own else client.follow_redirects
        redirect = response.next_request
        if redirect is None or request.is_token_request or is_upgrade(request) or not follows:
            return None
        if origin(redirect.url) != origin(response.request.url):
            return None
        if hops > client.max_redirects:
            raise self._family.httpx.TooManyRedirects("more than allowed", request=redirect)
        return redirect

    def _failed(self, request: Request, error: APIConnectionError) -> CozeError:
        if not self._closed:
            return error
        return CozeError(
            f"{request.operation}: the client was closed during this call. The API may have done "
            f"the work. [{request.info}]"
        )


class Transport(_Sender[HTTPClient]):
    """Sends requests over the connections of one `httpx.Client`.

    Args:
        client: The user's own client, which is not closed here, or ``None`` for a new one.
        options: How a new one is made.

    Raises:
        CozeError: ``client`` is something else, or no new one can be made.
    """

    def __init__(self, client: HTTPClient | None, options: ClientOptions) -> None:
        super().__init__("Client", client, options)
        self._bodies: WeakValueDictionary[int, OpenBody] = WeakValueDictionary()

    def reset_after_fork(self) -> None:
        super().reset_after_fork()
        self._bodies = WeakValueDictionary()

    def send(self, request: Request, token: str | None, auth: HTTPAuth | None) -> RawResponse[Body]:
        """Send a request once.

        Args:
            request: The request.
            token: The Authorization header, if it comes from a token.
            auth: An authentication of httpx, or ``None`` where tokens, the client or the headers
                do it.

        Raises:
            APIConnectionError: No complete answer arrived.
            CozeError: The request cannot be sent at all, or the client was closed.
        """
        client = self._ready()
        sent = response = None
        try:
            with map_exceptions(self._family, request), ExitStack() as files:
                sent = self._build(client, request, token, files)
                options, hops = self._send_options(request, token, auth), 1
                response = client.send(sent, **options)
                while redirect := self._redirected(client, request, response, hops):
                    body = OpenBody(self._family, client, response, request, request.max_bytes)
                    try:
                        body.read()  # which saves the connection
                    finally:
                        body.release()
                    response, hops = client.send(redirect, **options), hops + 1
            live = _stays_open(request, response)
            limit = inf if live else request.max_bytes
            kind = OpenBody
            if is_upgrade(request):
                from coze_core._http._upgrade import Upgraded

                kind = Upgraded
            body = kind(self._family, client, response, request, limit)
            if live:
                self._bodies[id(body)] = body
                reset_in_children(body)
                return _raw_response(sent, response, b"", body)
            try:
                return _raw_response(sent, response, body.read(), None)
            finally:
                body.release()
        except APIConnectionError as error:
            raise self._failed(request, error) from error.__cause__
        except BaseException as error:
            if sent is not None and not isinstance(error, Exception):
                close_lost(client, sent, response)
            raise

    def close(self) -> None:
        """Close the connections, unless they are the user's own; end calls and streams."""
        if not self._own:
            return
        self._closed = True
        if self._for_sockets:
            self._for_sockets.close()
        for reference in self._bodies.valuerefs():
            if body := reference():
                body.close()
        if self._client:
            interrupt_calls(self._client)
            self._client.close()

    def _ready(self) -> HTTPClient:
        client = self._client
        self._check_open(client)
        if client is None:
            with self._lock:
                client = self._client = self._client or self._made()
        return client


class AsyncTransport(_Sender[AsyncHTTPClient]):
    """The async variant of `Transport`, over an `httpx.AsyncClient` for each event loop.

    A client of the user's serves one event loop.
    """

    def __init__(self, client: AsyncHTTPClient | None, options: ClientOptions) -> None:
        super().__init__("AsyncClient", client, options)
        from coze_core._http import _loops

        self._loops: dict[object, LoopClient] = {}
        self._current_loop = _loops.current_loop

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
                    from anyio.lowlevel import current_token

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
                response = await client.send(sent, **options)
                while redirect := self._redirected(client, request, response, hops):
                    body = OpenAsyncBody(self._family, client, response, request, request.max_bytes)
                    try:
                        async for _ in body.iter_bytes():  # which saves the connection
                            pass
                    finally:
                        await body.release()
                    response, hops = await client.send(redirect, **options), hops + 1
            except BaseException as error:
                if not isinstance(error, Exception):
                    await aclose_lost(client, sent)
                raise
        live = _stays_open(request, response)
        limit = inf if live else request.max_bytes
        kind = OpenAsyncBody
        if is_upgrade(request):
            from coze_core._http._upgrade import AsyncUpgraded

            kind = AsyncUpgraded
        body = kind(self._family, client, response, request, limit)
        if live:
            return _raw_response(sent, response, b"", body)
        try:
            chunks = [chunk async for chunk in body.iter_bytes()]
            return _raw_response(sent, response, b"".join(chunks), None)
        finally:
            await body.release()

    async def aclose(self) -> None:
        """As `Transport.close`."""
        if not self._own:
            return
        self._closed = True
        if self._for_sockets:
            await self._for_sockets.aclose()
        here, loops, self._loops = self._current_loop(), self._loops, {}
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
        loop = self._current_loop()
        found = self._loops.get(loop)
        if found is None:
            from coze_core._http._loops import LoopClient, is_over

            for old in filter(is_over, list(self._loops)):
                self._loops.pop(old, None)
            with self._lock:  # one loop of several takes the first client
                client, self._client = self._client or self._made(), None
            found = LoopClient(client, partial(_forget, ref(self), loop))
            self._loops[loop] = found
            await found.park()
        return found

    def _bound_queue(self) -> anyio.Semaphore:
        loop, binding = self._current_loop(), self._binding
        if binding.loop is None:
            from coze_core._http._loops import queue

            binding.loop, binding.queue = loop, queue()
        if binding.loop is not loop or binding.queue is None:
            raise CozeError(
                "http_client was used in another event loop, which its connections belong to. Make "
                "a client of httpx in each event loop, or leave http_client out."
            )
        return binding.queue


def _forget(transport: ref[AsyncTransport], loop: object) -> None:
    if found := transport():
        found.forget(loop)


def _stays_open(request: Request, response: Any) -> bool:
    if is_upgrade(request):
        return response.status_code == SWITCHING
    if request.keep_open is None or not response.is_success:
        return False
    media_type = response.headers.get("content-type", "").partition(";")[0]
    return request.keep_open(media_type.strip().lower())


def _raw_response(sent: Any, response: Any, body: bytes, live: B | None) -> RawResponse[B]:
    return RawResponse(response.status_code, response.headers, body, live, secret_of(sent))
