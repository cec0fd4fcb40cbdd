"""Where the bearer token of the requests comes from.

A client of this package asks a `TokenAuth` for a token before each request, and for another one
when the API refuses it, by HTTP status or by code. A plain client of httpx or httpx2 runs its
flows, which know the HTTP status alone.
"""

from __future__ import annotations

from abc import ABC, ABCMeta, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from coze_core._coze_error import CozeError
from coze_core._encoding import header_value
from coze_core._errors import AuthenticationError
from coze_core._http._family import auth_bases, can_repeat, same_origin

if TYPE_CHECKING:
    from coze_core._http._family import HTTPAuth


Token: TypeAlias = str | Callable[[], str]
"""A bearer token, or a function that returns one before each request."""

AsyncToken: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""The same for async clients; the function may be async."""


class BearerToken:
    """A token, or a function that returns one. It shows none in `repr` or in errors.

    Args:
        token: The token, or a function without arguments that returns it.

    Attributes:
        renewable: Whether it can return another token when the API refuses one.

    Raises:
        CozeError: The token is empty or cannot stand in a header.
    """

    __slots__ = ("_give", "_header", "renewable")

    def __init__(self, token: AsyncToken) -> None:
        self._give = token if callable(token) else None
        self._header = "" if callable(token) else bearer(token)
        self.renewable = self._give is not None

    def header(self, client: Any, rejected: str) -> str:  # noqa: ARG002  # a function knows
        """As `TokenAuth.header`."""
        if self._give is None:
            return self._header
        token = self._give()
        if isinstance(token, Coroutine):
            token.close()
            raise CozeError(
                "The token function is async. Pass a plain function, or use the async client."
            )
        return bearer(cast("str", token))

    async def aheader(self, client: Any, rejected: str) -> str:  # noqa: ARG002  # as above
        """As `TokenAuth.aheader`; the token function may be async."""
        if self._give is None:
            return self._header
        token = self._give()
        return bearer(await token if isinstance(token, Awaitable) else token)


def bearer(token: str) -> str:
    """Return the value of the Authorization header for a token.

    Raises:
        CozeError: This is not a token.
    """
    if not isinstance(token, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # of a function
        raise CozeError(f"token must be a string, got {type(token).__name__}.")
    words = token.split()
    if not words:
        raise CozeError("The token is empty. Pass the whole token, or a function that returns it.")
    if words != [token]:
        raise CozeError(
            "The token contains whitespace, which cannot stand in the Authorization header. Pass "
            "the token alone: without 'Bearer', and stripped if it was read from a file."
        )
    return header_value("Authorization", f"Bearer {token}")


def credentials(
    token: AsyncToken | None, auth: HTTPAuth | None
) -> tuple[BearerToken | TokenAuth | None, HTTPAuth | None]:
    """Decide how requests are authenticated: by tokens, by httpx, or by neither.

    Raises:
        CozeError: Both are given, or the token makes no sense.
    """
    if token is not None and auth is not None:
        raise CozeError("token and auth are both given. Pass one of them.")
    if token is not None:
        return BearerToken(token), None
    return (auth, None) if isinstance(auth, TokenAuth) else (None, auth)


_UNAUTHORIZED = 401


class TokenAuth(ABC):
    """An authentication that fetches its tokens.

    It may be shared by clients of both kinds, by threads and by tasks. Its tokens go to the host of
    one base URL only.
    """

    renewable = True

    @property
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # read-only
        # Each family of httpx checks that an authentication is of its own class.
        return _with_bases(type(self), auth_bases())

    @property
    @abstractmethod
    def base_url(self) -> str:
        """What the paths of the API are added to; its host gets the tokens."""

    @abstractmethod
    def bind_base_url(self, base_url: str | None) -> str:
        """Bind this authentication to the base URL of a client, for good.

        Args:
            base_url: The one that the client was given.

        Raises:
            CozeError: It is another one than that of this authentication.
        """

    @abstractmethod
    def token(self, client: Any = None, *, rejected: str = "") -> str:
        """Return a valid access token, fetched anew if need be.

        Args:
            client: What to fetch it with; by default a client of its own.
            rejected: A token that the API has refused, so that another one is needed.

        Raises:
            CozeError: There is none.
        """

    @abstractmethod
    async def atoken(self, client: Any = None, *, rejected: str = "") -> str:
        """As `token`, async."""

    def header(self, client: Any, rejected: str) -> str:
        """Return the value of the Authorization header; see `token`."""
        return bearer(self.token(client, rejected=rejected))

    async def aheader(self, client: Any, rejected: str) -> str:
        """As `header`, async."""
        return bearer(await self.atoken(client, rejected=rejected))

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """Add the token to a request of httpx, and send it once more if the token is refused.

        Raises:
            AuthenticationError: The token was refused, and the body cannot be sent again.
            CozeError: The request goes to another host, or there is no token.
        """
        self._check_host(request)
        token = self.token()
        response = yield _signed(request, token)
        if _is_refused(request, response):
            yield _signed(request, self.token(rejected=token))

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """As `sync_auth_flow`, async."""
        self._check_host(request)
        token = await self.atoken()
        response = yield _signed(request, token)
        if _is_refused(request, response):
            yield _signed(request, await self.atoken(rejected=token))

    def _check_host(self, request: Any) -> None:
        if not same_origin(self.base_url, request):
            raise CozeError(
                f"The tokens of this authentication are for {self.base_url} and are not sent to "
                f"{request.url.scheme}://{request.url.netloc.decode()}."
            )


@cache
def _with_bases(kind: type, bases: tuple[type, ...]) -> type:
    return ABCMeta(kind.__name__, (kind, *bases), {})


def _signed(request: Any, token: str) -> Any:
    request.headers["Authorization"] = bearer(token)
    return request


def _is_refused(request: Any, response: Any) -> bool:
    """Whether the same request is to be sent with another token.

    Raises:
        AuthenticationError: It is, and cannot.
    """
    if response.status_code != _UNAUTHORIZED or not same_origin(str(request.url), response.request):
        return False
    if not can_repeat(request):
        raise AuthenticationError(
            f"HTTP 401: the token was refused, and the body of {request.method} {request.url.path} "
            "came from a stream that cannot be read again. Make the request once more; it will "
            "get another token.",
            status_code=_UNAUTHORIZED,
        )
    return True
