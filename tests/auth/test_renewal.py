"""Tokens are renewed ahead of their end, and when the API refuses them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import APIError, AuthenticationError, MemoryTokenStore, OAuthToken
from coze_client._oauth.token import renewal_time
from coze_sandbox import Scenario
from tests.auth.conftest import REFRESH, operations
from tests.families import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coze_client import JWTAuth, PKCEAuth
    from coze_sandbox import Sandbox
    from tests.auth.conftest import Runner

    MakeAuth = Callable[..., JWTAuth]
    LoggedIn = Callable[..., PKCEAuth]

REFUSED = [Scenario(status=401), Scenario(code=4100), Scenario(code=700012006)]
IDS = ["401", "4100 with HTTP 200", "700012006 with HTTP 200"]


def test_one_token_serves_many_calls(run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    for _ in range(3):
        run.retrieve(coze)
    assert operations(sandbox) == [REFRESH, *["bots.retrieve"] * 3]


def test_a_token_that_is_about_to_end_is_renewed_before_the_call(
    run: Runner, sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    coze = run.coze(auth=logged_in(ends_soon=True))
    run.retrieve(coze)
    run.retrieve(coze)
    assert operations(sandbox) == [REFRESH, "bots.retrieve", "bots.retrieve"]


def test_a_token_with_a_short_life_serves_more_than_one_call(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.oauth.token_seconds = 30
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    for _ in range(3):
        run.retrieve(coze)
    assert operations(sandbox) == [REFRESH, *["bots.retrieve"] * 3]


@pytest.mark.parametrize(
    ("life", "renewed_after"), [(900, 840), (240, 180), (60, 45), (4, 3), (0, 0), (-5, -5)]
)
def test_a_token_is_renewed_a_minute_before_its_end_or_after_a_share_of_its_life(
    life: float, renewed_after: float
) -> None:
    assert renewal_time(1000.0, 1000.0 + life) == 1000.0 + renewed_after
    token = OAuthToken(
        access_token="a", expires_at=1000 + life, host="h", renew_at=1000 + renewed_after
    )
    assert token.is_fresh(999 + renewed_after)
    assert not token.is_fresh(1000 + renewed_after)


def test_an_expired_token_costs_one_more_attempt(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url, max_retries=0)
    run.retrieve(coze)
    sandbox.oauth.end_tokens()
    run.retrieve(coze)
    assert operations(sandbox)[2:] == ["bots.retrieve", REFRESH, "bots.retrieve"]


@pytest.mark.parametrize("scenario", REFUSED, ids=IDS)
def test_a_refused_token_is_replaced_once(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth, scenario: Scenario
) -> None:
    sandbox.scenario(scenario, operation="bots.retrieve", times=1)
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    assert run.retrieve(coze).bot_id == "1"
    assert operations(sandbox) == [REFRESH, "bots.retrieve"] * 2


@pytest.mark.parametrize("scenario", REFUSED, ids=IDS)
def test_a_second_refusal_is_told(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth, scenario: Scenario
) -> None:
    sandbox.scenario(scenario, operation="bots.retrieve")
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    with pytest.raises(AuthenticationError):
        run.retrieve(coze)
    assert operations(sandbox) == [REFRESH, "bots.retrieve"] * 2


def test_an_upload_is_sent_again_as_a_whole(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.scenario(Scenario(status=401), operation="files.upload", times=1)
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    run(coze.files.upload, file=("a.bin", io.BytesIO(b"content" * 1000)))
    first, second = (one for one in sandbox.requests if one.operation == "files.upload")
    assert b"content" * 1000 in first.body
    assert b"content" * 1000 in second.body


def test_opening_a_stream_renews_as_well(run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    sandbox.scenario(Scenario(code=4100, plain=True), operation="chat.stream", times=1)
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    with run.entered(coze.chat.stream(bot_id="1", user_id="me")) as stream:
        assert len(run.items(stream)) > 2
    assert operations(sandbox) == [REFRESH, "chat.stream"] * 2


def test_a_header_of_the_call_is_no_reason_to_fetch_a_token(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    run.retrieve(coze.with_options(headers={"Authorization": "Bearer other"}))
    assert operations(sandbox) == ["bots.retrieve"]


def test_the_answer_of_a_call_is_that_of_the_api(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    coze = run.coze(auth=jwt_auth(), base_url=sandbox.url)
    response = run(coze.with_response, coze.bots.retrieve, bot_id="1")
    assert response.request.url.endswith("/v1/bots/1")


def test_a_fixed_token_is_not_tried_twice(run: Runner, sandbox: Sandbox) -> None:
    with pytest.raises(AuthenticationError):
        run.retrieve(run.coze(token="expired", base_url=sandbox.url))
    assert operations(sandbox) == ["bots.retrieve"]


def test_a_token_function_is_asked_again(run: Runner, sandbox: Sandbox) -> None:
    tokens = iter(["expired", "better"])
    coze = run.coze(token=lambda: next(tokens), base_url=sandbox.url)
    assert run.retrieve(coze).bot_id == "1"


# Refresh tokens


def test_the_next_refresh_token_is_saved_before_its_access_token_is_used(
    run: Runner, sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    class Store(MemoryTokenStore):
        def save(self, token: OAuthToken) -> None:
            saved.append((token, operations(sandbox)))
            super().save(token)

    saved: list[tuple[OAuthToken, list[str]]] = []
    store = Store()
    auth = logged_in(store)
    coze = run.coze(auth=auth)
    for _ in range(2):
        sandbox.oauth.end_tokens()
        run.retrieve(coze)
    tokens = [token for token, _ in saved]
    assert len({token.refresh_token for token in tokens}) == len(tokens) == 3
    assert store.load() == tokens[-1]
    assert all(before[-1:] == [REFRESH] for _, before in saved[1:])


def test_a_token_that_could_not_be_saved_is_not_lost(
    run: Runner, sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    class Full(MemoryTokenStore):
        full = False

        def save(self, token: OAuthToken) -> None:
            if self.full:
                raise OSError("no space left on device")
            super().save(token)

    store = Full()
    auth = logged_in(store)
    sandbox.oauth.end_tokens()
    coze = run.coze(auth=auth)
    store.full = True
    with pytest.raises(OSError, match="no space left"):
        run.retrieve(coze)
    store.full = False
    assert run.retrieve(coze).bot_id == "1"
    assert operations(sandbox).count(REFRESH) == 1


def test_a_refresh_token_that_is_void_asks_for_a_new_login(
    run: Runner, sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    store = MemoryTokenStore(
        OAuthToken(
            access_token="old", expires_at=0, host=sandbox.url[7:], refresh_token="used-before"
        )
    )
    auth = logged_in()
    auth._store = store
    with pytest.raises(AuthenticationError, match="Let the user log in again") as caught:
        run.token(auth)
    assert caught.value.code == "invalid_request"
    assert "used-before" not in str(caught.value)


def test_the_error_of_a_login_that_has_ended_reports_the_request(
    run: Runner, sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    auth = logged_in()
    sandbox.scenario(Scenario(oauth_error="access_deny", status=403), operation=REFRESH)
    with pytest.raises(AuthenticationError) as caught:
        run.token(auth, rejected=auth._store.load().access_token)
    report = caught.value.report()
    assert report.startswith("AuthenticationError: The login has ended")
    assert "/api/permission/oauth2/token" in report
    assert "attempt 1: HTTP 403" in report


@pytest.mark.parametrize("code", ["invalid_client", "unsupported_grant_type"])
def test_a_refused_application_is_not_mistaken_for_an_ended_login(
    run: Runner, sandbox: Sandbox, logged_in: LoggedIn, code: str
) -> None:
    auth = logged_in()
    sandbox.scenario(Scenario(oauth_error=code, status=401), operation=REFRESH)
    with pytest.raises(APIError) as caught:
        run.token(auth, rejected=auth._store.load().access_token)
    assert caught.value.code == code
    assert "login has ended" not in str(caught.value)


def test_without_a_login_the_error_says_so(run: Runner, sandbox: Sandbox) -> None:
    from coze_client import DeviceCodeAuth

    with pytest.raises(AuthenticationError, match="nobody has logged in yet"):
        run.token(DeviceCodeAuth(client_id="public", base_url=sandbox.url))
    assert sandbox.requests == []


# A client of httpx


def post(run: Runner, url: str, auth: Any, **options: Any) -> httpx.Response:
    async def in_task() -> httpx.Response:
        async with httpx.AsyncClient(auth=auth) as client:
            return await client.post(url, **options)

    if run.portal:
        return run(in_task)
    with httpx.Client(auth=auth) as client:
        return client.post(url, **options)


def test_a_client_of_httpx_gets_tokens_too(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    auth = jwt_auth(base_url=sandbox.url)
    sandbox.scenario(Scenario(status=401), operation="conversations.create", times=1)
    response = post(run, f"{sandbox.url}/v1/conversation/create", auth, json={})
    assert response.json()["code"] == 0
    assert operations(sandbox) == [REFRESH, "conversations.create"] * 2


def test_a_body_that_cannot_be_read_again_is_an_error_that_says_so(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"{}"

    async def apieces() -> Any:
        yield b"{}"

    sandbox.scenario(Scenario(status=401), operation="conversations.create", times=1)
    headers = {"content-type": "application/json"}
    content = apieces() if run.portal else pieces()
    with pytest.raises(AuthenticationError, match="came from a stream") as caught:
        post(
            run,
            f"{sandbox.url}/v1/conversation/create",
            jwt_auth(base_url=sandbox.url),
            content=content,
            headers=headers,
        )
    assert caught.value.status_code == 401
    assert operations(sandbox) == [REFRESH, "conversations.create"]
