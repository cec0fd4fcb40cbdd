"""The bearer token of the requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from coze_core._errors import CozeError
from coze_core._headers import header_value

Token: TypeAlias = str | Callable[[], str]
AsyncToken: TypeAlias = str | Callable[[], str | Awaitable[str]]


class BearerToken:
    """A token, or what gives one before each request. It shows neither in `repr` nor in errors.

    Args:
        token: The token, or a function without arguments that gives it.

    Raises:
        CozeError: The token is empty or cannot stand in a header.
    """

    __slots__ = ("_header", "_token")

    def __init__(self, token: AsyncToken) -> None:
        self._token = token
        self._header = _header(token) if isinstance(token, str) else None

    def header(self) -> str:
        """Gives the value of the Authorization header."""
        if self._header is not None or isinstance(self._token, str):
            return self._header or ""
        token = self._token()
        if isinstance(token, str):
            return _header(token)
        raise CozeError(
            f"The token function gave {type(token).__name__} where a string is due. "
            "An async function goes with the async client."
        )

    async def aheader(self) -> str:
        """Gives the value of the Authorization header; the token function may be async."""
        if self._header is not None or isinstance(self._token, str):
            return self._header or ""
        token = self._token()
        return _header(token if isinstance(token, str) else await token)


def _header(token: str) -> str:
    if not token.strip():
        raise CozeError("The token is empty. Pass the whole token, or a function that gives it.")
    return header_value("Authorization", f"Bearer {token}")
