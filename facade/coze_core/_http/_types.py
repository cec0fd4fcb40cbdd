"""What users may hand over, of httpx or of httpx2: neither has to be there for a type checker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, MutableMapping

    from coze_core._deadline import HTTPTimeout


class HTTPRequest(Protocol):
    """A request, such as an `httpx.Request`."""

    method: str
    headers: Any
    url: Any

    @property
    def content(self) -> bytes:
        """The body, if it is there as a whole."""
        ...


class HTTPResponse(Protocol):
    """An answer, such as an `httpx.Response`."""

    status_code: int

    @property
    def request(self) -> Any:
        """The request that was answered."""
        ...


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

    @property
    def auth(self) -> Any:
        """The authentication of each request."""
        ...

    @property
    def params(self) -> Any:
        """The query of each request."""
        ...

    @property
    def follow_redirects(self) -> bool:
        """Whether redirects are followed."""
        ...

    @property
    def max_redirects(self) -> int:
        """How many of them."""
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


def same_origin(url: str, request: HTTPRequest) -> bool:
    """Whether a request goes to the same scheme, host and port as a URL."""
    return origin(type(request.url)(url)) == origin(request.url)


def can_repeat(request: HTTPRequest) -> bool:
    """Whether the body of a request is there as a whole, and not a stream."""
    try:
        len(request.content)
    except RuntimeError:  # httpx.RequestNotRead
        return False
    return True
