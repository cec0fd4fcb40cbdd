"""What the token service answers, in all its spellings."""

from __future__ import annotations

import pickle
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import (
    APIError,
    AuthenticationError,
    ConflictError,
    DeviceCodeAuth,
    InvalidRequestError,
    MemoryTokenStore,
    OAuthToken,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from coze_client._defaults import ERRORS
from coze_client._oauth.requests import token_request
from coze_core import SyncClient
from tests.core.scripted_server import ScriptedServer, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_client import JWTAuth
    from tests.auth.conftest import Runner

    MakeAuth = Callable[..., JWTAuth]

KINDS: dict[str, type[APIError]] = {
    "access_deny": PermissionDeniedError,
    "access_denied": PermissionDeniedError,
    "authorization_pending": ConflictError,
    "expired_token": AuthenticationError,
    "internal_error": ServerError,
    "invalid_client": AuthenticationError,
    "invalid_request": InvalidRequestError,
    "slow_down": RateLimitError,
    "unsupported_grant_type": InvalidRequestError,
}
SHAPES: list[Callable[[str], dict[str, Any]]] = [
    lambda code: {"error_code": code, "error_message": "in words"},
    lambda code: {"error": code, "error_description": "in words"},
    lambda code: {"error_code": code, "error_message": "in words", "error": "other"},
    lambda code: {"error_code": "", "error": code, "error_message": "in words"},
    lambda code: {"access_token": "", "expires_in": 0, "error": code, "error_message": "in words"},
]


@pytest.mark.parametrize("code", KINDS)
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_each_error_is_of_its_class(code: str, status: int, shape: int) -> None:
    with (
        ScriptedServer(answer(status, SHAPES[shape](code), X_Tt_Logid="log-1")) as server,
        closing(client_of(server)) as client,
        pytest.raises(KINDS[code]) as caught,
    ):
        token_request("refresh_token", {}, None).run(client)
    error = caught.value
    assert type(error) is KINDS[code]
    assert (error.code, error.msg, error.logid) == (code, "in words", "log-1")
    assert error.status_code == status
    assert f"code {code}" in str(error)
    assert "in words" in str(error)
    assert "What to do: " in str(error)


def client_of(server: ScriptedServer) -> SyncClient:
    """Return a client of the core that sends each request once."""
    return SyncClient(base_url=server.url, errors=ERRORS, user_agent="tests", max_retries=0)


def test_an_unknown_error_goes_by_its_status(run: Runner, jwt_auth: MakeAuth) -> None:
    message = answer(403, {"error_code": "new_one", "error_message": "m"})
    with ScriptedServer(message) as server, pytest.raises(PermissionDeniedError) as caught:
        run.token(jwt_auth(base_url=server.url))
    assert caught.value.code == "new_one"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"access_token": "czs_secret"},
        {"expires_in": 1},
        {"access_token": "czs_secret", "expires_in": "soon"},
        {"access_token": ["czs_secret"], "expires_in": 7},
    ],
)
def test_an_answer_without_a_token_is_an_error_that_quotes_none(
    run: Runner, jwt_auth: MakeAuth, body: dict[str, object]
) -> None:
    with (
        ScriptedServer(answer(200, body, X_Tt_Logid="log-1")) as server,
        pytest.raises(ServerError, match="no access token") as caught,
    ):
        run.token(jwt_auth(base_url=server.url))
    assert caught.value.logid == "log-1"
    assert "czs_secret" not in str(caught.value)
    assert b"czs_secret" not in pickle.dumps(caught.value)


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_was_cut_short_is_not_quoted(status: int) -> None:
    with (
        ScriptedServer(answer(status, b'{"access_token": "czs_secret", "exp')) as server,
        closing(client_of(server)) as client,
        pytest.raises(APIError) as caught,
    ):
        token_request("refresh_token", {}, None).run(client)
    assert "czs_secret" not in f"{caught.value} {caught.value.msg} {caught.value.report()}"


def test_a_secret_that_the_answer_repeats_is_masked(run: Runner) -> None:
    body = {"error_code": "invalid_request", "error_message": "refresh_token rt-secret is void"}
    with ScriptedServer(answer(400, body)) as server:
        token = OAuthToken(
            access_token="a", expires_at=0, host=server.url[7:], refresh_token="rt-secret"
        )
        auth = DeviceCodeAuth(
            client_id="public", base_url=server.url, store=MemoryTokenStore(token)
        )
        with pytest.raises(AuthenticationError, match="refresh_token \\*\\*\\* is void") as caught:
            run.token(auth)
    chain = [caught.value, caught.value.__cause__]
    assert not [error for error in chain if "rt-secret" in f"{error} {getattr(error, 'msg', '')}"]


def test_a_token_without_a_successor_keeps_its_refresh_token(run: Runner) -> None:
    issued = answer(200, {"access_token": "b", "expires_in": 4102444800})
    with ScriptedServer(issued) as server:
        token = OAuthToken(
            access_token="a", expires_at=0, host=server.url[7:], refresh_token="kept"
        )
        store = MemoryTokenStore(token)
        auth = DeviceCodeAuth(client_id="public", base_url=server.url, store=store)
        assert run.token(auth) == "b"
    after = store.load()
    assert after
    assert after.refresh_token == "kept"
