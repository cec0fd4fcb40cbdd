"""The two families of HTTP clients, httpx and httpx2: their names are alike, their classes not.

Protocols say what users may hand over of them: neither has to be there for a type checker.
"""

from __future__ import annotations

import logging
import os
import sys
import zlib
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from coze_core._coze_error import CozeError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Generator, Iterator, MutableMapping
    from typing import Self

    from coze_core._deadline import HTTPTimeout
    from coze_core._errors import Phase

HTTPFamily: TypeAlias = Literal["httpx", "httpx2"]

_NAMES = ("httpx", "httpx2")


class HTTPAuth(Protocol):
    """An authentication, such as an `httpx.Auth`."""

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """Yield the requests to send, and take the answers."""
        ...

    def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """As `sync_auth_flow`."""
        ...


class _AnyClient(Protocol):
    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        ...

    @property
    def timeout(self) -> HTTPTimeout:
        """The time limits of each request."""
        ...

    @property
    def headers(self) -> MutableMapping[str, str]:
        """The headers of each request."""
        ...

    def build_request(  # noqa: PLR0913  # of httpx
        self,
        method: str,
        url: str,
        *,
        content: Any = ...,
        files: Any = ...,
        params: Any = ...,
        headers: Any = ...,
        extensions: Any = ...,
    ) -> Any:
        """Return a request with what the client adds to it."""
        ...


class HTTPClient(_AnyClient, Protocol):
    """A client to send with: an `httpx.Client`, or an `httpx2.Client`."""

    def send(
        self, request: Any, *, stream: bool = ..., auth: Any = ..., follow_redirects: Any = ...
    ) -> Any:
        """Send a request."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class AsyncHTTPClient(_AnyClient, Protocol):
    """An async client to send with: an `httpx.AsyncClient`, or an `httpx2.AsyncClient`."""

    async def send(
        self, request: Any, *, stream: bool = ..., auth: Any = ..., follow_redirects: Any = ...
    ) -> Any:
        """Send a request."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


def origin(url: Any) -> tuple[str, bytes, int | None]:
    """Return the scheme, host and port of a URL of httpx."""
    return url.scheme, url.raw_host, url.port  # the host itself may be none that can be decoded


def same_origin(url: str, request: Any) -> bool:
    """Whether a request goes to the same scheme, host and port as a URL."""
    return origin(type(request.url)(url)) == origin(request.url)


def can_repeat(request: Any) -> bool:
    """Whether the body of a request is there as a whole, and not a stream."""
    try:
        len(request.content)
    except RuntimeError:  # httpx.RequestNotRead
        return False
    return True


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
        log: The logger to which its clients tell each request.
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
        self.log = logging.getLogger(module.__name__)
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


def auth_bases() -> tuple[type, ...]:
    """Return the classes that an authentication must have for the families that are in use."""
    return tuple(one.httpx.Auth for one in _loaded())


def _loaded() -> list[Family]:
    """Return the families that the program has imported."""
    return [family(name) for name in _NAMES if name in sys.modules]
