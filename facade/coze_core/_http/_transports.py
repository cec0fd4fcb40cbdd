"""Sends requests over the connections of an httpx client."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from http.cookiejar import CookieJar
from math import inf
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx
from httpx import USE_CLIENT_DEFAULT

from coze_core._auth import BearerToken, TokenSource
from coze_core._errors import CozeError
from coze_core._headers import header_map
from coze_core._http._bodies import OpenAsyncBody, OpenBody, Pieces, secret_of
from coze_core._http._errors import Explained
from coze_core._http._requests import built, check_open, prepared
from coze_core._http._types import AsyncHTTPClient, HTTPAuth, HTTPClient
from coze_core._reply import AsyncBody, Body, Reply

if TYPE_CHECKING:
    import ssl

    from coze_core._auth import AsyncToken
    from coze_core._request import Request

B = TypeVar("B")
C = TypeVar("C", httpx.Client, httpx.AsyncClient)
K = TypeVar("K")

# Room for a thousand streams at a time, each with a connection of its own. Idle connections are
# few, as httpx looks at each of them with each request, and are dropped early, before a load
# balancer drops them under a request.
_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=20, keepalive_expiry=15)
# Async calls at a time; further ones wait for their turn. In the queue of httpx, their number would
# slow each of them down.
_CALLS = 100


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


def _expected(name: str, value: object, kind: type[K]) -> K | None:
    if value is None or isinstance(value, kind):
        return value
    raise CozeError(f"{name} is of type {type(value).__name__}. Pass an httpx.{kind.__name__}.")


class _Sender(Generic[C]):
    """What the transports share: the requests of an httpx client, and how it sends them."""

    def __init__(
        self, kind: type[C], client: C | None, auth: HTTPAuth | None, user_agent: str
    ) -> None:
        self._auth = auth
        self._own = client is None
        self._client = _expected("http_client", client, kind) or _new_client(kind, user_agent)
        self._fields = header_map(self._client.headers) if self._own else {}

    def _built(self, request: Request, token: str | None, files: ExitStack) -> httpx.Request:
        check_open(self._client)
        if self._own and not request.form:
            return prepared(self._fields, request, token)
        return built(self._client, request, token, files)

    def _how(self, request: Request, token: str | None) -> dict[str, Any]:
        return {
            "stream": True,
            "auth": None if token or request.bare else self._auth or USE_CLIENT_DEFAULT,
            "follow_redirects": not request.bare
            and (request.method == "GET" if self._own else USE_CLIENT_DEFAULT),
        }


class Transport(_Sender[httpx.Client]):
    """Sends requests over the connections of one `httpx.Client`.

    Args:
        client: The user's own client, which is not closed here, or ``None`` for a new one.
        auth: An authentication of httpx, or ``None`` where tokens, the client or the headers do it.
        user_agent: The User-Agent header of a new client.

    Raises:
        CozeError: ``client`` is something else, or the environment does not allow a new one.
    """

    def __init__(self, client: HTTPClient | None, auth: HTTPAuth | None, user_agent: str) -> None:
        super().__init__(HTTPClient, client, auth, user_agent)

    def exchange(self, request: Request, token: str | None) -> Reply[Body]:
        """Sends a request once.

        Args:
            request: The request.
            token: The Authorization header, if it comes from a token.

        Raises:
            APIConnectionError: No complete answer arrived.
            CozeError: The request cannot be sent at all.
        """
        with Explained(request), ExitStack() as files:
            sent = self._built(request, token, files)
            response = self._client.send(sent, **self._how(request, token))
        live = _stays_open(request, response)
        body = OpenBody(response, request, inf if live else request.max_bytes)
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


class AsyncTransport(_Sender[httpx.AsyncClient]):
    """The async twin of `Transport`, over one `httpx.AsyncClient`."""

    def __init__(
        self, client: AsyncHTTPClient | None, auth: HTTPAuth | None, user_agent: str
    ) -> None:
        super().__init__(AsyncHTTPClient, client, auth, user_agent)
        from anyio import Semaphore

        self._turns = Semaphore(_CALLS, fast_acquire=True)

    async def exchange(self, request: Request, token: str | None) -> Reply[AsyncBody]:
        """As `Transport.exchange`."""
        if request.keep_open is not None or not self._own:
            return await self._exchange(request, token)
        async with self._turns:
            return await self._exchange(request, token)

    async def _exchange(self, request: Request, token: str | None) -> Reply[AsyncBody]:
        with Explained(request), ExitStack() as files:
            sent = self._built(request, token, files)
            sent.stream = Pieces(sent.stream)
            response = await self._client.send(sent, **self._how(request, token))
        live = _stays_open(request, response)
        body = OpenAsyncBody(response, request, inf if live else request.max_bytes)
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


class _NoCookies(CookieJar):
    """Keeps none: the API sets none that count, and looking for them costs as much as decoding."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Does nothing."""


def _new_client(kind: type[C], user_agent: str) -> C:
    try:
        return kind(
            verify=_ssl_context(),
            limits=_LIMITS,
            # Of the encodings that httpx knows, only gzip tells reliably that nothing is missing.
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            cookies=_NoCookies(),
        )
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
        raise CozeError(
            f"The environment allows no HTTP client ({type(error).__name__}). Check the variables "
            "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR, or pass "
            "http_client."
        ) from error


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _stays_open(request: Request, response: httpx.Response) -> bool:
    if request.keep_open is None or not response.is_success:
        return False
    media_type = response.headers.get("content-type", "").partition(";")[0]
    return request.keep_open(media_type.strip().lower())


def _reply(sent: httpx.Request, response: httpx.Response, body: bytes, live: B | None) -> Reply[B]:
    return Reply(response.status_code, response.headers, body, live, secret_of(sent))
