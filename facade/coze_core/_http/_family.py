"""The two families of HTTP clients, httpx and httpx2: their names are alike, their classes not."""

from __future__ import annotations

import os
import sys
import zlib
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from coze_core._coze_error import CozeError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from typing import Self

    from coze_core._errors import Phase
    from coze_core._http._types import AsyncHTTPClient, HTTPAuth, HTTPClient

HTTPFamily: TypeAlias = Literal["httpx", "httpx2"]

_NAMES = ("httpx", "httpx2")


class AsyncRequestBody:
    """A request body on its way; `Family` adds the class that httpx looks for.

    httpx has async generators for that, which trouble the event loop when sending fails half-way.
    """

    def __init__(self, body: Any) -> None:
        self._body = body  # the streams of httpx are sync ones, too
        self._left: Iterator[bytes] = iter(())

    def __aiter__(self) -> Self:
        self._left = iter(self._body)
        return self

    async def __anext__(self) -> bytes:
        for piece in self._left:
            return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Do nothing: there is nothing to close."""


class Family:
    """One family.

    Args:
        module: Its package.

    Attributes:
        httpx: The package.
        phases: Which phase of a request each of its timeouts is about.
        timed_out: What it raises when a time limit is over.
        unsent: What it raises when no request was sent.
        hopeless: What it raises when the request cannot be sent at all.
        lost: What it raises when no complete answer arrived.
        url: Parses a URL.
        async_body: The request bodies of async clients.
    """

    def __init__(self, module: Any) -> None:
        self.httpx = module
        self.phases: dict[type[Exception], Phase] = {
            module.ConnectTimeout: "connect",
            module.ReadTimeout: "read",
            module.WriteTimeout: "write",
            module.PoolTimeout: "pool",
        }
        self.timed_out: type[Exception] = module.TimeoutException
        self.unsent: tuple[type[Exception], ...] = (
            module.ConnectError,
            module.ConnectTimeout,
            module.PoolTimeout,
            module.ProxyError,
        )
        self.hopeless: tuple[type[Exception], ...] = (
            module.InvalidURL,
            module.LocalProtocolError,
            module.TooManyRedirects,
            module.UnsupportedProtocol,
        )
        self.lost: tuple[type[Exception], ...] = (
            module.RequestError,
            zlib.error,
            EOFError,
            UnicodeError,  # of a redirect to a host that is not a name
        )
        self.url: Any = lru_cache(128)(module.URL)  # posts and polls use few
        # httpx looks for its class.
        self.async_body: Any = type(
            "AsyncRequestBody", (AsyncRequestBody, module.AsyncByteStream), {}
        )

    @cache  # noqa: B019  # there are two
    def ssl_context(self) -> ssl.SSLContext:
        """Return what certificates are checked with by default; it is slow to make."""
        return self.httpx.create_ssl_context()


@cache
def family(name: str) -> Family:
    """Return the family of a name.

    Raises:
        CozeError: There is none, or it is not installed.
    """
    if name not in _NAMES:
        raise CozeError(f"http is {name!r}. Pass 'httpx' or 'httpx2', or set COZE_HTTP to it.")
    try:
        return Family(import_module(name))
    except ImportError as error:
        raise CozeError(f"{name} is not installed: pip install 'coze-client[{name}]'.") from error


def chosen_family(
    http: HTTPFamily | None, client: HTTPClient | AsyncHTTPClient | None, kind: str
) -> Family:
    """Return the family to send with: of the user's client, else the named one.

    Args:
        http: The name of a family, or ``None`` for ``COZE_HTTP``, else httpx.
        client: The user's client, if there is one.
        kind: The class that it must have, ``Client`` or ``AsyncClient``.

    Raises:
        CozeError: The client has another class, or is of another family than the named one.
    """
    if client is None:
        return family(http or os.environ.get("COZE_HTTP", "").strip() or "httpx")
    found = next((one for one in _loaded() if isinstance(client, getattr(one.httpx, kind))), None)
    if found is None:
        raise CozeError(
            f"http_client must be an httpx.{kind} or an httpx2.{kind}, got {type(client).__name__}."
        )
    if http and found is not family(http):
        raise CozeError(f"http_client is not of {http}. Leave http= out: the client decides.")
    return found


def check_auth(auth: HTTPAuth | None, of: Family) -> None:
    """Check that an authentication suits a family.

    Raises:
        CozeError: It does not.
    """
    if auth is not None and not isinstance(auth, of.httpx.Auth):
        name = of.httpx.__name__
        raise CozeError(
            f"auth must be an {name}.Auth, as requests are sent with {name}, or one of "
            f"coze_client, got {type(auth).__name__}."
        )


def auth_bases() -> tuple[type, ...]:
    """Return the classes that an authentication must have for the families that are in use."""
    return tuple(one.httpx.Auth for one in _loaded())


def _loaded() -> list[Family]:
    """Return the families that the program has imported."""
    return [family(name) for name in _NAMES if name in sys.modules]
