"""Where the bearer token of the requests comes from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from coze_core._errors import CozeError
from coze_core._headers import header_value

if TYPE_CHECKING:
    from coze_core._http import HTTPAuth

Token: TypeAlias = str | Callable[[], str]
"""A bearer token, or a function that gives one before each request."""
AsyncToken: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""The same for async clients; the function may be async."""


class TokenSource(ABC):
    """What gives a token before each request. It shows none in `repr` or in errors.

    Attributes:
        renewable: Whether it can give another token when the API refuses one.
    """

    __slots__ = ()
    renewable: bool

    @abstractmethod
    def header(self, client: Any, rejected: str) -> str:
        """Gives the value of the Authorization header.

        Args:
            client: The `SyncClient` that sends the request.
            rejected: The token that the API has just refused, or nothing.

        Raises:
            CozeError: There is no token.
        """

    @abstractmethod
    async def aheader(self, client: Any, rejected: str) -> str:
        """The async twin of `header`."""


class BearerToken(TokenSource):
    """A token, or a function that gives one.

    Args:
        token: The token, or a function without arguments that gives it.

    Raises:
        CozeError: The token is empty or cannot stand in a header.
    """

    __slots__ = ("_give", "_header", "renewable")

    def __init__(self, token: AsyncToken) -> None:
        self._give = token if callable(token) else None
        self._header = "" if callable(token) else bearer(token)
        self.renewable = self._give is not None

    def header(self, client: Any, rejected: str) -> str:  # noqa: ARG002  # a function knows
        """As `TokenSource.header`."""
        if self._give is None:
            return self._header
        token = self._give()
        if isinstance(token, Coroutine):
            token.close()
            raise CozeError("The token function is async: it goes with the async client.")
        return bearer(cast("str", token))

    async def aheader(self, client: Any, rejected: str) -> str:  # noqa: ARG002  # as above
        """As `TokenSource.aheader`; the token function may be async."""
        if self._give is None:
            return self._header
        token = self._give()
        return bearer(await token if isinstance(token, Awaitable) else token)


def bearer(token: str) -> str:
    """Gives the value of the Authorization header for a token.

    Raises:
        CozeError: This is no token.
    """
    if not isinstance(token, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # of a function
        raise CozeError(f"The token is of type {type(token).__name__}. A string is due.")
    words = token.split()
    if not words:
        raise CozeError("The token is empty. Pass the whole token, or a function that gives it.")
    if words != [token]:
        raise CozeError(
            "The token holds a blank or a line break, which does not go into the Authorization "
            "header. Pass the token alone: without 'Bearer', and stripped if it is from a file."
        )
    return header_value("Authorization", f"Bearer {token}")


def credentials(
    token: AsyncToken | None, auth: HTTPAuth | None
) -> tuple[TokenSource | None, HTTPAuth | None]:
    """Decide how requests are authenticated: by tokens, by httpx, or by neither.

    Raises:
        CozeError: Both are given, or the token makes no sense.
    """
    if token is not None and auth is not None:
        raise CozeError("Pass either token or auth.")
    if token is not None:
        return BearerToken(token), None
    return (auth, None) if isinstance(auth, TokenSource) else (None, auth)
