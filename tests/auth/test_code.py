"""Logins in a browser: authorization code with a secret, and PKCE."""

from __future__ import annotations

import hashlib
import re
import threading
import urllib.error
import urllib.request
import webbrowser
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import pytest

from coze_client import (
    AuthenticationError,
    AuthorizationCodeAuth,
    AuthorizationRequest,
    CozeError,
    InvalidRequestError,
    PermissionDeniedError,
    PKCEAuth,
)
from tests.auth.conftest import CLIENT_SECRET, operations, redirect_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_sandbox import Sandbox
    from tests.auth.conftest import Runner

    MakeAuth = Callable[..., AuthorizationCodeAuth | PKCEAuth]


@pytest.fixture(params=["secret", "S256", "plain"])
def make(request: pytest.FixtureRequest, redirect_uri: str) -> MakeAuth:
    """Return a function that makes an authentication of one of both flows."""
    kind = request.param

    def auth(**options: Any) -> AuthorizationCodeAuth | PKCEAuth:
        options = {"redirect_uri": redirect_uri, **options}
        if kind == "secret":
            return AuthorizationCodeAuth(client_id="web", client_secret=CLIENT_SECRET, **options)
        return PKCEAuth(client_id="public", challenge_method=kind, **options)

    return auth


@pytest.mark.parametrize("method", ["foo", "s256", None, ["S256"]])
def test_an_unknown_challenge_method_is_refused(method: Any) -> None:
    with pytest.raises(CozeError, match=r"^challenge_method is .*Pass 'S256' or 'plain'\.$"):
        PKCEAuth(client_id="public", redirect_uri="http://localhost", challenge_method=method)


def browse(url: str) -> None:
    """Do what a browser does: open the page and follow its redirect."""
    urllib.request.urlopen(url).close()  # noqa: S310  # loopback


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_user_logs_in_and_stays_so(run: Runner, sandbox: Sandbox, make: MakeAuth) -> None:
    auth = make(base_url=sandbox.url)
    token = run.login(auth, browse)
    coze = run.coze(auth=auth)
    run.retrieve(coze)
    sandbox.oauth.end_tokens()
    run.retrieve(coze)
    assert run.token(auth) != token.access_token
    assert operations(sandbox)[1:] == [
        "oauth.create_token",
        "bots.retrieve",
        "bots.retrieve",
        "oauth.create_token",
        "bots.retrieve",
    ]


def test_a_web_application_receives_the_redirect_itself(
    run: Runner, sandbox: Sandbox, make: MakeAuth
) -> None:
    begun = make(base_url=sandbox.url).start()
    session = {"state": begun.state, "code_verifier": begun.code_verifier}
    redirect = redirect_of(begun.url)
    request = AuthorizationRequest(url="", **session)
    assert run.finish(make(base_url=sandbox.url), request, redirect).host == sandbox.url[7:]


def test_the_url_asks_for_what_is_wanted() -> None:
    auth = PKCEAuth(
        client_id="public", redirect_uri="https://example.com/cb?x=1#part", workspace_id="w/1"
    )
    request = auth.start()
    parts, query = urlsplit(request.url), query_of(request.url)
    assert parts.netloc == "www.coze.cn"
    assert parts.path == "/api/permission/oauth2/workspace_id/w%2F1/authorize"
    assert request.code_verifier is not None
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", request.code_verifier)
    digest = hashlib.sha256(request.code_verifier.encode()).digest()
    assert query == {
        "response_type": "code",
        "client_id": "public",
        "redirect_uri": "https://example.com/cb?x=1#part",
        "state": request.state,
        "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    assert auth.start().state != request.state


def test_a_secret_takes_no_challenge(redirect_uri: str) -> None:
    auth = AuthorizationCodeAuth(
        client_id="web",
        client_secret=CLIENT_SECRET,
        redirect_uri=redirect_uri,
        base_url="https://api.coze.com",
    )
    request = auth.start()
    assert request.url.startswith("https://www.coze.com/api/permission/oauth2/authorize?")
    assert set(query_of(request.url)) == {"response_type", "client_id", "redirect_uri", "state"}
    assert request.code_verifier is None


def test_a_redirect_of_another_login_is_refused(
    run: Runner, sandbox: Sandbox, make: MakeAuth
) -> None:
    auth = make(base_url=sandbox.url)
    request, other = auth.start(), auth.start()
    with pytest.raises(CozeError, match="does not belong to this login"):
        run.finish(auth, request, redirect_of(other.url))
    assert "oauth.create_token" not in operations(sandbox)


def test_a_redirect_works_once(run: Runner, sandbox: Sandbox, make: MakeAuth) -> None:
    auth = make(base_url=sandbox.url)
    request = auth.start()
    redirect = redirect_of(request.url)
    run.finish(auth, request, redirect)
    with pytest.raises(CozeError, match="used already"):
        run.finish(auth, request, redirect)
    forged = AuthorizationRequest(url="", state=request.state, code_verifier=request.code_verifier)
    with pytest.raises(InvalidRequestError, match="code"):
        run.finish(auth, forged, redirect)


def test_a_code_is_of_no_use_without_the_verifier(
    run: Runner, sandbox: Sandbox, redirect_uri: str
) -> None:
    auth = PKCEAuth(client_id="public", redirect_uri=redirect_uri, base_url=sandbox.url)
    request = auth.start()
    stolen = AuthorizationRequest(url="", state=request.state, code_verifier="guess" * 10)
    with pytest.raises(InvalidRequestError, match="code_verifier"):
        run.finish(auth, stolen, redirect_of(request.url))


def test_a_wrong_secret_is_refused(run: Runner, sandbox: Sandbox, redirect_uri: str) -> None:
    auth = AuthorizationCodeAuth(
        client_id="web", client_secret="wrong", redirect_uri=redirect_uri, base_url=sandbox.url
    )
    request = auth.start()
    with pytest.raises(AuthenticationError, match="invalid_client"):
        run.finish(auth, request, redirect_of(request.url))


def test_a_user_may_say_no(run: Runner, sandbox: Sandbox, make: MakeAuth) -> None:
    sandbox.oauth.consent = False
    with pytest.raises(PermissionDeniedError, match="did not agree") as caught:
        run.login(make(base_url=sandbox.url), browse)
    assert caught.value.code == "access_denied"


def test_a_redirect_may_be_the_url_of_a_library() -> None:
    request = AuthorizationRequest(url="", state="s")
    assert request.code_of(httpx.URL("https://example.com/cb?state=s&code=c")) == "c"


@pytest.mark.parametrize("redirect", [None, b"?state=s&code=c", {"state": "s", "code": "c"}])
def test_a_redirect_that_is_no_url_is_an_error(redirect: object) -> None:
    with pytest.raises(CozeError, match="redirect must be the URL that the browser came back to"):
        AuthorizationRequest(url="", state="s").code_of(redirect)


def test_a_redirect_without_a_code_is_refused() -> None:
    request = AuthorizationRequest(url="", state="s")
    with pytest.raises(CozeError, match="no authorization code"):
        request.code_of("http://127.0.0.1/?state=s")


@pytest.mark.parametrize("redirect", ["", "http://[", "?", "#", "code=1&state=s", "?%ff=%fe"])
def test_what_is_no_redirect_is_refused(redirect: str) -> None:
    with pytest.raises(CozeError, match="does not belong to this login"):
        AuthorizationRequest(url="", state="s").code_of(redirect)


@pytest.mark.parametrize("state", ["", None, 0])
def test_a_session_without_a_state_is_no_login(state: Any) -> None:
    """Else whoever sends a redirect without a state could log a user in as somebody else."""
    with pytest.raises(CozeError, match="state must be the text"):
        AuthorizationRequest(url="", state=state)


def test_a_state_of_any_kind_can_be_compared() -> None:
    with pytest.raises(CozeError, match="does not belong"):
        AuthorizationRequest(url="", state="s").code_of("?state=%C3%A9%F0%9F%92%A9&code=1")


# Waiting for the redirect


def test_a_user_who_does_not_come_back_is_not_waited_for(sandbox: Sandbox, make: MakeAuth) -> None:
    auth = make(base_url=sandbox.url)
    with pytest.raises(CozeError, match=r"The login page sent nobody back within 0\.05 s"):
        auth.login(lambda _: None, timeout=0.05)
    auth.login(browse)  # the port is free again


@pytest.mark.anyio
async def test_waiting_for_a_user_can_be_cancelled(sandbox: Sandbox, make: MakeAuth) -> None:
    auth = make(base_url=sandbox.url)
    before = threading.active_count()
    with anyio.move_on_after(0.1) as scope:
        await auth.alogin(lambda _: None)
    assert scope.cancelled_caught
    await auth.alogin(browse)
    assert threading.active_count() < before + 8


@pytest.mark.anyio
async def test_the_page_may_be_shown_by_an_async_function(sandbox: Sandbox, make: MakeAuth) -> None:
    async def show(url: str) -> None:
        await anyio.to_thread.run_sync(browse, url)

    assert await make(base_url=sandbox.url).alogin(show)


def test_a_machine_without_a_browser_is_an_error_at_once(
    run: Runner, sandbox: Sandbox, make: MakeAuth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    with pytest.raises(CozeError, match="No browser can be opened here"):
        run.login(make(base_url=sandbox.url))


@pytest.mark.parametrize(
    "uri",
    ["https://127.0.0.1:1/", "http://example.com:1/", "http://127.0.0.1/", "http://127.0.0.1:x/"],
)
def test_a_redirect_to_elsewhere_cannot_be_received(uri: str) -> None:
    auth = PKCEAuth(client_id="public", redirect_uri=uri)
    with pytest.raises(CozeError, match=r"start\(\) and finish\(\)"):
        auth.login(lambda _: None)
