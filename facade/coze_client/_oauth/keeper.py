"""The present token, and who renews it: decisions without any I/O, for threads and tasks alike."""

from __future__ import annotations

from copy import copy
from threading import Lock
from time import time
from typing import TYPE_CHECKING

from coze_client._oauth.flight import Flight
from coze_core import APIError, CozeError, RateLimitError, ServerError

if TYPE_CHECKING:
    from coze_client._oauth.token import OAuthToken


class TokenKeeper:
    """Keeps one token, and lets one caller at a time renew it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._token: OAuthToken | None = None
        self._flight: Flight | None = None

    def present(self, rejected: str) -> OAuthToken | None:
        """Gives the token, if it is still good.

        Args:
            rejected: A token that the API has refused, or nothing.
        """
        token = self._token
        good = token and token.access_token != rejected and token.is_fresh(time())
        return token if good else None

    def board(self, rejected: str) -> OAuthToken | tuple[Flight, bool]:
        """Gives the token, or the renewal to wait for and whether the caller has to carry it out.

        Args:
            rejected: A token that the API has refused, or nothing.
        """
        with self._lock:
            if token := self.present(rejected):
                return token
            if self._flight and not self._flight.is_lost:
                return self._flight, False
            self._flight = Flight()
            return self._flight, True

    def put(self, token: OAuthToken) -> None:
        """Keeps a token that was got in another way."""
        with self._lock:
            self._token = token

    def land(
        self,
        flight: Flight,
        token: OAuthToken | None = None,
        failure: BaseException | None = None,
    ) -> None:
        """Ends a renewal: keeps the token if there is one, and wakes all who wait."""
        with self._lock:
            self._token = token or self._token
            if self._flight is flight:
                self._flight = None
        flight.land(token, failure)

    @staticmethod
    def outcome(flight: Flight, rejected: str, *, mine: bool, again: bool) -> OAuthToken | None:
        """Gives what a renewal brought.

        Args:
            flight: The renewal, which has ended.
            rejected: A token that the API has refused, or nothing.
            mine: Whether the caller carried it out.
            again: Whether the caller has waited for another one before.

        Returns:
            The token, or ``None`` where the caller has to try again itself.

        Raises:
            BaseException: Why there is no token; to the others only if it holds for them as well.
        """
        if flight.token:
            return flight.token if mine or flight.token.access_token != rejected else None
        if mine and flight.failure:
            raise flight.failure
        # Nobody waits for a third renewal: without a network, many would wait for each other.
        if isinstance(flight.failure, CozeError) and (again or _holds_for_all(flight.failure)):
            raise copy(flight.failure) from flight.failure
        return None


def _holds_for_all(failure: CozeError) -> bool:
    """Whether it is what the API says about the credentials; anything else may pass."""
    return isinstance(failure, APIError) and not isinstance(failure, RateLimitError | ServerError)
