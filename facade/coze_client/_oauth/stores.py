"""Where tokens are kept between calls, and between runs of a program."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from coze_client._oauth.token import OAuthToken


class TokenStore(Protocol):
    """Keeps the token of one login.

    The methods may block: async clients call them in worker threads, so `lock` may be left in
    another thread than it was entered in.
    """

    def load(self) -> OAuthToken | None:
        """Gives the token that was saved last, or ``None`` if there is none."""
        ...

    def save(self, token: OAuthToken) -> None:
        """Keeps a token in place of the one before, whose refresh token is void now."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Keeps other users of the same store from renewing the token at the same time.

        A refresh token works once, so it is held from `load` to `save`. Where nobody else uses the
        store it may do nothing.
        """
        ...


class MemoryTokenStore:
    """Keeps the token until the program ends.

    Args:
        token: The token of an earlier login.
    """

    def __init__(self, token: OAuthToken | None = None) -> None:
        self._token = token

    def load(self) -> OAuthToken | None:
        """As `TokenStore.load`."""
        return self._token

    def save(self, token: OAuthToken) -> None:
        """As `TokenStore.save`."""
        self._token = token

    def lock(self) -> AbstractContextManager[object]:
        """Does nothing: an authentication renews its own token once at a time."""
        return nullcontext()
