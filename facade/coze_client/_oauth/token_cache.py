"""The current token, and who renews it: decisions without any I/O, for threads and tasks alike."""

from __future__ import annotations

from copy import copy
from threading import Lock
from time import time
from typing import TYPE_CHECKING

from coze_client._oauth.renewal import Renewal
from coze_core import APIError, CozeError, RateLimitError, ServerError
from coze_core._fork import reset_in_children

if TYPE_CHECKING:
    from coze_client._oauth.token import OAuthToken


class TokenCache:
    """Keeps one token, and lets one caller at a time renew it.

    Attributes:
        unsaved: A token that was issued, and that the store has not taken yet.
    """

    def __init__(self) -> None:
        self._token: OAuthToken | None = None
        self.reset_after_fork()
        reset_in_children(self)

    def reset_after_fork(self) -> None:
        """Forget the renewal of the parent, and the token that the parent has yet to save."""
        self._lock = Lock()
        self._renewal: Renewal | None = None
        self.unsaved: OAuthToken | None = None

    def current(self, rejected: str) -> OAuthToken | None:
        """Return the token, if it is still good, and not the one that the API has refused."""
        token = self._token
        good = token and token.access_token != rejected and token.is_fresh(time())
        return token if good else None

    def join_or_start(self, rejected: str) -> OAuthToken | tuple[Renewal, bool]:
        """Return the token, or the renewal to wait for and whether the caller has to run it."""
        with self._lock:
            if token := self.current(rejected):
                return token
            stale = self._renewal
            if stale and not stale.is_stale:
                return stale, False
            self._renewal = renewal = Renewal()
        if stale:
            stale.abandon()
        return renewal, True

    def put(self, token: OAuthToken) -> None:
        """Keep a token that was got in another way."""
        with self._lock:
            self._token = token

    def finish(
        self,
        renewal: Renewal,
        token: OAuthToken | None = None,
        failure: BaseException | None = None,
    ) -> None:
        """End a renewal: keep the token if there is one, and wake all who wait."""
        with self._lock:
            self._token = token or self._token
            if self._renewal is renewal:
                self._renewal = None
        renewal.finish(token, failure)

    @staticmethod
    def result(renewal: Renewal, rejected: str, *, mine: bool, again: bool) -> OAuthToken | None:
        """Return what a renewal brought.

        Args:
            renewal: The renewal, which has ended.
            rejected: A token that the API has refused, or nothing.
            mine: Whether the caller ran it.
            again: Whether the caller has waited for another one before.

        Returns:
            The token, or ``None`` where the caller has to try again itself.

        Raises:
            BaseException: Why there is no token; to the others only if it holds for them as well.
        """
        if renewal.token:
            return renewal.token if mine or renewal.token.access_token != rejected else None
        if mine and renewal.failure:
            raise renewal.failure
        # Nobody waits for a third renewal: without a network, many would wait for each other.
        if isinstance(renewal.failure, CozeError) and (again or _holds_for_all(renewal.failure)):
            raise copy(renewal.failure) from renewal.failure
        return None


def _holds_for_all(failure: CozeError) -> bool:
    """Whether it is what the API says about the credentials; anything else may pass."""
    return isinstance(failure, APIError) and not isinstance(failure, RateLimitError | ServerError)
