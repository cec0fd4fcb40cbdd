"""What applications exchange for tokens, and what goes wrong with it."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal


class GrantError(Exception):
    """An exchange that is refused.

    Args:
        error: the name of the error.
        text: what is wrong.
    """

    def __init__(self, error: str, text: str) -> None:
        super().__init__(text)
        self.error = error
        self.text = text


@dataclass(frozen=True)
class Code:
    """An authorization code: what the page of the login was asked for."""

    client_id: str
    redirect_uri: str
    challenge: str | None
    method: str
    until: float

    def check(self, client_id: object, redirect_uri: object, verifier: object, now: float) -> None:
        """Check what is sent along with the code.

        Raises:
            GrantError: it is not that of the page, or it comes too late.
        """
        if now > self.until:
            raise GrantError("invalid_request", "invalid request: code (expired)")
        if client_id != self.client_id:
            raise GrantError("invalid_request", "invalid request: client_id")
        if redirect_uri != self.redirect_uri:
            raise GrantError("invalid_request", "invalid request: redirect_uri")
        if self.challenge is not None and self.challenge != self._challenge_of(str(verifier or "")):
            raise GrantError("invalid_request", "invalid request: code_verifier")

    def _challenge_of(self, verifier: str) -> str:
        if self.method == "plain":
            return verifier
        digest = hashlib.sha256(verifier.encode()).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class Device:
    """A device that waits for the decision of its user."""

    client_id: str
    user_code: str
    interval: float
    until: float
    last: float
    decision: Literal["pending", "approved", "denied"] = "pending"

    def check(self, client_id: object, now: float) -> None:
        """Check that its user has agreed.

        Raises:
            GrantError: it is too early, too late or too often, or the user did not agree.
        """
        if client_id != self.client_id:
            raise GrantError("invalid_request", "invalid request: client_id")
        if now > self.until:
            raise GrantError("expired_token", "the device code has expired")
        since, self.last = now - self.last, now
        if since < self.interval:
            self.interval += 5
            raise GrantError("slow_down", f"wait {self.interval:g} s from now on")
        if self.decision == "pending":
            raise GrantError("authorization_pending", "the user has not decided yet")
        if self.decision == "denied":
            raise GrantError("access_denied", "the user did not agree")
