"""Both families of httpx, own clients and given ones, behave alike.

``make test-all`` runs all tests of what sends requests over each of them; this is a sample.
"""

from __future__ import annotations

import socket
from importlib import import_module
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from coze_client import JWTAuth
from coze_core import (
    APIConnectionError,
    APITimeoutError,
    AsyncClient,
    CozeError,
    TokenAuth,
)
from tests.core.scripted_server import answer, cut, hang, ok
from tests.core.things import CLIENT, GET, POST, SOUND, UPLOAD, WATCH
from tests.faults.echo_server import EchoServer
from tests.faults.fault_shapes import CONTENT, DONE, EVENTS, PATH, good_call
from tests.faults.load_server import LoadServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

FAMILIES = ["httpx", "httpx2"]
STREAM = answer(body=EVENTS, kind="text/event-stream")
SOUND_ANSWER = answer(body=CONTENT, kind="audio/mpeg")


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> Any:
    return import_module(request.param)


@pytest.fixture
def make(run: Runner, family: Any) -> Any:
    """Return a function that makes a client over the family: over its own client, or a given one."""

    def client(server: Any, *, own: bool, **options: Any) -> Any:
        if own:
            return run.client(server, http=family.__name__, **options)
        return run.client(server, http_client=_given(run, family.__name__), **options)

    return client


@pytest.fixture(params=[True, False], ids=["own", "given"])
def own(request: pytest.FixtureRequest) -> bool:
    return request.param


def test_each_kind_of_call_works(run: Runner, serve: Serve, make: Any, *, own: bool) -> None:
    server = serve(DONE, DONE, DONE, STREAM, SOUND_ANSWER)
    client = make(server, own=own)
    assert good_call(run, client).id == "1"
    assert run(client.call, POST, body={"name": "x"}).id == "1"
    assert run(client.call, UPLOAD, files={"file": b"la"}).id == "1"

    with run.entered(client.stream(WATCH, body={})) as stream:
        assert [event.event for event in run.items(stream)] == ["usage", "done"]
    assert run(run(client.download, SOUND).read) == CONTENT
    assert server.connections == 1


def test_their_exceptions_are_ours(run: Runner, serve: Serve, make: Any, *, own: bool) -> None:
    broken = cut(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
    client = make(serve(broken, hang, DONE), own=own, max_retries=0, timeout=0.1)
    for error in (APIConnectionError, APITimeoutError):
        with pytest.raises(error) as caught:
            run(client.call, GET, path=PATH)
        assert type(caught.value) is error


def test_what_was_not_sent_is_sent_again_and_told_apart(
    run: Runner, make: Any, *, own: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(APIConnectionError, match="no connection") as caught:
        run(make(f"http://127.0.0.1:{port}", own=own, max_retries=0).call, POST, body={})
    assert not caught.value.sent


def test_an_authentication_of_the_other_family_is_one_error(
    run: Runner, family: Any, serve: Serve, make: Any
) -> None:
    other = import_module(FAMILIES[FAMILIES.index(family.__name__) - 1])
    with pytest.raises(CozeError, match=f"auth must be an {family.__name__}.Auth.*, got BasicAuth"):
        make(serve(DONE), own=True, token=None, auth=other.BasicAuth("a", "b"))
    client = make(serve(DONE), own=True, token=None, auth=family.BasicAuth("a", "b"))
    assert good_call(run, client).id == "1"


class Fixed(TokenAuth):
    """The least that an authentication needs."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def base_url(self) -> str:
        return self.url

    def bind_base_url(self, base_url: str | None) -> str:
        return base_url or self.url

    def token(self, client: Any = None, *, rejected: str = "") -> str:
        del client
        return "second" if rejected else "first"

    async def atoken(self, client: Any = None, *, rejected: str = "") -> str:
        await anyio.lowlevel.checkpoint()
        return self.token(client, rejected=rejected)


def test_our_authentications_work_in_a_plain_client(run: Runner, family: Any, serve: Serve) -> None:
    server = serve(answer(401), ok())
    auth = Fixed(server.url)

    client = run.opened(family.Client, family.AsyncClient, auth=auth)
    assert run(client.get, server.url).status_code == 200
    tokens = [seen.headers["authorization"] for seen in server.seen]
    assert tokens == ["Bearer first", "Bearer second"]
    assert isinstance(auth, Fixed)
    assert isinstance(auth, family.Auth)
    assert type(auth) is Fixed
    assert issubclass(JWTAuth, TokenAuth)


def test_the_environment_may_choose(
    run: Runner, serve: Serve, family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZE_HTTP", family.__name__)
    client = run.client(serve(DONE))
    assert client._transport._family.httpx is family
    monkeypatch.setenv("COZE_HTTP", "requests")
    with pytest.raises(CozeError, match=r"http is 'requests'\. Pass 'httpx' or 'httpx2'"):
        run.client(serve(DONE))


def test_a_client_that_is_not_of_the_named_family_is_one_error(run: Runner, serve: Serve) -> None:
    with pytest.raises(CozeError, match="http_client is not of httpx2"):
        run.client(serve(DONE), http="httpx2", http_client=_given(run, "httpx"))
    with pytest.raises(CozeError, match="proxy= and verify= are for a client that is made here"):
        run.client(serve(DONE), verify=False, http_client=_given(run, "httpx2"))


def _given(run: Runner, family: str) -> Any:
    module = import_module(family)
    return run.opened(module.Client, module.AsyncClient)


def test_calls_over_a_given_client_wait_for_their_turn_too(family: Any) -> None:
    done: list[str] = []

    async def call(client: AsyncClient) -> None:
        done.append((await client.call(GET, path=PATH)).id)

    async def main(server: LoadServer) -> None:
        async with family.AsyncClient() as http_client:
            clients = [  # two tenants over one pool share its queue
                AsyncClient(
                    base_url=server.url,
                    timeout=3,
                    http_client=http_client,
                    **CLIENT | {"token": token},
                )
                for token in ("one", "two")
            ]
            async with anyio.create_task_group() as group:
                for number in range(600):
                    group.start_soon(call, clients[number % 2])

    with LoadServer() as server:
        anyio.run(main, server)
        counts = server.stats()
    assert done == ["1"] * 600
    assert counts["peak"] <= 100 + 1  # and the one that asked for the counts


def test_certificates_are_checked_as_told(run: Runner, family: Any, tmp_path: Path) -> None:
    with EchoServer(tmp_path) as server:
        for verify in (str(tmp_path / "ca.pem"), False):
            client = run.client(server.url, http=family.__name__, verify=verify)
            assert run(client.call, GET, path={"thing_id": "x"}).id == "x"
        with pytest.raises(APIConnectionError, match=r"(?i)certificate"):
            run(
                run.client(server.url, http=family.__name__, max_retries=0).call,
                GET,
                path={"thing_id": "x"},
            )
    with pytest.raises(CozeError, match="Check proxy= and verify="):
        run.client("http://api.test", http=family.__name__, verify=str(tmp_path / "none.pem"))


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_proxy_is_used(
    run: Runner, serve: Serve, family: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    proxy = serve(DONE)
    if how == "environment":
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
    options = {"proxy": proxy.url} if how == "argument" else {}
    client = run.client("http://api.test", http=family.__name__, **options)
    assert good_call(run, client).id == "1"
    assert proxy.seen[0].target == "http://api.test/things/1"


def test_a_proxy_of_the_environment_is_left_out_where_it_says_so(
    run: Runner, serve: Serve, family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(DONE)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert good_call(run, run.client(server, http=family.__name__)).id == "1"


def test_a_silent_connection_is_kept_alive(
    run: Runner, serve: Serve, family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # of another scheme
    client = run.client(serve(STREAM), http=family.__name__)

    def option(stream: Any) -> int:
        network_stream = stream._body._response.extensions["network_stream"]
        connection = network_stream.get_extra_info("socket")
        return connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

    with run.entered(client.stream(WATCH, body={})) as stream:
        assert option(stream)
