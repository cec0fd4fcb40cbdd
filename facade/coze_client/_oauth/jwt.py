"""JWT: an application without users identifies itself by a key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from secrets import token_urlsafe
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from coze_api.models import TokenResponse
from coze_api.params import TokenScope
from coze_client._oauth.auth import OAuth
from coze_client._oauth.requests import (
    JWT_BEARER,
    Grant,
    OAuthRequest,
    owner_token_request,
    token_request,
)
from coze_client._oauth.steps import Steps
from coze_client._oauth.token import OAuthToken
from coze_core import AuthenticationError, CozeError, InvalidRequestError
from coze_core._encoding import to_json

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

_MAX_DURATION = 86_399
_LIFETIME = 600
_BACKDATED = 30
"""Seconds: a clock that is a little ahead must not make a JWT of the future."""


class JWTAuth(OAuth):
    r"""Authentication of a service by a JWT that it signs with its own key.

    Tokens are fetched when they are needed, and again before they end; each JWT is signed for one
    use. Signing needs joserfc: ``pip install coze-client[jwt]``.

        coze = Coze(auth=JWTAuth(client_id="...", public_key_id="...", private_key="-----BEGIN..."))

    Use one for each user if sessions are to be kept apart.

    Args:
        client_id: The id of the OAuth application.
        public_key_id: The fingerprint of the public key, as the application's page shows it.
        private_key: The private key: the text of the PEM file. Line breaks may be written as
            ``\n``.
        account_id: The account or organization whose resources are used instead of one's own.
        enterprise_id: The enterprise, for a privileged application.
        scope: What the token may do at most; for applications of channels.
        session_name: The user on whose behalf the token is used; keeps the conversations of the
            users apart.
        session_context: Further facts about the session, as in ``{"device_info": {...}}``.
        duration_seconds: How long a token is valid, at most 86399 seconds; it is renewed a minute
            before its end, or after three quarters of a shorter life.
        base_url: Where the API is; by default where the client that uses this finds it.

    Raises:
        CozeError: An argument makes no sense.
    """

    def __init__(  # noqa: PLR0913  # one argument for each thing the API knows
        self,
        *,
        client_id: str,
        public_key_id: str,
        private_key: str,
        account_id: str | None = None,
        enterprise_id: str | None = None,
        scope: TokenScope | None = None,
        session_name: str | None = None,
        session_context: Mapping[str, object] | None = None,
        duration_seconds: int = 900,
        base_url: str | None = None,
    ) -> None:
        super().__init__(client_id=client_id, base_url=base_url)
        if sum(given is not None for given in (account_id, enterprise_id, scope)) > 1:
            raise CozeError("account_id, enterprise_id and scope exclude each other. Pass one.")
        if type(duration_seconds) is not int or not 1 <= duration_seconds <= _MAX_DURATION:
            raise CozeError(
                f"duration_seconds must be from 1 to {_MAX_DURATION}, got {duration_seconds!r}."
            )
        claims = {
            "iss": client_id,
            "session_name": session_name,
            "session_context": session_context
            and json.loads(to_json("session_context", session_context)),
        }
        given = {name: value for name, value in claims.items() if value is not None}
        self._signer = Signer(private_key, public_key_id, given)
        self._account_id = account_id
        self._enterprise_id = enterprise_id
        self._scope: TokenScope | None = scope
        self._seconds = duration_seconds

    def _fetch(self, stored: OAuthToken | None) -> Steps[OAuthToken]:
        del stored  # it cannot be refreshed
        try:
            answer: TokenResponse = yield self._request()
        except (AuthenticationError, InvalidRequestError) as error:
            if not self._learn_offset(error.response):
                raise
            answer = yield self._request()  # the clock here was wrong
        return self._issued(answer)

    def _request(self) -> OAuthRequest[TokenResponse]:
        if self._account_id is not None:
            return owner_token_request("account", self._account_id, self._seconds, self._sign)
        if self._enterprise_id is not None:
            return owner_token_request("enterprise", self._enterprise_id, self._seconds, self._sign)
        grant = Grant(duration_seconds=self._seconds)
        if self._scope is not None:
            grant["scope"] = self._scope
        return token_request(JWT_BEARER, grant, self._sign)

    def _sign(self) -> str:
        audience = urlsplit(self.base_url).hostname or ""
        return self._signer.sign(audience, time() + self._offset)


class Signer:
    r"""Signs JWTs with the key of an application. It shows the key neither in `repr` nor in errors.

    Args:
        private_key: The private key in PEM, PKCS#8 or PKCS#1. Its line breaks may be written as
            ``\n``, as they often are in environment variables.
        key_id: The fingerprint of its public key.
        claims: The claims that are always the same.

    Raises:
        CozeError: This is not a private key in PEM.
    """

    def __init__(self, private_key: str, key_id: str, claims: Mapping[str, object]) -> None:
        if not isinstance(private_key, str) or "PRIVATE KEY-----" not in private_key:  # pyright: ignore[reportUnnecessaryIsInstance]  # a path, perhaps
            raise CozeError(
                "private_key must be a private key in PEM. Pass the text of the downloaded file, "
                "which begins with -----BEGIN PRIVATE KEY-----, not its name."
            )
        self._private_key = private_key.replace("\\r", "").replace("\\n", "\n")
        self._key_id = key_id
        self._claims = claims

    def sign(self, audience: str, now: float) -> str:
        """Return a signed JWT, which can be used once.

        Args:
            audience: The host of the API.
            now: The time there, in seconds since the epoch.

        Raises:
            CozeError: joserfc is not installed, or the key is broken.
        """
        key = self._key
        from joserfc import jwt  # noqa: PLC0415  # not everyone has it

        issued_at = int(now) - _BACKDATED
        claims: dict[str, Any] = {
            **self._claims,
            "aud": audience,
            "iat": issued_at,
            "exp": issued_at + _LIFETIME,
            "jti": token_urlsafe(32),
        }
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": self._key_id}, claims, key)

    @cached_property
    def _key(self) -> RSAKey:
        try:
            from joserfc.errors import JoseError  # noqa: PLC0415  # as above
            from joserfc.jwk import RSAKey  # noqa: PLC0415  # as above
        except ModuleNotFoundError as error:
            raise CozeError(
                "Signing a JWT needs joserfc. Run: pip install coze-client[jwt]"
            ) from error
        try:
            return RSAKey.import_key(self._private_key)
        except (JoseError, ValueError, TypeError):  # which may quote the key
            raise CozeError(
                "private_key cannot be read: it is damaged, has a password, or is not an RSA key."
            ) from None
