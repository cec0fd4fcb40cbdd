"""The requests that tokens are got with, over the generated operations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, TypedDict

from coze_api.models import DeviceCodeResponse, TokenResponse
from coze_api.params import TokenScope
from coze_api.resources.oauth import AsyncOauth, Oauth
from coze_client._threads import run_in_thread
from coze_core import AsyncClient, SyncClient

JWT_BEARER: Literal["urn:ietf:params:oauth:grant-type:jwt-bearer"] = (
    "urn:ietf:params:oauth:grant-type:jwt-bearer"
)
DEVICE_CODE: Literal["urn:ietf:params:oauth:grant-type:device_code"] = (
    "urn:ietf:params:oauth:grant-type:device_code"
)
_SECRETS = ("code", "code_verifier", "device_code", "refresh_token")


class Grant(TypedDict, total=False):
    """What is exchanged for a token."""

    client_id: str
    code: str
    redirect_uri: str
    code_verifier: str
    refresh_token: str
    device_code: str
    duration_seconds: int
    scope: TokenScope


GrantType = Literal[
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
]


class _Options(TypedDict):
    secrets: list[str]
    max_retries: int | None


class TokenRequest:
    """Exchange a grant for a token.

    Args:
        grant_type: What kind of grant it is.
        grant: The grant.
        secret: What identifies the application: its secret, or a function that signs a JWT anew
            each time the request is sent; ``None`` for an application without.
        max_retries: How often it is sent again at most; by default as often as the client says.
    """

    def __init__(
        self,
        grant_type: GrantType,
        grant: Grant,
        secret: str | Callable[[], str] | None,
        *,
        max_retries: int | None = None,
    ) -> None:
        self._grant_type: GrantType = grant_type
        self._grant = grant
        self._secret = secret
        self._options: _Options = {
            "secrets": [str(text) for name, text in grant.items() if name in _SECRETS],
            "max_retries": max_retries,
        }

    def run(self, client: SyncClient) -> TokenResponse:
        """As `Step.run`."""
        oauth = Oauth(client.for_tokens(self._secret, **self._options))
        return oauth.create_token(grant_type=self._grant_type, **self._grant)

    async def arun(self, client: AsyncClient) -> TokenResponse:
        """As `Step.arun`."""
        secret = self._secret
        token = partial(run_in_thread, secret) if callable(secret) else secret
        oauth = AsyncOauth(client.for_tokens(token, **self._options))
        return await oauth.create_token(grant_type=self._grant_type, **self._grant)


class OwnerTokenRequest:
    """Exchange a JWT for a token of another account, organization or enterprise.

    Args:
        kind: What the owner is.
        owner_id: Its id.
        seconds: How long the token shall be valid.
        sign: Signs a new JWT each time the request is sent.
    """

    def __init__(
        self,
        kind: Literal["account", "enterprise"],
        owner_id: str,
        seconds: int,
        sign: Callable[[], str],
    ) -> None:
        self._kind = kind
        self._owner_id = owner_id
        self._seconds = seconds
        self._sign = sign

    def run(self, client: SyncClient) -> TokenResponse:
        """As `Step.run`."""
        oauth = Oauth(client.for_tokens(self._sign))
        if self._kind == "account":
            return oauth.create_account_token(
                account_id=self._owner_id, grant_type=JWT_BEARER, duration_seconds=self._seconds
            )
        return oauth.create_enterprise_token(
            enterprise_id=self._owner_id, grant_type=JWT_BEARER, duration_seconds=self._seconds
        )

    async def arun(self, client: AsyncClient) -> TokenResponse:
        """As `Step.arun`."""
        oauth = AsyncOauth(client.for_tokens(partial(run_in_thread, self._sign)))
        if self._kind == "account":
            return await oauth.create_account_token(
                account_id=self._owner_id, grant_type=JWT_BEARER, duration_seconds=self._seconds
            )
        return await oauth.create_enterprise_token(
            enterprise_id=self._owner_id, grant_type=JWT_BEARER, duration_seconds=self._seconds
        )


class DeviceCodeRequest:
    """Ask for the codes of a device login.

    Args:
        client_id: The application.
        workspace_id: The one team workspace that it is about, if any.
    """

    def __init__(self, client_id: str, workspace_id: str | None) -> None:
        self._client_id = client_id
        self._workspace_id = workspace_id

    def run(self, client: SyncClient) -> DeviceCodeResponse:
        """As `Step.run`."""
        oauth = Oauth(client.for_tokens(None))
        if self._workspace_id is None:
            return oauth.create_device_code(client_id=self._client_id)
        return oauth.create_workspace_device_code(
            workspace_id=self._workspace_id, client_id=self._client_id
        )

    async def arun(self, client: AsyncClient) -> DeviceCodeResponse:
        """As `Step.arun`."""
        oauth = AsyncOauth(client.for_tokens(None))
        if self._workspace_id is None:
            return await oauth.create_device_code(client_id=self._client_id)
        return await oauth.create_workspace_device_code(
            workspace_id=self._workspace_id, client_id=self._client_id
        )
