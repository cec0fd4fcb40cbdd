"""Sends requests with httpx, which is imported nowhere else.

What goes wrong on the way becomes an `APIConnectionError` here, with what the retry table needs to
know: whether the request may have reached the API.
"""

from __future__ import annotations

import zlib
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

import httpx
from httpx import USE_CLIENT_DEFAULT

from coze_core._auth import BearerToken
from coze_core._errors import APIConnectionError, APITimeoutError, CozeError
from coze_core._gunzip import Gunzip
from coze_core._reply import AsyncBody, Body, Reply
from coze_core._unset import Unset

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator

    from coze_core._auth import AsyncToken
    from coze_core._errors import Phase
    from coze_core._request import Request

HTTPClient: TypeAlias = httpx.Client
AsyncHTTPClient: TypeAlias = httpx.AsyncClient
HTTPAuth: TypeAlias = httpx.Auth
HTTPTimeout: TypeAlias = httpx.Timeout
B = TypeVar("B")
K = TypeVar("K")

_CALL = httpx.Timeout(60, connect=10)
_STREAM = httpx.Timeout(60, connect=10, read=300)
# Idle connections are dropped early, before a load balancer drops them under a request.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=15)
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


def credentials(token: AsyncToken | None, auth: HTTPAuth | None) -> BearerToken | HTTPAuth | None:
    """Decides how requests are authenticated.

    Raises:
        CozeError: Both are given, or one is of the wrong type.
    """
    if token is not None and auth is not None:
        raise CozeError("Pass either token or auth.")
    return BearerToken(token) if token is not None else _expected("auth", auth, HTTPAuth)


def _expected(name: str, value: object, kind: type[K]) -> K | None:
    if value is None or isinstance(value, kind):
        return value
    raise CozeError(f"{name} is of type {type(value).__name__}. Pass an httpx.{kind.__name__}.")


class Transport:
    """Sends requests over the connections of one `httpx.Client`.

    Args:
        client: The user's own client, which is not closed here, or ``None`` for a new one.
        credentials: The token, an authentication of httpx, or ``None`` where the client or the
            headers bring their own.
        user_agent: The User-Agent header of a new client.

    Raises:
        CozeError: ``client`` is something else.
    """

    def __init__(
        self, client: HTTPClient | None, credentials: BearerToken | HTTPAuth | None, user_agent: str
    ) -> None:
        self._credentials = credentials
        self._own = client is None
        self._client = _expected("http_client", client, HTTPClient) or httpx.Client(
            verify=_ssl_context(), limits=_LIMITS, headers=_headers(user_agent)
        )

    def exchange(self, request: Request) -> Reply[Body]:
        """Sends a request once.

        Raises:
            APIConnectionError: No complete answer arrived.
            CozeError: The request cannot be sent at all.
        """
        credentials = self._credentials
        token = credentials.header() if isinstance(credentials, BearerToken) else None
        with _explained(request), ExitStack() as files:
            sent = _build(self._client, request, token, files)
            response = self._client.send(
                sent,
                stream=True,
                auth=credentials if isinstance(credentials, HTTPAuth) else USE_CLIENT_DEFAULT,
                follow_redirects=request.method == "GET" if self._own else USE_CLIENT_DEFAULT,
            )
        body = _Body(response, request)
        if _stays_open(request, response):
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
        self,
        client: AsyncHTTPClient | None,
        credentials: BearerToken | HTTPAuth | None,
        user_agent: str,
    ) -> None:
        self._credentials = credentials
        self._own = client is None
        self._client = _expected("http_client", client, AsyncHTTPClient) or httpx.AsyncClient(
            verify=_ssl_context(), limits=_LIMITS, headers=_headers(user_agent)
        )

    async def exchange(self, request: Request) -> Reply[AsyncBody]:
        """As `Transport.exchange`."""
        credentials = self._credentials
        token = await credentials.aheader() if isinstance(credentials, BearerToken) else None
        with _explained(request), ExitStack() as files:
            sent = _build(self._client, request, token, files)
            response = await self._client.send(
                sent,
                stream=True,
                auth=credentials if isinstance(credentials, HTTPAuth) else USE_CLIENT_DEFAULT,
                follow_redirects=request.method == "GET" if self._own else USE_CLIENT_DEFAULT,
            )
        body = _AsyncBody(response, request)
        if _stays_open(request, response):
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
    def __init__(self, response: httpx.Response, request: Request) -> None:
        self._response = response
        self._request = request

    def iter_bytes(self) -> Iterator[bytes]:
        gunzip = Gunzip() if _packed(self._response) else None
        with _explained(self._request):
            for piece in self._response.iter_raw() if gunzip else self._response.iter_bytes():
                yield gunzip.feed(piece) if gunzip else piece
            if gunzip:
                gunzip.end()

    def close(self) -> None:
        self._response.close()


class _AsyncBody:
    def __init__(self, response: httpx.Response, request: Request) -> None:
        self._response = response
        self._request = request
        self._unfinished: AsyncIterator[bytes] | None = None

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        gunzip = Gunzip() if _packed(self._response) else None
        pieces = self._response.aiter_raw() if gunzip else self._response.aiter_bytes()
        self._unfinished = pieces
        with _explained(self._request):
            async for piece in pieces:
                yield gunzip.feed(piece) if gunzip else piece
            self._unfinished = None
            if gunzip:
                gunzip.end()

    async def aclose(self) -> None:
        await self._response.aclose()
        if self._unfinished:
            await _unwind(self._unfinished)
            self._unfinished = None


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


def _build(
    client: HTTPClient | AsyncHTTPClient, request: Request, token: str | None, files: ExitStack
) -> httpx.Request:
    if client.is_closed:
        raise CozeError("The client is closed. Make the call before close(), or make a new client.")
    headers = dict(request.headers.values())
    if token and "authorization" not in request.headers:
        headers["Authorization"] = token
    return client.build_request(
        request.method,
        request.url,
        params=tuple(request.query) or None,  # an empty list would drop the query of the client
        headers=headers,
        content=request.content,
        files=[
            (part.name, (part.filename, part.opened(files), part.media_type))
            for part in request.form
        ],
        timeout=request.timeout,
    )


def _stays_open(request: Request, response: httpx.Response) -> bool:
    if request.keep_open is None or not response.is_success:
        return False
    media_type = response.headers.get("content-type", "").partition(";")[0]
    return request.keep_open(media_type.strip().lower())


def _packed(response: httpx.Response) -> bool:
    """Whether to unpack here, because httpx takes gzip that was cut short for a success.

    A response hook of the user may have read, and so unpacked, the body already.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    return encoding == "gzip" and not response.is_stream_consumed


def _reply(sent: httpx.Request, response: httpx.Response, body: bytes, live: B | None) -> Reply[B]:
    secret = sent.headers.get("authorization", "").rpartition(" ")[2]
    return Reply(response.status_code, response.headers, body, live, secret)


@contextmanager
def _explained(request: Request) -> Generator[None]:
    """Turns what httpx raises into errors of this client."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise _timeout_error(error, request) from error
    except _HOPELESS as error:  # the text may hold the token, and the cause too
        raise CozeError(
            f"{request.operation}: the request cannot be sent ({type(error).__name__}). Check "
            f"base_url, headers and authentication. [{request.info}]"
        ) from None
    except (httpx.RequestError, zlib.error, EOFError) as error:
        raise _connection_error(error, request) from error


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
    reason = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, _UNSENT):
        sent = False
        text = f"no connection ({reason}). Check base_url, the network and the proxy settings."
    else:
        sent = True
        text = f"the answer did not arrive whole ({reason}). The API may have done the work."
    return APIConnectionError(
        f"{request.operation}: {text} [{request.info}]", sent=sent, request=request.info
    )
