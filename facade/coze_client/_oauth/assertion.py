"""JWTs by which an application identifies itself."""

from __future__ import annotations

from functools import cached_property
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from coze_core import CozeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import RSAKey

_LIFETIME = 600
_BACKDATED = 30
"""Seconds: a clock that is a little ahead must not make a JWT of the future."""


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
