"""The token service: applications, logins, and the tokens that it has issued."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from secrets import token_hex, token_urlsafe
from typing import Any
from urllib.parse import urlencode

from coze_sandbox._answers import Answer
from coze_sandbox._call import Call
from coze_sandbox._grants import Code, Device, GrantError
from coze_sandbox._json import Object, encode

CODE_SECONDS = 600
DEVICE_PAGE = "/open/oauth/device"
STATUSES = {"invalid_client": 401, "access_deny": 403, "internal_error": 500}


@dataclass
class OAuth:
    """The applications that may have tokens, and the tokens that they got.

    The authorize page agrees at once and redirects. A device is approved by `approve`, or by
    opening its verification page; `deny` refuses it.

    Attributes:
        token_seconds: how long an access token is valid, unless the request asks for less or more.
        device_seconds: how long a device code is valid.
        interval: least seconds between two questions of a device; a faster one gets `slow_down`.
        clock_skew: seconds by which the clock of the sandbox is ahead of that of this machine.
        consent: whether users agree on the authorize page.
        device_status: HTTP status of the errors that a waiting device gets; 200 is in use as well.
    """

    token_seconds: int = 900
    device_seconds: int = 300
    interval: int = 5
    clock_skew: float = 0.0
    consent: bool = True
    device_status: int = 400
    _secrets: dict[str, str | None] = field(default_factory=dict[str, str | None], repr=False)
    _keys: dict[str, tuple[str, Any]] = field(default_factory=dict[str, Any], repr=False)
    _jtis: set[str] = field(default_factory=set[str], repr=False)
    _codes: dict[str, Code] = field(default_factory=dict[str, Code], repr=False)
    _devices: dict[str, Device] = field(default_factory=dict[str, Device], repr=False)
    _refresh: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    _access: dict[str, float] = field(default_factory=dict[str, float], repr=False)

    def register(
        self,
        client_id: str,
        *,
        client_secret: str | None = None,
        public_key: str | None = None,
        public_key_id: str = "",
    ) -> None:
        """Register an application.

        Args:
            client_id: its id.
            client_secret: its secret; without one it logs users in by PKCE or device code.
            public_key: the public key for its JWTs, in PEM.
            public_key_id: the fingerprint of that key.

        Raises:
            ValueError: the key is none.
        """
        self._secrets[client_id] = client_secret
        if public_key is not None:
            from coze_sandbox._assertions import read_key  # noqa: PLC0415  # few use JWTs

            self._keys[public_key_id] = client_id, read_key(public_key)

    def approve(self, user_code: str) -> None:
        """Approve what a device asks, as its user would.

        Raises:
            KeyError: no device has this code.
        """
        self._device(user_code).decision = "approved"

    def deny(self, user_code: str) -> None:
        """Deny what a device asks, as its user would.

        Raises:
            KeyError: no device has this code.
        """
        self._device(user_code).decision = "denied"

    def end_tokens(self) -> None:
        """Expire all access tokens now; refresh tokens stay valid."""
        self._access = dict.fromkeys(self._access, 0.0)

    def expire(self, token: str) -> None:
        """Expire an access token now, whoever issued it."""
        self._access[token] = 0.0

    def has_ended(self, token: str) -> bool:
        """Return whether a token that it knows has expired."""
        return self._now() >= self._access.get(token, float("inf"))

    def page(self, path: str, query: Mapping[str, str]) -> Answer | None:
        """Answer what a browser asks, if it is one of the pages of a login."""
        if path == DEVICE_PAGE:
            try:
                self.approve(query.get("user_code", ""))
            except KeyError:
                return Answer((b"no such code",), "text/plain", 404)
            return Answer((b"You may go back to your device.",), "text/plain")
        if path.startswith("/api/permission/oauth2/") and path.endswith("/authorize"):
            return self._authorize(query)
        return None

    def answer(self, call: Call) -> Answer | None:
        """Answer a call that is correct by the document, if it is one of the token service."""
        handle = self._handler(call.name)
        if handle is None:
            return None
        headers = {"date": formatdate(self._now(), usegmt=True), "cache-control": "no-store"}
        try:
            body, status = handle(call), 200
        except GrantError as error:
            if call.arguments.get("device_code") is not None:
                body = {"error": error.error, "error_description": error.text}
                status = self.device_status
            else:
                body = {"error_code": error.error, "error_message": error.text}
                status = STATUSES.get(error.error, 400)
        return Answer((encode(body),), status=status, headers=headers)

    def _handler(self, name: str) -> Callable[[Call], Object] | None:
        return {
            "oauth.create_token": self._exchange,
            "oauth.create_account_token": self._exchange_assertion,
            "oauth.create_enterprise_token": self._exchange_assertion,
            "oauth.create_device_code": self._begin_device,
            "oauth.create_workspace_device_code": self._begin_device,
        }.get(name)

    def _authorize(self, query: Mapping[str, str]) -> Answer:
        wanted = ("client_id", "redirect_uri", "state")
        missing = [name for name in wanted if not query.get(name)]
        if query.get("response_type") != "code" or missing:
            return Answer((b"response_type, client_id, redirect_uri, state",), "text/plain", 400)
        if query["client_id"] not in self._secrets:
            return Answer((b"unknown client_id",), "text/plain", 400)
        back = {"error": "access_denied", "state": query["state"]}
        if self.consent:
            code = f"code_{token_urlsafe(24)}"
            self._codes[code] = Code(
                query["client_id"],
                query["redirect_uri"],
                query.get("code_challenge"),
                query.get("code_challenge_method", "plain"),
                self._now() + CODE_SECONDS,
            )
            back = {"code": code, "state": query["state"]}
        separator = "&" if "?" in query["redirect_uri"] else "?"
        target = f"{query['redirect_uri']}{separator}{urlencode(back)}"
        return Answer((), "text/plain", 302, {"location": target})

    def _begin_device(self, call: Call) -> Object:
        client_id = self._client(call)
        device_code, user_code = token_urlsafe(24), f"{token_hex(2)}-{token_hex(2)}".upper()
        now = self._now()
        self._devices[device_code] = Device(
            client_id, user_code, self.interval, now + self.device_seconds, now
        )
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": f"http://{call.headers.get('host', '')}{DEVICE_PAGE}",
            "expires_in": self.device_seconds,
            "interval": self.interval,
        }

    def _exchange(self, call: Call) -> Object:
        given = call.arguments
        grant = given["grant_type"]
        if grant.endswith("jwt-bearer"):
            return self._exchange_assertion(call)
        client_id = self._client(call)
        if grant == "authorization_code":
            code = self._codes.pop(str(given.get("code")), None)
            if code is None:
                raise GrantError("invalid_request", "invalid request: code")
            code.check(
                client_id, given.get("redirect_uri"), given.get("code_verifier"), self._now()
            )
        elif grant == "refresh_token":
            if self._refresh.pop(str(given.get("refresh_token")), None) != client_id:
                raise GrantError("invalid_request", "invalid request: refresh_token")
        else:
            device = self._devices.get(str(given.get("device_code")))
            if device is None:
                raise GrantError("invalid_request", "invalid request: device_code")
            device.check(client_id, self._now())
            del self._devices[str(given["device_code"])]
        refresh_token = f"rt_{token_urlsafe(24)}"
        self._refresh[refresh_token] = client_id
        return self._issue("czu_", self.token_seconds) | {"refresh_token": refresh_token}

    def _exchange_assertion(self, call: Call) -> Object:
        from coze_sandbox._assertions import check_assertion  # noqa: PLC0415  # as above

        host = call.headers.get("host", "").rpartition(":")[0]
        claims = check_assertion(_bearer(call) or "", self._keys, host, self._now())
        if claims["jti"] in self._jtis:
            raise GrantError("invalid_client", "the JWT was used before: jti")
        self._jtis.add(claims["jti"])
        return self._issue("czs_", call.arguments.get("duration_seconds", self.token_seconds))

    def _client(self, call: Call) -> str:
        """Return the application of a call, if it is what it says."""
        client_id = str(call.arguments.get("client_id"))
        if client_id not in self._secrets:
            raise GrantError("invalid_client", f"unknown client_id {client_id}")
        if _bearer(call) != self._secrets[client_id]:
            raise GrantError("invalid_client", "the client secret is wrong, missing or needless")
        return client_id

    def _issue(self, prefix: str, seconds: int) -> Object:
        token = f"{prefix}{token_urlsafe(24)}"
        end = int(self._now()) + seconds
        self._access[token] = end
        return {"access_token": token, "expires_in": end, "token_type": "Bearer"}

    def _device(self, user_code: str) -> Device:
        for device in self._devices.values():
            if device.user_code == user_code:
                return device
        raise KeyError(user_code)

    def _now(self) -> float:
        return time.time() + self.clock_skew


def _bearer(call: Call) -> str | None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
