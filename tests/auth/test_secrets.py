"""What must stay secret is found in no log, text, repr or pickle of an error."""

from __future__ import annotations

import io
import logging
import pickle
import traceback
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import (
    AuthorizationCodeAuth,
    CozeError,
    DeviceCodeAuth,
    FileTokenStore,
    MemoryTokenStore,
    PKCEAuth,
)
from coze_sandbox import Scenario
from tests.auth.conftest import CLIENT_SECRET, REFRESH
from tests.core.scripted_server import ScriptedServer, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from coze_client import JWTAuth, OAuthToken
    from coze_sandbox import Sandbox
    from tests.auth.conftest import KeyPair, Runner

    MakeAuth = Callable[..., JWTAuth]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Yield all that anyone logs, with every detail."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)


def secrets_of(*tokens: OAuthToken | None) -> set[str]:
    found = {CLIENT_SECRET}
    for token in tokens:
        if token:
            found |= {token.access_token, token.refresh_token or CLIENT_SECRET}
    return found


def texts_of(*things: Any) -> Iterator[str]:
    for thing in things:
        yield f"{thing} {thing!r} {thing!s}"
        if isinstance(thing, BaseException):
            yield "".join(traceback.format_exception(thing))
            yield repr(vars(thing))
            if isinstance(thing, CozeError):
                yield thing.report()
                yield pickle.dumps(thing).decode("latin-1")
            yield from texts_of(*filter(None, [thing.__cause__, thing.__context__]))


def check(secrets: set[str], log: io.StringIO, *things: Any) -> None:
    texts = [log.getvalue(), *texts_of(*things)]
    assert not {secret for secret in secrets for text in texts if secret in text}


def browse(url: str) -> None:
    urllib.request.urlopen(url).close()  # noqa: S310  # loopback


def test_a_login_and_its_renewals_leave_no_trace(
    run: Runner, sandbox: Sandbox, redirect_uri: str, tmp_path: Path, log: io.StringIO
) -> None:
    options: dict[str, Any] = {"base_url": sandbox.url, "redirect_uri": redirect_uri}
    web = AuthorizationCodeAuth(
        client_id="web",
        client_secret=CLIENT_SECRET,
        store=FileTokenStore(tmp_path / "token"),
        **options,
    )
    pkce = PKCEAuth(client_id="public", store=MemoryTokenStore(), **options)
    device = DeviceCodeAuth(client_id="public", base_url=sandbox.url)
    tokens = [run.login(web, browse), run.login(pkce, browse)]
    tokens.append(run.login(device, lambda shown: sandbox.oauth.approve(shown.user_code)))
    for auth in (web, pkce, device):
        coze = run.coze(auth=auth)
        run.retrieve(coze)
        sandbox.oauth.end_tokens()
        run.retrieve(coze)
        tokens.append(auth._store.load())
        check(secrets_of(*tokens), log, auth, coze, auth._store, auth._cache, *tokens)
    begun = web.start(), pkce.start()
    hidden = {secret for one in begun for secret in (one.state, one.code_verifier) if secret}
    check(hidden, log, web, pkce, begun[0].__repr__(), begun[1].__repr__())
    assert "bots.retrieve: HTTP 200" in log.getvalue()


def test_a_jwt_and_its_key_leave_no_trace(
    run: Runner, sandbox: Sandbox, jwt_auth: MakeAuth, keys: KeyPair, log: io.StringIO
) -> None:
    auth = jwt_auth()
    coze = run.coze(auth=auth, base_url=sandbox.url)
    run.retrieve(coze)
    lines = {line for line in keys.private.splitlines() if not line.startswith("---")}
    check(lines | {run.token(auth)}, log, auth, coze, auth._signer)
    assert "eyJ" not in log.getvalue()  # as every JWT begins


SCENARIOS = [
    Scenario(status=401),
    Scenario(status=503, retry_after=0),
    Scenario(html=True),
    Scenario(cut_after=0),
    Scenario(oauth_error="invalid_request"),
]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_failed_renewal_leaves_no_trace(
    run: Runner,
    sandbox: Sandbox,
    logged_in: Callable[..., PKCEAuth],
    log: io.StringIO,
    scenario: Scenario,
) -> None:
    store = MemoryTokenStore()
    auth = logged_in(store)
    coze = run.coze(auth=auth, max_retries=0)
    sandbox.oauth.end_tokens()
    sandbox.scenario(scenario, operation=REFRESH)
    with pytest.raises(CozeError) as caught:
        run.retrieve(coze)
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # made here
    check(secrets_of(store.load()), log, caught.value, error)


def test_an_answer_that_repeats_everything_leaves_no_trace(
    run: Runner, redirect_uri: str, log: io.StringIO
) -> None:
    with ScriptedServer() as server:
        auth = AuthorizationCodeAuth(
            client_id="web",
            client_secret=CLIENT_SECRET,
            redirect_uri=redirect_uri,
            base_url=server.url,
        )
        request = auth.start()
        code = f"code_{request.state[::-1]}"
        said = f"Bearer {CLIENT_SECRET}, code {code}"
        body = {"error_code": "invalid_request", "error_message": said}
        server.script = [answer(400, body)]
        with pytest.raises(CozeError) as caught:
            run.finish(auth, request, f"?code={code}&state={request.state}")
    check({CLIENT_SECRET, code, request.state}, log, caught.value, request)
