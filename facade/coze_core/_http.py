"""Sends requests with httpx, which is imported nowhere else.

What goes wrong on the way becomes an `APIConnectionError` here, with what the retry table needs to
know: whether the request may have reached the API.
"""

from __future__ import annotations

import zlib
from contextlib import ExitStack, suppress
from functools import cache, lru_cache
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar, cast

import httpx
from httpx import USE_CLIENT_DEFAULT

from coze_core._auth import BearerToken, TokenSource
from coze_core._errors import APIConnectionError, APIError, APITimeoutError, CozeError
from coze_core._gunzip import Gunzip
from coze_core._reply import AsyncBody, Body, Reply
from coze_core._report import keep_facts
from coze_core._unset import Unset

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator
    from typing import Self

    from coze_core._auth import AsyncToken
    from coze_core._errors import Phase
    from coze_core._request import Request

HTTPClient: TypeAlias = httpx.Client
AsyncHTTPClient: TypeAlias = httpx.AsyncClient
HTTPAuth: TypeAlias = httpx.Auth
HTTPRequest: TypeAlias = httpx.Request
HTTPResponse: TypeAlias = httpx.Response
HTTPTimeout: TypeAlias = httpx.Timeout
B = TypeVar("B")
K = TypeVar("K")

_CALL = httpx.Timeout(60, connect=10)
_STREAM = httpx.Timeout(60, connect=10, read=300)
# Room for a thousand streams at a time, each with a connection of its own. Idle connections are
# few, as httpx looks at each of them with each request, and are dropped early, before a load
# balancer drops them under a request.
_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=20, keepalive_expiry=15)
# Async calls at a time; further ones wait for their turn. In the queue of httpx, their number would
# slow each of them down.
_CALLS = 100
_PHASES: dict[type[httpx.HTTPError], Phase] = {
    httpx.ConnectTimeout: "connect",
    httpx.ReadTimeout: "read",
    httpx.WriteTimeout: "write",
    httpx.PoolTimeout: "pool",
}
_TOO_LATE: dict[Phase, str] = {
    "connect": "no connection was made",
    "read": "nothing arrived",
    "write": "nothing could be sent",
    "pool": "no connection became free",
}
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_HOPELESS = (
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    httpx.TooManyRedirects,
    httpx.UnsupportedProtocol,
)


class Timeouts(NamedTuple):
    """The time limits of calls and of streams."""

    call: HTTPTimeout
    stream: HTTPTimeout


def timeouts(
    given: float | HTTPTimeout | Unset | None,
    client: HTTPClient | AsyncHTTPClient | None = None,
) -> Timeouts:
    """Decides the time limits.

    Args:
        given: What the user asked for: seconds for each phase, a timeout of httpx, ``None`` for no
            limit, or nothing.
        client: The user's own client; its time limits count unless they are httpx's defaults.

    Raises:
        CozeError: The number of seconds makes no sense.
    """
    if isinstance(given, Unset):
        if client is None or client.timeout == httpx.Timeout(5):
            return Timeouts(_CALL, _STREAM)
        return Timeouts(client.timeout, client.timeout)
    if isinstance(given, int | float) and not 0 < given < inf:
        raise CozeError(f"timeout is {given}. Pass seconds above 0, or None for no limit.")
    return Timeouts(httpx.Timeout(given), httpx.Timeout(given))


def credentials(
    token: AsyncToken | None, auth: HTTPAuth | None
) -> tuple[TokenSource | None, HTTPAuth | None]:
    """Decides how requests are authenticated: by tokens, by httpx, or by neither.

    Raises:
        CozeError: Both are given, or one is of the wrong type.
    """
    if token is not None and auth is not None:
        raise CozeError("Pass either token or auth.")
    if token is not None:
        return BearerToken(token), None
    auth = _expected("auth", auth, HTTPAuth)
    return (auth, None) if isinstance(auth, TokenSource) else (None, auth)


def same_origin(url: str, request: HTTPRequest) -> bool:
    """Whether a request goes to the same scheme, host and port as a URL."""
    ours, theirs = httpx.URL(url), request.url
    return (ours.scheme, ours.host, ours.port) == (theirs.scheme, theirs.host, theirs.port)


def can_repeat(request: HTTPRequest) -> bool:
    """Whether the body of a request is there as a whole, and not a stream."""
    try:
        len(request.content)
    except httpx.RequestNotRead:
        return False
    return True


def _expected(name: str, value: object, kind: type[K]) -> K | None:
    if value is None or isinstance(value, kind):
        return value
    raise CozeError(f"{name} is of type {type(value).__name__}. Pass an httpx.{kind.__name__}.")


class Transport:
    """Sends requests over the connections of one `httpx.Client`.

    Args:
        client: The user's own client, which is not closed here, or ``None`` for a new one.
        auth: An authentication of httpx, or ``None`` where tokens, the client or the headers do it.
        user_agent: The User-Agent header of a new client.

    Raises:
        CozeError: ``client`` is something else.
    """

    def __init__(self, client: HTTPClient | None, auth: HTTPAuth | None, user_agent: str) -> None:
        self._auth = auth
        self._own = client is None
        self._client = _expected("http_client", client, HTTPClient) or httpx.Client(
            verify=_ssl_context(), limits=_LIMITS, headers=_headers(user_agent)
        )

    def exchange(self, request: Request, token: str | None) -> Reply[Body]:
        """Sends a request once.

        Args:
            request: The request.
            token: The Authorization header, if it comes from a token.

        Raises:
            APIConnectionError: No complete answer arrived.
            CozeError: The request cannot be sent at all.
        """
        with _Explained(request), ExitStack() as files:
            sent = _build(self._client, request, token, files)
            response = self._client.send(
                sent,
                stream=True,
                auth=None if token or request.bare else self._auth or USE_CLIENT_DEFAULT,
                follow_redirects=not request.bare
                and (request.method == "GET" if self._own else USE_CLIENT_DEFAULT),
            )
        live = _stays_open(request, response)
        body = _Body(response, request, inf if live else request.max_bytes)
        if live:
            return _reply(sent, response, b"", body)
        try:
            return _reply(sent, response, b"".join(body.iter_bytes()), None)
        finally:
            body.close()

    def close(self) -> None:
        """Closes the connections, unless they are the user's own."""
        if self._own:
            self._client.close()


class AsyncTransport:
    """The async twin of `Transport`, over one `httpx.AsyncClient`."""

    def __init__(
        self, client: AsyncHTTPClient | None, auth: HTTPAuth | None, user_agent: str
    ) -> None:
        self._auth = auth
        self._own = client is None
        self._client = _expected("http_client", client, AsyncHTTPClient) or httpx.AsyncClient(
            verify=_ssl_context(), limits=_LIMITS, headers=_headers(user_agent)
        )
        from anyio import Semaphore  # noqa: PLC0415  # the sync client does without

        self._turns = Semaphore(_CALLS, fast_acquire=True)

    async def exchange(self, request: Request, token: str | None) -> Reply[AsyncBody]:
        """As `Transport.exchange`."""
        if request.keep_open is not None or not self._own:
            return await self._exchange(request, token)
        async with self._turns:
            return await self._exchange(request, token)

    async def _exchange(self, request: Request, token: str | None) -> Reply[AsyncBody]:
        with _Explained(request), ExitStack() as files:
            sent = _build(self._client, request, token, files)
            sent.stream = _Pieces(sent.stream)
            response = await self._client.send(
                sent,
                stream=True,
                auth=None if token or request.bare else self._auth or USE_CLIENT_DEFAULT,
                follow_redirects=not request.bare
                and (request.method == "GET" if self._own else USE_CLIENT_DEFAULT),
            )
        live = _stays_open(request, response)
        body = _AsyncBody(response, request, inf if live else request.max_bytes)
        if live:
            return _reply(sent, response, b"", body)
        try:
            pieces = [piece async for piece in body.iter_bytes()]
            return _reply(sent, response, b"".join(pieces), None)
        finally:
            await body.aclose()

    async def aclose(self) -> None:
        """As `Transport.close`."""
        if self._own:
            await self._client.aclose()


class _Body:
    def __init__(self, response: httpx.Response, request: Request, limit: float) -> None:
        self._response = response
        self._request = request
        self._limit = limit

    def iter_bytes(self) -> Iterator[bytes]:
        left = self._limit
        raw, gunzip = _reading(self._response)
        with _Explained(self._request):
            for packed in self._response.iter_raw() if raw else self._response.iter_bytes():
                piece = gunzip.feed(packed) if gunzip else packed
                left -= len(piece)
                if left < 0:
                    raise _too_long(self._response, self._request)
                yield piece
            if gunzip:
                gunzip.end()

    def close(self) -> None:
        self._response.close()

    @property
    def secret(self) -> str:
        return _secret(self._response.request)

    def explain(self, error: CozeError) -> None:
        keep_facts(error, self._request, self.secret)


class _AsyncBody:
    def __init__(self, response: httpx.Response, request: Request, limit: float) -> None:
        self._response = response
        self._request = request
        self._limit = limit
        self._unfinished: AsyncIterator[bytes] | None = None

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        left = self._limit
        raw, gunzip = _reading(self._response)
        pieces = self._response.aiter_raw() if raw else self._response.aiter_bytes()
        self._unfinished = pieces
        with _Explained(self._request):
            async for packed in pieces:
                piece = gunzip.feed(packed) if gunzip else packed
                left -= len(piece)
                if left < 0:
                    raise _too_long(self._response, self._request)
                yield piece
            self._unfinished = None
            if gunzip:
                gunzip.end()

    @property
    def secret(self) -> str:
        return _secret(self._response.request)

    def explain(self, error: CozeError) -> None:
        keep_facts(error, self._request, self.secret)

    async def aclose(self) -> None:
        await self._response.aclose()
        if self._unfinished:
            await _unwind(self._unfinished)
            self._unfinished = None


class _Pieces(httpx.AsyncByteStream):
    """A request body on its way.

    httpx has async generators for that, which trouble the event loop when sending fails half-way.
    """

    def __init__(self, body: httpx.SyncByteStream | httpx.AsyncByteStream) -> None:
        self._body = cast("httpx.SyncByteStream", body)  # the streams of httpx are both
        self._left: Iterator[bytes] = iter(())

    def __aiter__(self) -> Self:
        self._left = iter(self._body)
        return self

    async def __anext__(self) -> bytes:
        for piece in self._left:
            return piece
        raise StopAsyncIteration


async def _unwind(pieces: AsyncIterator[bytes]) -> None:
    """Ends the generators inside httpx, which would trouble the event loop when collected.

    Only an error from their innermost reaches them all. The scope is cancelled beforehand, so that
    asking for one more piece raises and never waits.
    """
    from anyio import CancelScope  # noqa: PLC0415  # the sync client does without

    with CancelScope() as scope, suppress(Exception):
        scope.cancel()
        async for _ in pieces:
            pass


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _headers(user_agent: str) -> dict[str, str]:
    # Of the encodings that httpx knows, only gzip tells reliably that nothing is missing.
    return {"User-Agent": user_agent, "Accept-Encoding": "gzip"}


_url = lru_cache(128)(httpx.URL)  # posts and polls use few


def _build(
    client: HTTPClient | AsyncHTTPClient, request: Request, token: str | None, files: ExitStack
) -> httpx.Request:
    if client.is_closed:
        raise CozeError("The client is closed. Make the call before close(), or make a new client.")
    headers = dict(request.headers.values())
    if token and "authorization" not in request.headers:
        headers["Authorization"] = token
    sent = client.build_request(
        request.method,
        _url(request.info.url),
        headers=headers,
        content=request.content,
        files=[
            (part.name, (part.filename, part.opened(files), part.media_type))
            for part in request.form
        ],
        timeout=request.timeout,
    )
    if request.bare and not token:
        sent.headers.pop("Authorization", None)  # the one of the user's client
    return sent


def _stays_open(request: Request, response: httpx.Response) -> bool:
    if request.keep_open is None or not response.is_success:
        return False
    media_type = response.headers.get("content-type", "").partition(";")[0]
    return request.keep_open(media_type.strip().lower())


def _reading(response: httpx.Response) -> tuple[bool, Gunzip | None]:
    """How a body is read: whether as it comes, and what then unpacks it.

    A cut gzip is a success for httpx, so gzip is unpacked here. What is not packed needs no help of
    httpx either. But a response hook of the user may have read the body, and so unpacked it.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    raw = encoding in {"identity", "gzip"} and not response.is_stream_consumed
    return raw, Gunzip() if raw and encoding == "gzip" else None


def _reply(sent: httpx.Request, response: httpx.Response, body: bytes, live: B | None) -> Reply[B]:
    return Reply(response.status_code, response.headers, body, live, _secret(sent))


def _secret(sent: httpx.Request) -> str:
    return sent.headers.get("authorization", "").rpartition(" ")[2]


class _Explained:
    """Turns what httpx raises into errors of this client, which remember the request."""

    __slots__ = ("_request",)

    def __init__(self, request: Request) -> None:
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is None:
            return
        told = _told(error, self._request)
        if told is not None:
            keep_facts(told, self._request)
        if told is not None and told is not error:
            raise told from None if isinstance(error, _HOPELESS) else error


def _told(error: BaseException, request: Request) -> CozeError | None:
    if isinstance(error, CozeError):
        return error
    if isinstance(error, httpx.TimeoutException):
        return _timeout_error(error, request)
    if isinstance(error, _HOPELESS):  # the text may hold the token, and the cause too
        return CozeError(
            f"{request.operation}: the request cannot be sent ({type(error).__name__}). Check "
            f"base_url, headers and authentication. [{request.info}]"
        )
    if isinstance(error, (httpx.RequestError, zlib.error, EOFError)):
        return _connection_error(error, request)
    return None


def _too_long(response: httpx.Response, request: Request) -> APIError:
    return APIError(
        f"{request.operation}: the answer (HTTP {response.status_code}) is longer than "
        f"{request.max_bytes} bytes. If it should be, allow more with "
        f"with_options(max_response_bytes=...). [{request.info}]",
        status_code=response.status_code,
        request=request.info,
    )


def _timeout_error(error: httpx.TimeoutException, request: Request) -> APITimeoutError:
    phase = _PHASES.get(type(error), "read")
    seconds: float | None = getattr(request.timeout, phase, None)
    return APITimeoutError(
        f"{request.operation}: {_TOO_LATE[phase]} within {seconds} s ({phase} timeout). Check the "
        f"network, or allow more seconds with timeout=. [{request.info}]",
        phase=phase,
        seconds=seconds,
        sent=not isinstance(error, _UNSENT),
        request=request.info,
    )


def _connection_error(error: Exception, request: Request) -> APIConnectionError:
    reason = _reason(error)
    if isinstance(error, _UNSENT):
        sent = False
        text = f"no connection ({reason}). Check base_url, the network and the proxy settings."
    else:
        sent = True
        text = f"the answer did not arrive whole ({reason}). The API may have done the work."
    return APIConnectionError(
        f"{request.operation}: {text} [{request.info}]", sent=sent, request=request.info
    )


def _reason(error: BaseException) -> str:
    """The words of an error, or of its nearest cause that has any."""
    cause: BaseException | None = error
    while cause and not str(cause):
        cause = cause.__cause__ or cause.__context__
    return " ".join(str(cause).split()) if cause else type(error).__name__
