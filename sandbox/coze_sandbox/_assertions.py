"""The JWTs by which applications identify themselves, checked as strictly as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from coze_sandbox._grants import GrantError

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_key(public_key: str) -> RSAKey:
    """Read the public key of an application.

    Raises:
        ValueError: it is not an RSA key in PEM.
    """
    try:
        return RSAKey.import_key(public_key)
    except (JoseError, ValueError) as error:
        raise ValueError(f"public_key is not an RSA key in PEM: {error}") from error


def check_assertion(
    text: str, keys: Mapping[str, tuple[str, RSAKey]], host: str, now: float
) -> dict[str, Any]:
    """Check a JWT and give its claims.

    Args:
        text: the JWT.
        keys: by their fingerprints, the id of an application and its public key.
        host: the host that the request went to, without its port.
        now: seconds since the epoch.

    Raises:
        GrantError: it is not signed with a registered key, not for here, or not for now.
    """
    signers: list[str] = []

    def find(token: Any) -> RSAKey:
        header: dict[str, Any] = token.headers()
        if header.get("typ") != "JWT" or header.get("kid") not in keys:
            raise GrantError("invalid_client", f"kid {header.get('kid')} is not registered here")
        client_id, key = keys[header["kid"]]
        signers.append(client_id)
        return key

    try:
        claims = jwt.decode(text, find, algorithms=["RS256"]).claims
    except (JoseError, ValueError) as error:
        raise GrantError("invalid_client", f"the JWT cannot be verified: {error}") from error
    wrong = [
        name
        for name, right in {
            "iss": claims.get("iss") in signers,
            "aud": claims.get("aud") == host,
            "iat": _is_time(claims.get("iat")) and claims["iat"] <= now,
            "exp": _is_time(claims.get("exp")) and claims["exp"] > max(now, claims.get("iat", 0)),
            "jti": isinstance(claims.get("jti"), str) and bool(claims["jti"]),
        }.items()
        if not right
    ]
    if wrong:
        raise GrantError("invalid_client", f"the JWT is not valid here and now: {', '.join(wrong)}")
    return claims


def _is_time(value: object) -> bool:
    return type(value) is int
