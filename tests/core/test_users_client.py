from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import anyio
import anyio.lowlevel
import pytest

from coze_core import (
    CozeError,
)
from tests.core.scripted_server import answer, ok
from tests.core.things import (
    GET,
    POST,
    PUT,
    REMOVE,
    Thing,
)
from tests.families import httpx

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

DONE = ok({"id": "1"})
PATH = {"thing_id": "1"}


def test_a_token_function_is_asked_before_each_request(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    tokens = iter(["one", "two"])
    client = run.client(server, token=lambda: next(tokens))
    run(client.call, GET, path=PATH)
    run(client.call, GET, path=PATH)
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer one", "Bearer two"]


def test_an_async_token_function_goes_with_the_async_client(run: Runner, serve: Serve) -> None:
    async def token() -> str:
        await anyio.lowlevel.checkpoint()
        return "one"

    server = serve(DONE)
    if run.portal:
        run(run.client(server, token=token).call, GET, path=PATH)
        assert server.seen[0].headers["authorization"] == "Bearer one"
        return
    waiting = token()
    with pytest.raises(CozeError, match="use the async client"):
        run.client(server, token=lambda: waiting).call(GET, path=PATH)
    waiting.close()


def test_a_token_function_may_fail_in_its_own_way(run: Runner, serve: Serve) -> None:
    def token() -> str:
        raise LookupError("no token today")

    with pytest.raises(LookupError, match="no token today"):
        run(run.client(serve(DONE), token=token).call, GET, path=PATH)


def test_an_authentication_of_httpx_passes_through(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    client = run.client(server, token=None, auth=httpx.BasicAuth("user", "password"))
    run(client.call, GET, path=PATH)
    assert server.seen[0].headers["authorization"].startswith("Basic ")


def test_what_the_users_client_brings_counts(run: Runner, serve: Serve) -> None:
    server = serve(answer(302, Location="/elsewhere"), DONE)
    hooked: list[str] = []

    def note(request: httpx.Request) -> None:
        hooked.append(str(request.url))

    async def anote(request: httpx.Request) -> None:
        hooked.append(str(request.url))

    async def aread(response: httpx.Response) -> None:
        await response.aread()

    read: Any = aread if run.portal else httpx.Response.read
    http_client = run.httpx_client(
        headers={"User-Agent": "mine", "X-Mine": "1"},
        cookies={"session": "2"},
        params={"tenant": "3"},
        follow_redirects=True,
        event_hooks={"request": [anote if run.portal else note], "response": [read]},
        auth=("user", "password"),
    )
    client = run.client(server, token=None, http_client=http_client)
    assert run(client.call, POST, body={}) == Thing(id="1")
    first = server.seen[0]
    assert (first.headers["user-agent"], first.headers["x-mine"]) == ("mine", "1")
    assert first.headers["cookie"] == "session=2"
    assert first.target == "/things?tenant=3"
    assert first.headers["authorization"].startswith("Basic ")
    assert len(hooked) == 2


def test_parameters_of_the_users_client_stand_beside_those_of_a_call(
    run: Runner, serve: Serve
) -> None:
    server = serve(DONE)
    http_client = run.httpx_client(params={"tenant": "3", "size": "4"})
    client = run.client(server, http_client=http_client)
    run(client.call, GET, path=PATH, query={"name": "a,b c&", "size": 5})
    query = parse_qs(urlsplit(server.seen[0].target).query)
    assert query == {"tenant": ["3"], "size": ["5"], "name": ["a,b c&"]}


@pytest.mark.parametrize("operation", [GET, PUT, POST, REMOVE])
@pytest.mark.parametrize("body", [None, {}, {"name": "x"}])
@pytest.mark.parametrize(
    "headers", [{}, {"Host": "other.test", "user-AGENT": "mine", "Accept": "a/b", "X-More": ""}]
)
def test_a_client_of_the_users_own_sends_the_same(
    run: Runner, serve: Serve, operation: Any, body: Any, headers: dict[str, str]
) -> None:
    server = serve(ok({"id": "1"}))
    fields = {"User-Agent": "tests", "Accept-Encoding": "gzip"}
    for http_client in (None, run.httpx_client(headers=fields)):
        client = run.client(server, http_client=http_client, headers=headers)
        run(client.call, operation, path=PATH, query={"q": "a,b c"}, body=body)
    ours, theirs = (
        (
            seen.method,
            seen.target,
            seen.body,
            sorted((n.lower(), v) for n, v in seen.headers.items()),
        )
        for seen in server.seen
    )
    assert ours == theirs


def test_what_a_hook_of_the_user_raises_is_left_as_it_is(run: Runner, serve: Serve) -> None:
    def check(response: httpx.Response) -> None:
        response.raise_for_status()

    async def acheck(response: httpx.Response) -> None:
        response.raise_for_status()

    hooks: dict[str, list[Any]] = {"response": [acheck if run.portal else check]}
    client = run.client(serve(answer(500)), http_client=run.httpx_client(event_hooks=hooks))
    with pytest.raises(httpx.HTTPStatusError):
        run(client.call, GET, path=PATH)


def test_the_users_client_is_not_closed(run: Runner, serve: Serve) -> None:
    http_client = run.httpx_client()
    client = run.client(serve(DONE), http_client=http_client)
    run.close(client)
    assert not http_client.is_closed
    run(client.call, GET, path=PATH)


@pytest.mark.parametrize("own", [True, False])
def test_use_after_close_says_so(run: Runner, serve: Serve, *, own: bool) -> None:
    http_client = None if own else run.httpx_client()
    client = run.client(serve(DONE), http_client=http_client)
    run.close(client if own else http_client)
    run.close(client)
    with pytest.raises(CozeError, match="The client is closed"):
        run(client.call, GET, path=PATH)
