"""The requests that tokens are got with, over the generated operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Generic, Literal, TypedDict, TypeVar

from coze_api.models import DeviceCodeResponse, TokenResponse
from coze_api.params import TokenScope
from coze_api.resources.oauth import AsyncOauth, Oauth
from coze_client._threads import run_in_thread
from coze_core import AsyncClient, SyncClient

T = TypeVar("T")

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


class OAuthRequest(Generic[T]):
    """A step that asks the API for a token, or for what leads to one.

    Args:
        call: Calls the operation, of the sync resource or of the async one.
        secret: What identifies the application: its secret, or a function that signs a JWT anew
            each time the request is sent; ``None`` for an application without.
        secrets: What stands in the body and must not be repeated in errors.
        max_retries: How often it is sent again at most; by default as often as the client says.
    """

    def __init__(
        self,
        call: Callable[[Oauth], T],
        secret: str | Callable[[], str] | None,
        *,
        secrets: Iterable[str] = (),
        max_retries: int | None = None,
    ) -> None:
        self._call: Callable[[Any], Any] = call
        self._secret = secret
        self._options: dict[str, Any] = {"secrets": secrets, "max_retries": max_retries}

    def run(self, client: SyncClient) -> T:
        """As `Step.run`."""
        return self._call(Oauth(client.for_tokens(self._secret, **self._options)))

    async def arun(self, client: AsyncClient) -> T:
        """As `Step.arun`."""
        secret = self._secret
        token = partial(run_in_thread, secret) if callable(secret) else secret
        return await self._call(AsyncOauth(client.for_tokens(token, **self._options)))


def token_request(
    grant_type: GrantType,
    grant: Grant,
    secret: str | Callable[[], str] | None,
    *,
    max_retries: int | None = None,
) -> OAuthRequest[TokenResponse]:
    """Return the request that exchanges a grant for a token; see `OAuthRequest`."""
    secrets = [str(text) for name, text in grant.items() if name in _SECRETS]
    return OAuthRequest(
        lambda oauth: oauth.create_token(grant_type=grant_type, **grant),
        secret,
        secrets=secrets,
        max_retries=max_retries,
    )


def owner_token_request(
    kind: Literal["account", "enterprise"], owner_id: str, seconds: int, sign: Callable[[], str]
) -> OAuthRequest[TokenResponse]:
    """Return the request that exchanges a JWT for a token of another account or an enterprise."""
    if kind == "account":
        return OAuthRequest(
            lambda oauth: oauth.create_account_token(
                account_id=owner_id, grant_type=JWT_BEARER, duration_seconds=seconds
            ),
            sign,
        )
    return OAuthRequest(
        lambda oauth: oauth.create_enterprise_token(
            enterprise_id=owner_id, grant_type=JWT_BEARER, duration_seconds=seconds
        ),
        sign,
    )


def device_code_request(
    client_id: str, workspace_id: str | None
) -> OAuthRequest[DeviceCodeResponse]:
    """Return the request for the codes of a device login, perhaps about one team workspace."""
    if workspace_id is None:
        return OAuthRequest(lambda oauth: oauth.create_device_code(client_id=client_id), None)
    return OAuthRequest(
        lambda oauth: oauth.create_workspace_device_code(
            workspace_id=workspace_id, client_id=client_id
        ),
        None,
    )
