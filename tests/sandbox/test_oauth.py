"""The token service checks what the real one checks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coze_sandbox import Sandbox

pytest.importorskip("coze_api")
BASE = "/api/permission/oauth2"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
BACK = "https://example.com/back?x=1"


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture
def sandbox(coze_sandbox: Sandbox, key: RSAKey) -> Sandbox:
    public = key.as_pem(private=False).decode()
    coze_sandbox.oauth.register("service", public_key=public, public_key_id="key-1")
    coze_sandbox.oauth.register("web", client_secret="secret")
    coze_sandbox.oauth.register("public")
    return coze_sandbox


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, timeout=20) as client:
        yield client


def signed(key: RSAKey, header: dict[str, Any] | None = None, **claims: Any) -> dict[str, str]:
    """Return the header with a JWT: correct but for what is given."""
    now = int(time.time())
    right = {"iss": "service", "aud": "127.0.0.1", "iat": now, "exp": now + 60, "jti": str(now)}
    everything = {name: value for name, value in {**right, **claims}.items() if value is not None}
    head = {"alg": "RS256", "typ": "JWT", "kid": "key-1", **(header or {})}
    text = jwt.encode(head, everything, key, algorithms=["RS256", "RS512"], default_type=None)
    return {"authorization": f"Bearer {text}"}


def exchange(
    http: httpx.Client, headers: dict[str, str] | None = None, path: str = "", **body: Any
) -> httpx.Response:
    return http.post(f"{BASE}{path}/token", json=body, headers=headers)


def refused(response: httpx.Response, error: str, text: str = "") -> None:
    assert response.status_code in (400, 401)
    body = response.json()
    assert body.get("error_code", body.get("error")) == error
    assert text in body.get("error_message", body.get("error_description"))


# JWT


@pytest.mark.parametrize("path", ["", "/account/1", "/enterprise_id/2"])
def test_a_jwt_gives_a_token_that_ends_when_it_says(
    http: httpx.Client, key: RSAKey, path: str
) -> None:
    answer = exchange(http, signed(key), path, grant_type=BEARER, duration_seconds=100)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "expires_in", "token_type"}
    assert abs(body["expires_in"] - time.time() - 100) < 30
    assert body["access_token"].startswith("czs_")


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ({"iss": "web"}, "iss"),
        ({"aud": "api.coze.cn"}, "aud"),
        ({"iat": 4_000_000_000}, "iat"),
        ({"iat": 0, "exp": int(time.time()) - 1}, "exp"),
        ({"iat": time.time() - 1.5}, "iat"),
        ({"exp": None}, "exp"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"header": {"kid": "key-2"}}, "kid key-2"),
        ({"header": {"kid": ""}}, "kid"),
        ({"header": {"typ": "X"}}, "kid"),
        ({"header": {"alg": "RS512"}}, "cannot be verified"),
    ],
)
def test_a_jwt_with_a_fault_is_refused(
    http: httpx.Client, key: RSAKey, claims: dict[str, Any], text: str
) -> None:
    answer = exchange(http, signed(key, **claims), grant_type=BEARER)
    refused(answer, "invalid_client", text)
    assert answer.status_code == 401


def test_a_signature_of_another_key_is_refused(http: httpx.Client) -> None:
    other = RSAKey.generate_key(2048)
    refused(exchange(http, signed(other), grant_type=BEARER), "invalid_client", "verified")


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x.y.z"}])
def test_what_is_no_jwt_is_refused(http: httpx.Client, headers: dict[str, str]) -> None:
    refused(exchange(http, headers, grant_type=BEARER), "invalid_client")


def test_a_jwt_works_once(http: httpx.Client, key: RSAKey) -> None:
    headers = signed(key)
    assert exchange(http, headers, grant_type=BEARER).status_code == 200
    refused(exchange(http, headers, grant_type=BEARER), "invalid_client", "jti")


def test_its_clock_can_be_wrong_and_is_told(
    http: httpx.Client, sandbox: Sandbox, key: RSAKey
) -> None:
    sandbox.oauth.clock_skew = -3600
    answer = exchange(http, signed(key), grant_type=BEARER)
    refused(answer, "invalid_client", "iat")
    assert "date" in answer.headers
    now = int(time.time()) - 3600
    answer = exchange(http, signed(key, iat=now, exp=now + 10), grant_type=BEARER)
    assert answer.json()["expires_in"] < time.time()


def test_a_key_must_be_one(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="not an RSA key"):
        sandbox.oauth.register("x", public_key="nonsense")


# Codes


def code_for(http: httpx.Client, client_id: str, **query: str) -> str:
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": BACK, "state": "s"}
    answer = http.get(f"{BASE}/authorize", params={**asked, **query})
    assert answer.status_code == 302
    location = answer.headers["location"]
    assert location.startswith(f"{BACK}&")
    back = parse_qs(urlsplit(location).query)
    assert back["state"] == ["s"]
    return back["code"][0]


def test_a_code_is_exchanged_once(http: httpx.Client) -> None:
    body = {"grant_type": "authorization_code", "client_id": "web", "redirect_uri": BACK}
    secret = {"authorization": "Bearer secret"}
    body["code"] = code_for(http, "web")
    answer = exchange(http, secret, **body)
    assert set(answer.json()) == {"access_token", "expires_in", "token_type", "refresh_token"}
    refused(exchange(http, secret, **body), "invalid_request", "code")


@pytest.mark.parametrize(
    ("changes", "secret", "error"),
    [
        ({"client_id": "nobody"}, "secret", "invalid_client"),
        ({}, "wrong", "invalid_client"),
        ({}, None, "invalid_client"),
        ({"redirect_uri": "https://example.com"}, "secret", "invalid_request"),
        ({"code": "code_x"}, "secret", "invalid_request"),
    ],
)
def test_what_goes_with_a_code_must_be_right(
    http: httpx.Client, changes: dict[str, str], secret: str | None, error: str
) -> None:
    body = {"grant_type": "authorization_code", "client_id": "web", "redirect_uri": BACK}
    body["code"] = code_for(http, "web")
    headers = {"authorization": f"Bearer {secret}"} if secret else None
    refused(exchange(http, headers, **{**body, **changes}), error)


def test_a_code_is_for_its_application(http: httpx.Client) -> None:
    body = {"grant_type": "authorization_code", "client_id": "public", "redirect_uri": BACK}
    answer = exchange(http, **body, code=code_for(http, "web"))
    refused(answer, "invalid_request", "client_id")


def test_an_application_without_a_secret_must_send_none(http: httpx.Client) -> None:
    body = {"grant_type": "authorization_code", "client_id": "public", "redirect_uri": BACK}
    body["code"] = code_for(http, "public")
    refused(exchange(http, {"authorization": "Bearer x"}, **body), "invalid_client", "needless")


def test_a_challenge_wants_its_verifier(http: httpx.Client) -> None:
    body = {"grant_type": "authorization_code", "client_id": "public", "redirect_uri": BACK}
    plain = {"code_challenge": "verifier"}
    hashed = {
        "code_challenge": "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ",
        "code_challenge_method": "S256",
    }
    for query in (plain, hashed):
        for verifier in (None, "guess"):
            code = code_for(http, "public", **query)
            answer = exchange(http, **body, code=code, **given(code_verifier=verifier))
            refused(answer, "invalid_request", "code_verifier")
        code = code_for(http, "public", **query)
        assert exchange(http, **body, code=code, code_verifier="verifier").status_code == 200


def given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def test_a_code_does_not_last(http: httpx.Client, sandbox: Sandbox) -> None:
    code = code_for(http, "public")
    sandbox.oauth.clock_skew = 601
    body = {"grant_type": "authorization_code", "client_id": "public", "redirect_uri": BACK}
    refused(exchange(http, **body, code=code), "invalid_request", "expired")


def test_the_page_wants_to_know_who_asks(http: httpx.Client) -> None:
    assert http.get(f"{BASE}/authorize").status_code == 400
    asked = {"response_type": "code", "client_id": "nobody", "redirect_uri": BACK, "state": "s"}
    assert http.get(f"{BASE}/authorize", params=asked).status_code == 400


# Refresh tokens and expiry


def login(http: httpx.Client) -> dict[str, Any]:
    body = {"grant_type": "authorization_code", "client_id": "public", "redirect_uri": BACK}
    return exchange(http, **body, code=code_for(http, "public")).json()


def test_a_refresh_token_is_replaced_by_the_next(http: httpx.Client) -> None:
    tokens = login(http)
    body = {"grant_type": "refresh_token", "client_id": "public"}
    first = {**body, "refresh_token": tokens["refresh_token"]}
    answer = exchange(http, **first)
    assert answer.json()["refresh_token"] != tokens["refresh_token"]
    refused(exchange(http, **first), "invalid_request", "refresh_token")
    second = {**body, "refresh_token": answer.json()["refresh_token"]}
    assert exchange(http, **second).status_code == 200


def test_a_refresh_token_is_for_its_application(http: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.oauth.register("other")
    body = {"grant_type": "refresh_token", "client_id": "other"}
    answer = exchange(http, **body, refresh_token=login(http)["refresh_token"])
    refused(answer, "invalid_request")


def test_a_token_is_accepted_until_it_ends(http: httpx.Client, sandbox: Sandbox) -> None:
    headers = {"authorization": f"Bearer {login(http)['access_token']}"}
    assert http.get("/v1/bots/1", headers=headers).status_code == 200
    sandbox.oauth.clock_skew = 901
    answer = http.get("/v1/bots/1", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, 4100)
    sandbox.oauth.clock_skew = 0
    sandbox.oauth.end_tokens()
    assert http.get("/v1/bots/1", headers=headers).status_code == 401


# Devices


def begin(http: httpx.Client, path: str = "/device/code") -> dict[str, Any]:
    answer = http.post(f"{BASE}{path}", json={"client_id": "public"})
    assert answer.status_code == 200
    return answer.json()


def ask(http: httpx.Client, asked: dict[str, Any]) -> httpx.Response:
    return exchange(http, grant_type=DEVICE, client_id="public", device_code=asked["device_code"])


def test_a_device_waits_for_its_user(http: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.oauth.interval = 0
    asked = begin(http)
    assert asked["expires_in"] == 300
    refused(ask(http, asked), "authorization_pending")
    assert http.get(asked["verification_uri"], params={"user_code": "X"}).status_code == 404
    page = http.get(asked["verification_uri"], params={"user_code": asked["user_code"]})
    assert page.status_code == 200
    assert ask(http, asked).json()["refresh_token"]
    refused(ask(http, asked), "invalid_request")


def test_a_device_code_is_for_its_application(http: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.oauth.register("other")
    code = begin(http)["device_code"]
    answer = exchange(http, grant_type=DEVICE, client_id="other", device_code=code)
    refused(answer, "invalid_request", "client_id")


def test_a_device_that_asks_too_often_is_slowed_down(http: httpx.Client, sandbox: Sandbox) -> None:
    asked = begin(http)
    assert asked["interval"] == 5
    sandbox.oauth.approve(asked["user_code"])
    refused(ask(http, asked), "slow_down", "wait 10 s")
    refused(ask(http, asked), "slow_down", "wait 15 s")
    sandbox.oauth.clock_skew = 15
    assert ask(http, asked).status_code == 200


def test_a_user_may_refuse_a_device_or_take_too_long(http: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.oauth.interval = 0
    asked, late = begin(http), begin(http, "/workspace_id/1/device/code")
    sandbox.oauth.deny(asked["user_code"])
    sandbox.oauth.device_status = 200
    answer = ask(http, asked)
    assert (answer.status_code, answer.json()["error"]) == (200, "access_denied")
    sandbox.oauth.clock_skew = 301
    assert ask(http, late).json()["error"] == "expired_token"
    with pytest.raises(KeyError):
        sandbox.oauth.approve("X")


# The rest of the sandbox


def test_a_request_that_breaks_the_document_is_refused_first(http: httpx.Client) -> None:
    answer = exchange(http, grant_type="password")
    assert answer.json()["code"] == 4000


def test_reset_forgets_applications_and_tokens(http: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.reset()
    answer = http.post(f"{BASE}/device/code", json={"client_id": "public"})
    refused(answer, "invalid_client", "unknown client_id")
