from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import Coze
from coze_core import (
    UNSET,
    CozeError,
)
from coze_core._deadline import Timeout
from tests.core.scripted_server import answer, ok
from tests.core.things import (
    GET,
)
from tests.families import httpx

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

DONE = ok({"id": "1"})
PATH = {"thing_id": "1"}


def test_changed_settings_share_the_connections(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    client = run.client(server, headers={"X-A": "1", "X-B": "1"})
    changed = client.with_settings(
        client.settings.changed(timeout=1, max_retries=7, headers={"x-b": "2"})
    )
    run(changed.call, GET, path=PATH)
    run(client.call, GET, path=PATH)
    first, second = (seen.headers for seen in server.seen)
    assert (first["x-a"], first["x-b"], second["x-b"]) == ("1", "2", "1")
    assert changed.settings.timeouts.stream == Timeout(1, 1, 1, 1)
    assert (changed.settings.max_retries, client.settings.max_retries) == (7, 2)
    assert client.settings.timeouts.call == Timeout(20, 20, 20, 20)


def test_tenants_share_the_connections_and_nothing_else(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    one = run.client(server, token="token-one", headers={"X-A": "1"})
    two = one.authenticated("token-two", None)
    three = two.authenticated(None, httpx.BasicAuth("tenant", "password"))
    for client in (one, two, three, one):
        run(client.call, GET, path=PATH)
    sent = [seen.headers["Authorization"].split() for seen in server.seen]
    basic = ["Basic", base64.b64encode(b"tenant:password").decode()]
    assert sent == [
        ["Bearer", "token-one"],
        ["Bearer", "token-two"],
        basic,
        ["Bearer", "token-one"],
    ]
    assert [seen.headers["X-A"] for seen in server.seen] == ["1"] * 4
    assert server.connections == 1


@pytest.mark.parametrize("given", [False, True], ids=["own client", "given client"])
def test_a_tenant_has_no_other_authentication(run: Runner, serve: Serve, *, given: bool) -> None:
    server = serve(DONE)
    options: dict[str, Any] = {"headers": {"authorization": "Bearer of-the-client"}}
    if given:
        options["http_client"] = run.httpx_client(headers={"Authorization": "Bearer of-httpx"})
    one = run.client(server, **options)
    two = one.authenticated("token-two", None)
    own = two.with_settings(two.settings.changed(headers={"Authorization": "Bearer own"}))
    for client in (one, two, own):
        run(client.call, GET, path=PATH)
    sent = [seen.headers.get_all("Authorization") for seen in server.seen]
    assert sent == [["Bearer of-the-client"], ["Bearer token-two"], ["Bearer own"]]


def test_a_refused_token_of_a_tenant_is_renewed_as_a_tenants(run: Runner, serve: Serve) -> None:
    server = serve(answer(401, {}), DONE)
    tokens = iter(["token-two", "token-two-b"])
    two = run.client(server, token="token-one").authenticated(lambda: next(tokens), None)
    run(two.call, GET, path=PATH)
    sent = [seen.headers["Authorization"] for seen in server.seen]
    assert sent == ["Bearer token-two", "Bearer token-two-b"]


@pytest.mark.parametrize(
    ("token", "auth", "text"),
    [
        ("", None, "token is empty"),
        ("a", httpx.BasicAuth("a", "b"), "token and auth are both given"),
        (None, ("a", "b"), "got tuple"),
    ],
)
def test_a_tenant_that_makes_no_sense_is_refused(
    run: Runner, token: Any, auth: Any, text: str
) -> None:
    with pytest.raises(CozeError, match=text):
        run.client("http://api.test").authenticated(token, auth)


def test_time_limits_are_those_of_the_client_unless_given(run: Runner) -> None:
    def limits(**options: Any) -> tuple[Timeout, Timeout]:
        return tuple(run.client("http://api.test", **options).settings.timeouts)

    default = (Timeout(10, 60, 60, 60), Timeout(10, 300, 60, 60))
    assert limits(timeout=UNSET) == default
    assert limits(timeout=None) == (Timeout(None, None, None, None),) * 2
    assert limits(timeout=httpx.Timeout(3, read=9)) == (Timeout(3, 9, 3, 3),) * 2
    plain, patient = run.httpx_client(), run.httpx_client(timeout=77)
    assert limits(timeout=UNSET, http_client=plain) == default
    assert limits(timeout=UNSET, http_client=patient) == (Timeout(77, 77, 77, 77),) * 2
    assert limits(timeout=4, http_client=patient) == (Timeout(4, 4, 4, 4),) * 2


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"timeout": 0}, "timeout is 0"),
        ({"timeout": -1}, "timeout is -1"),
        ({"timeout": float("nan")}, "timeout is nan"),
        ({"timeout": "30"}, "timeout must be seconds, .* got str"),
        ({"timeout": True}, "timeout must be seconds, .* got bool"),
        ({"timeout": (1, 2)}, "timeout must be seconds, .* got tuple"),
        ({"max_retries": -1}, "max_retries is -1"),
        ({"max_retries": None}, "max_retries must be a whole number, got NoneType"),
        ({"max_retries": "2"}, "max_retries must be a whole number, got str"),
        ({"max_retries": 1.5}, "max_retries must be a whole number, got float"),
        ({"headers": {"X-A": 1}}, "header X-A must be a string, got int"),
        ({"headers": {"X-A": b"secret"}}, "header X-A must be a string, got bytes"),
        ({"headers": {b"X-A": "1"}}, "b'X-A' is not a header name"),
        ({"headers": [("X-A", "1")]}, "headers must be a mapping of strings, got list"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "Transfer-Encoding is set with the body"),
        ({"headers": {"content-length": "5"}}, "content-length is set with the body"),
        ({"token": 5}, "token must be a string, got int"),
        ({"token": b"secret"}, "token must be a string, got bytes"),
        ({"headers": {"X-A": "a\nb"}}, "X-A"),
        ({"token": ""}, "The token is empty"),
        ({"token": "secret\nX-Evil: 1"}, "Authorization"),
        ({"auth": httpx.BasicAuth("a", "b")}, "token and auth are both given"),
        ({"token": None, "auth": ("a", "b")}, "got tuple"),
        (
            {"http_client": "client", "timeout": UNSET},
            "http_client must be an httpx.",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(run: Runner, options: Any, text: str) -> None:
    with pytest.raises(CozeError, match=text) as caught:
        run.client("http://api.test", **options)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "proxy", ["socks://127.0.0.1:1080", "ftp://127.0.0.1", "http://secret:pass:word@[::1"]
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(
    run: Runner, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(CozeError, match=r"Check .* variables .* ALL_PROXY") as caught:
        run.client("http://api.test")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.test",
        "/api",
        "ftp://api.test",
        "https://",
        "https://user:secret@api.test",
        "https://api.test?x=1",
        "https://api.test/#x",
        "https://api.test/a b",
        "https://api.test\r\nX: 1",
        "https://api.test:port",
        "https://api.test:65536",
        "https://api..test",
        "https://.test",
        f"https://{'a' * 64}.test",
        "https://api.test\\@evil.test",
    ],
)
def test_a_base_url_that_paths_cannot_be_added_to_is_refused(run: Runner, url: str) -> None:
    with pytest.raises(CozeError, match="base_url") as caught:
        run.client(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:65535",
        "http://[::1]:8080",
        "https://api.test.",
        "https://a_b.test",
        "https://b\u00fccher.test",
        f"https://{'a' * 63}.test",
    ],
)
def test_a_base_url_may_have_any_host(run: Runner, url: str) -> None:
    assert run.client(url).settings.base_url == url


@pytest.mark.parametrize("url", [5, b"https://api.test", ["https://api.test"], object])
def test_a_base_url_that_is_no_text_is_refused(run: Runner, url: Any) -> None:
    with pytest.raises(CozeError, match="base_url must be a string, got"):
        run.coze("t", base_url=url)


def test_a_base_url_may_be_one_of_httpx(run: Runner) -> None:
    url: Any = httpx.URL("https://api.test/v1/")
    coze = run.coze("t", base_url=url)
    assert coze._client.settings.base_url == "https://api.test/v1"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"timeout": "30"}, "timeout must be"),
        ({"max_retries": "2"}, "max_retries must be"),
        ({"headers": {"X": 1}}, "header X must be"),
        ({"max_response_bytes": 1.5}, "max_response_bytes must be"),
    ],
)
def test_options_of_a_wrong_type_are_refused(options: dict[str, Any], text: str) -> None:
    with Coze("t") as coze, pytest.raises(CozeError, match=text):
        coze.with_options(**options)


def test_a_base_url_may_have_a_path(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    run(run.client(f"{server.url}/proxy/").call, GET, path=PATH)
    assert server.seen[0].target == "/proxy/things/1"
