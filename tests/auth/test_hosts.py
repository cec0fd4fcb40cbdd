"""Tokens go to the host that they are for, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from coze_client import (
    AsyncCoze,
    AuthenticationError,
    Coze,
    CozeError,
    DeviceCodeAuth,
    FileTokenStore,
    JWTAuth,
    MemoryTokenStore,
    OAuthToken,
    PermissionDeniedError,
)
from coze_sandbox import Scenario
from tests.core.scripted_server import ScriptedServer, answer
from tests.families import httpx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coze_client import PKCEAuth
    from coze_sandbox import Sandbox
    from tests.auth.conftest import Runner

    MakeAuth = Callable[..., JWTAuth]

CN, COM = "https://api.coze.cn", "https://api.coze.com"
BOT = answer(body={"code": 0, "data": {"bot_id": "1"}})


def http_client(run: Runner, **options: Any) -> Any:
    """Return a client of httpx of the user, which is closed in the end."""
    return run.opened(httpx.Client, httpx.AsyncClient, **options)


@pytest.fixture
def stored() -> MemoryTokenStore:
    token = OAuthToken(access_token="a", expires_at=4102444800, host="api.coze.cn")
    return MemoryTokenStore(token)


# The two sites


@pytest.mark.parametrize(("ours", "theirs"), [(CN, COM), (COM, CN), (CN, f"{CN}/proxy")])
@pytest.mark.parametrize("kind", [Coze, AsyncCoze])
def test_an_authentication_of_one_site_is_refused_by_a_client_of_the_other(
    jwt_auth: MakeAuth, kind: Any, ours: str, theirs: str
) -> None:
    with pytest.raises(CozeError, match=r"coze\.cn and coze\.com are separate") as caught:
        kind(auth=jwt_auth(base_url=ours), base_url=theirs)
    assert ours in str(caught.value)
    assert theirs in str(caught.value)


def test_a_client_without_a_base_url_takes_that_of_its_authentication(jwt_auth: MakeAuth) -> None:
    with Coze(auth=jwt_auth(base_url=f"{COM}/")) as coze:
        assert repr(coze) == f"Coze(base_url={COM!r})"
    with Coze(auth=jwt_auth()) as coze:
        assert repr(coze) == f"Coze(base_url={CN!r})"


def test_an_authentication_without_a_base_url_stays_with_that_of_its_first_client(
    jwt_auth: MakeAuth,
) -> None:
    auth = jwt_auth()
    Coze(auth=auth, base_url=COM).close()
    assert auth.base_url == COM
    Coze(auth=auth).close()
    with pytest.raises(CozeError, match="are separate"):
        Coze(auth=auth, base_url=CN)


def test_a_stored_token_of_the_other_site_is_not_sent(
    run: Runner, stored: MemoryTokenStore
) -> None:
    auth = DeviceCodeAuth(client_id="public", base_url=COM, store=stored)
    with pytest.raises(CozeError, match=r"of api\.coze\.cn, .* for api\.coze\.com.*are separate"):
        run.token(auth)


def test_a_file_of_the_other_site_is_not_used(
    run: Runner, stored: MemoryTokenStore, tmp_path: Path
) -> None:
    store = FileTokenStore(tmp_path / "token.json")
    token = stored.load()
    assert token
    store.save(token)
    with pytest.raises(CozeError, match="are separate"):
        run.token(DeviceCodeAuth(client_id="public", base_url=COM, store=store))


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        (Scenario(code=4100), AuthenticationError),
        (Scenario(code=4101), PermissionDeniedError),
        (Scenario(code=700012006), AuthenticationError),
        (Scenario(status=401, oauth_error="invalid_client"), AuthenticationError),
    ],
)
def test_what_a_wrong_site_answers_is_explained(
    run: Runner, sandbox: Sandbox, scenario: Scenario, kind: type[Exception]
) -> None:
    sandbox.scenario(scenario)
    with pytest.raises(kind, match=r"coze\.cn|of the site that issued it"):
        run.retrieve(run.coze(token="pat_of_the_other_site", base_url=sandbox.url))


# Redirects and other hosts


def test_a_token_request_follows_no_redirect(run: Runner, jwt_auth: MakeAuth) -> None:
    with ScriptedServer(BOT) as other, ScriptedServer(answer(307, Location=other.url)) as server:
        client = http_client(run, follow_redirects=True)
        coze = run.coze(auth=jwt_auth(), base_url=server.url, http_client=client)
        with pytest.raises(CozeError, match="a redirect to"):
            run.retrieve(coze)
        assert other.seen == []


def test_a_call_is_not_led_to_another_host(run: Runner) -> None:
    with ScriptedServer(BOT) as other, ScriptedServer(answer(302, Location=other.url)) as server:
        token = OAuthToken(access_token="a", expires_at=4102444800, host=server.url[7:])
        auth = DeviceCodeAuth(client_id="public", store=MemoryTokenStore(token))
        coze = run.coze(auth=auth, base_url=server.url)
        with pytest.raises(CozeError, match="a redirect to"):
            run.retrieve(coze)
        assert server.seen[0].headers["authorization"] == "Bearer a"
        assert other.seen == []


def test_a_client_of_httpx_sends_the_token_to_no_other_host(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    client = http_client(run, auth=jwt_auth(base_url=sandbox.url))
    with ScriptedServer(BOT) as other, pytest.raises(CozeError, match="not sent to") as caught:
        run(client.get, other.url)
    assert other.seen == sandbox.requests == []
    assert other.url in str(caught.value)


def test_a_client_of_httpx_leaves_the_token_behind_too(run: Runner) -> None:
    with (
        ScriptedServer(answer(401)) as other,
        ScriptedServer(answer(302, Location=other.url)) as server,
    ):
        token = OAuthToken(access_token="a", expires_at=4102444800, host=server.url[7:])
        auth = DeviceCodeAuth(
            client_id="public", base_url=server.url, store=MemoryTokenStore(token)
        )
        client = http_client(run, auth=auth, follow_redirects=True)
        assert run(client.get, server.url).status_code == 401
        assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer a"]
        assert [seen.headers["authorization"] for seen in other.seen] == [None]


# The user's own client


def test_token_requests_go_over_the_users_own_client(run: Runner, jwt_auth: MakeAuth) -> None:
    issued = answer(body={"access_token": "czs_1", "expires_in": 4102444800})
    with ScriptedServer(issued, BOT) as server:
        client = http_client(run, headers={"X-Proxy": "p", "Authorization": "Bearer of-the-proxy"})
        coze = run.coze(
            auth=jwt_auth(), base_url=server.url, http_client=client, headers={"X-Mine": "m"}
        )
        run.retrieve(coze.with_options(headers={"X-Once": "o"}))
        token_request, call = server.seen
    assert token_request.headers["x-proxy"] == call.headers["x-proxy"] == "p"
    assert token_request.headers["x-mine"] == call.headers["x-mine"] == "m"
    assert token_request.headers["x-once"] is None
    assert call.headers["authorization"] == "Bearer czs_1"


def test_an_application_without_a_secret_sends_no_authorization(run: Runner) -> None:
    issued = answer(
        body={"access_token": "czu_1", "expires_in": 4102444800, "refresh_token": "next"}
    )
    with ScriptedServer(issued, BOT) as server:
        token = OAuthToken(
            access_token="a", expires_at=0, host=server.url[7:], refresh_token="first"
        )
        auth = DeviceCodeAuth(client_id="public", store=MemoryTokenStore(token))
        client = http_client(run, auth=("user", "password"), headers={"Authorization": "Bearer x"})
        run.retrieve(run.coze(auth=auth, base_url=server.url, http_client=client))
        token_request, call = server.seen
    assert token_request.headers["authorization"] is None
    assert call.headers["authorization"] == "Bearer czu_1"


def test_a_login_is_for_one_host(sandbox: Sandbox, logged_in: Callable[..., PKCEAuth]) -> None:
    assert f"of {sandbox.url[7:]} until" in repr(logged_in()._store.load())
