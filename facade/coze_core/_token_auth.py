"""Authentication by tokens that can be renewed, as a flow of httpx or httpx2.

A client of this package asks it for a token before each request, and for another one when the API
refuses it, by HTTP status or by code. A plain client of httpx runs its flows, which know the HTTP
status alone.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import AsyncGenerator, Generator
from functools import cache
from typing import Any

from coze_core._auth import TokenSource, bearer
from coze_core._errors import AuthenticationError, CozeError
from coze_core._http import HTTPRequest, HTTPResponse, auth_bases, can_repeat, same_origin

_UNAUTHORIZED = 401


class TokenAuth(TokenSource):
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
        """Agrees on the base URL with a client, for good.

        Args:
            base_url: The one that the client was given.

        Raises:
            CozeError: It is another one than that of this authentication.
        """

    @abstractmethod
    def token(self, client: Any = None, *, rejected: str = "") -> str:
        """Gives a valid access token, fetched anew if need be.

        Args:
            client: What to fetch it with; by default a client of its own.
            rejected: A token that the API has refused, so that another one is needed.

        Raises:
            CozeError: There is none.
        """

    @abstractmethod
    async def atoken(self, client: Any = None, *, rejected: str = "") -> str:
        """The async twin of `token`."""

    def header(self, client: Any, rejected: str) -> str:
        """As `TokenSource.header`."""
        return bearer(self.token(client, rejected=rejected))

    async def aheader(self, client: Any, rejected: str) -> str:
        """As `TokenSource.aheader`."""
        return bearer(await self.atoken(client, rejected=rejected))

    def sync_auth_flow(self, request: HTTPRequest) -> Generator[HTTPRequest, HTTPResponse, None]:
        """Adds the token to a request of httpx, and sends it once more if the token is refused.

        Raises:
            AuthenticationError: The token was refused, and the body cannot be sent again.
            CozeError: The request goes to another host, or there is no token.
        """
        self._check_host(request)
        token = self.token()
        response = yield _signed(request, token)
        if _is_refused(request, response):
            yield _signed(request, self.token(rejected=token))

    async def async_auth_flow(
        self, request: HTTPRequest
    ) -> AsyncGenerator[HTTPRequest, HTTPResponse]:
        """The async twin of `sync_auth_flow`."""
        self._check_host(request)
        token = await self.atoken()
        response = yield _signed(request, token)
        if _is_refused(request, response):
            yield _signed(request, await self.atoken(rejected=token))

    def _check_host(self, request: HTTPRequest) -> None:
        if not same_origin(self.base_url, request):
            raise CozeError(
                f"The tokens of this authentication are for {self.base_url} and are not sent to "
                f"{request.url.scheme}://{request.url.netloc.decode()}."
            )


@cache
def _with_bases(kind: type, bases: tuple[type, ...]) -> type:
    return ABCMeta(kind.__name__, (kind, *bases), {})


def _signed(request: HTTPRequest, token: str) -> HTTPRequest:
    request.headers["Authorization"] = bearer(token)
    return request


def _is_refused(request: HTTPRequest, response: HTTPResponse) -> bool:
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
