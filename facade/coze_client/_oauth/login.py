"""What the flows share in which a user agrees: afterwards a refresh token replaces the user."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from coze_client._oauth.auth import OAuth
from coze_client._oauth.requests import Grant, GrantType, TokenRequest
from coze_client._oauth.steps import Blocking, adrive, drive
from coze_client._oauth.stores import MemoryTokenStore
from coze_core import (
    APIError,
    AuthenticationError,
    InvalidRequestError,
    PermissionDeniedError,
)
from coze_core._report import share_facts

if TYPE_CHECKING:
    from coze_api.models import TokenResponse
    from coze_client._oauth.steps import Step, Steps
    from coze_client._oauth.stores import TokenStore
    from coze_client._oauth.token import OAuthToken

_OF_THE_APPLICATION = {"invalid_client", "unsupported_grant_type"}
"""Refusals that another login would not change."""


class LoginAuth(OAuth):
    """An authentication for which a user logs in once.

    Args:
        client_id: The id of the OAuth application.
        client_secret: Its secret, if it has one.
        workspace_id: The team workspace that the user is asked about, if it is about one.
        store: Where the login is kept; by default only in memory.
        base_url: Where the API is.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str | None,
        workspace_id: str | None,
        store: TokenStore | None,
        base_url: str | None,
    ) -> None:
        super().__init__(base_url=base_url, store=store or MemoryTokenStore())
        self._client_id = client_id
        self._client_secret = client_secret
        self._workspace_id = workspace_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}(client_id={self._client_id!r})"

    def _drive(self, steps: Steps[OAuthToken]) -> OAuthToken:
        token = drive(steps, None, self.base_url)
        self._keeper.put(token)
        return token

    async def _adrive(self, steps: Steps[OAuthToken]) -> OAuthToken:
        token = await adrive(steps, None, self.base_url)
        self._keeper.put(token)
        return token

    def _grant(self, grant_type: GrantType, grant: Grant) -> Step:
        return TokenRequest(
            grant_type, {"client_id": self._client_id, **grant}, self._client_secret
        )

    def _exchanged(self, answer: TokenResponse) -> Steps[OAuthToken]:
        """Makes the first token of a login, and saves it."""
        with ExitStack() as stack:
            yield Blocking(lambda: stack.enter_context(self._store.lock()))
            return (yield from self._saved(self._issued(answer)))

    def _fetch(self, stored: OAuthToken | None) -> Steps[OAuthToken]:
        if stored is None or stored.refresh_token is None:
            raise AuthenticationError(
                f"{self!r}: nobody has logged in yet. Let the user log in first, and use a "
                "FileTokenStore to keep the login."
            )
        request = self._grant("refresh_token", {"refresh_token": stored.refresh_token})
        try:
            answer: TokenResponse = yield request
        except (AuthenticationError, InvalidRequestError, PermissionDeniedError) as error:
            if error.code in _OF_THE_APPLICATION:
                raise
            raise _ended(error) from error
        return self._issued(answer, stored)


def _ended(error: APIError) -> AuthenticationError:
    ended = AuthenticationError(
        f"The login has ended, for its refresh token is void: let the user log in again. {error}",
        code=error.code,
        msg=error.msg,
        logid=error.logid,
        status_code=error.status_code,
        request=error.request,
        response=error.response,
        advice=error.advice,
    )
    share_facts(error, ended)
    return ended
