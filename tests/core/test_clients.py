from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import anyio
import anyio.lowlevel
import httpx
import pytest

from coze_core import (
    UNSET,
    APIError,
    CozeError,
    NotFoundError,
    Response,
    StreamError,
    response_of,
)
from tests.core.scripted_server import answer, drop, hang, ok
from tests.core.things import (
    GET,
    LIST,
    MANY,
    POST,
    PUT,
    REMOVE,
    WATCH,
    AsyncThings,
    Thing,
    Things,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Act, ScriptedServer

    Serve = Callable[..., ScriptedServer]

DONE = ok({"id": "1"})
PATH = {"thing_id": "1"}
EVENTS = answer(
    body=b'event: usage\ndata: {"token_count": 7}\n\nevent: done\ndata: "x"\n\n',
    kind="text/event-stream; charset=utf-8",
)


def things(run: Runner, client: Any) -> Any:
    return run.resource(client, Things, AsyncThings)


# Options


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
    assert changed.settings.timeouts.stream == httpx.Timeout(1)
    assert (changed.settings.max_retries, client.settings.max_retries) == (7, 2)
    assert client.settings.timeouts.call == httpx.Timeout(20)


def test_time_limits_are_those_of_the_client_unless_given(run: Runner) -> None:
    def limits(**options: Any) -> tuple[httpx.Timeout, httpx.Timeout]:
        return tuple(run.client("http://api.test", **options).settings.timeouts)

    default = (httpx.Timeout(60, connect=10), httpx.Timeout(60, connect=10, read=300))
    assert limits(timeout=UNSET) == default
    assert limits(timeout=None) == (httpx.Timeout(None),) * 2
    assert limits(timeout=httpx.Timeout(3, read=9)) == (httpx.Timeout(3, read=9),) * 2
    plain, patient = run.httpx_client(), run.httpx_client(timeout=77)
    assert limits(timeout=UNSET, http_client=plain) == default
    assert limits(timeout=UNSET, http_client=patient) == (httpx.Timeout(77),) * 2
    assert limits(timeout=4, http_client=patient) == (httpx.Timeout(4),) * 2


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"timeout": 0}, "timeout is 0"),
        ({"timeout": -1}, "timeout is -1"),
        ({"timeout": float("nan")}, "timeout is nan"),
        ({"max_retries": -1}, "max_retries is -1"),
        ({"headers": {"X-A": "a\nb"}}, "X-A"),
        ({"token": ""}, "The token is empty"),
        ({"token": "secret\nX-Evil: 1"}, "Authorization"),
        ({"auth": httpx.BasicAuth("a", "b")}, "either token or auth"),
        ({"token": None, "auth": ("a", "b")}, "auth is of type tuple"),
        (
            {"http_client": "client", "timeout": UNSET},
            "http_client is of type str. Pass an httpx.",
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
    with pytest.raises(CozeError, match=r"Check the variables .* ALL_PROXY") as caught:
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


def test_a_base_url_may_have_a_path(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    run(run.client(f"{server.url}/proxy/").call, GET, path=PATH)
    assert server.seen[0].target == "/proxy/things/1"


# Authentication and the user's own client


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
    with pytest.raises(CozeError, match="goes with the async client"):
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


# Pages, batches, streams


def test_a_list_asks_for_page_after_page(run: Runner, serve: Serve) -> None:
    server = serve(
        ok({"items": [{"id": "1"}, {"id": "2"}], "total": 3}),
        ok({"items": [{"id": "3"}], "total": 3}),
    )
    client = run.client(server)

    def sync() -> list[str]:
        return [thing.id for thing in client.list(LIST, query={"page_size": 2, "none": None})]

    async def other() -> list[str]:
        pages = client.list(LIST, query={"page_size": 2, "none": None})
        return [thing.id async for thing in pages]

    assert run(other if run.portal else sync) == ["1", "2", "3"]
    assert [seen.target for seen in server.seen] == [
        "/things?page_size=2",
        "/things?page_size=2&page_num=2",
    ]


def test_a_page_remembers_its_answer(run: Runner, serve: Serve) -> None:
    server = serve(answer(body={"code": 0, "data": {"items": []}}, X_Tt_Logid="log"))
    assert response_of(run(run.client(server).list, LIST)).logid == "log"


@pytest.mark.parametrize(
    ("ids", "targets"),
    [
        ([], ["/many?ids="]),
        (["1"], ["/many?ids=1"]),
        (("1", "2", "2"), ["/many?ids=1,2", "/many?ids=2"]),
        (["1", "2", "3", "4"], ["/many?ids=1,2", "/many?ids=3,4"]),
    ],
)
def test_a_batch_asks_for_groups_and_joins_them_in_order(
    run: Runner, serve: Serve, ids: Any, targets: list[str]
) -> None:
    server = serve(*(ok({"items": [{"id": target}]}) for target in targets))
    result = run(run.client(server).batch, MANY, query={"ids": ids})
    assert [seen.target for seen in server.seen] == targets
    assert [item.id for item in result.items] == targets


@pytest.mark.parametrize("ids", ["123", None, 7])
def test_a_batch_wants_a_list(run: Runner, ids: Any) -> None:
    with pytest.raises(CozeError, match=r"^things\.many: ids is of type"):
        run(run.client("http://api.test").batch, MANY, query={"ids": ids})


def read_stream(run: Runner, client: Any) -> list[Any]:
    def sync() -> list[Any]:
        with client.stream(WATCH, body={}) as stream:
            return [stream.response, *stream]

    async def other() -> list[Any]:
        async with client.stream(WATCH, body={}) as stream:
            return [stream.response, *[event async for event in stream]]

    result: list[Any] = run(other if run.portal else sync)
    return result


def test_a_stream_sends_its_request_when_entered(run: Runner, serve: Serve) -> None:
    server = serve(EVENTS)
    client = run.client(server)
    client.stream(WATCH, body={})
    assert not server.seen
    response, usage, done = read_stream(run, client)
    assert (usage.data.token_count, done.event) == (7, "done")
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (answer(body={"code": 4001, "msg": "gone"}), "with code 4001"),
        (ok(), r"the answer \(application/json\) is no event stream"),
        (answer(400, EVENTS[-60:], kind="text/event-stream"), "with HTTP 400"),
        (answer(502, b"<title>Bad</title>", kind="text/html"), "an HTML page: Bad"),
    ],
)
def test_an_error_instead_of_a_stream_is_raised_on_entering(
    run: Runner, serve: Serve, act: Act, text: str
) -> None:
    with pytest.raises(APIError, match=text):
        read_stream(run, run.client(serve(act)))


@pytest.mark.parametrize(
    ("first", "repeated"),
    [(answer(429, Retry_After="0"), True), (answer(500), False), (drop, False)],
)
def test_a_stream_is_repeated_like_a_post_before_it_began(
    run: Runner, serve: Serve, first: Act, *, repeated: bool
) -> None:
    server = serve(first, EVENTS)
    if repeated:
        assert len(read_stream(run, run.client(server))) == 3
    else:
        with pytest.raises(CozeError):
            read_stream(run, run.client(server))
    assert len(server.seen) == (2 if repeated else 1)


def test_an_error_event_has_cause_and_remedy(run: Runner, serve: Serve) -> None:
    events = b'event: error\ndata: {"code": "4001", "msg": "gone"}\n\n'
    server = serve(answer(body=events, kind="text/event-stream", X_Tt_Logid="log"))
    with pytest.raises(StreamError) as caught:
        read_stream(run, run.client(server))
    error = caught.value
    assert (error.code, error.logid) == (4001, "log")
    assert "What to do: check the id." in str(error)
    assert error.response is not None
    assert len(server.seen) == 1


# With the answer


def test_with_response_gives_the_result_and_the_answer(run: Runner, serve: Serve) -> None:
    server = serve(answer(body={"code": 0, "data": ["a"]}, X_Tt_Logid="log"))
    client = run.client(server)
    response = run(client.with_response, things(run, client).names)
    assert isinstance(response, Response)
    assert (response.value, response.logid, response.status_code) == (["a"], "log", 200)
    assert json.loads(response.body)["data"] == ["a"]


def test_with_response_works_for_models_nothing_pages_batches_and_downloads(
    run: Runner, serve: Serve
) -> None:
    page = ok({"items": [{"id": "1"}], "total": 1})
    server = serve(DONE, ok(), page, page, page, answer(body=b"x", kind="audio/mpeg"))
    client = run.client(server)
    api = things(run, client)
    assert run(client.with_response, api.get, thing_id="1").value == Thing(id="1")
    assert run(client.with_response, api.remove).value is None
    assert run(client.with_response, api.list, page_size=1).value.items == [Thing(id="1")]
    many = run(client.with_response, api.many, ids=["1", "2", "3"])
    assert len(many.value.items) == 2
    assert many.request.url.endswith("/many?ids=1,2")
    download = run(client.with_response, api.sound)
    assert download.status_code == 200
    assert run(download.value.read) == b"x"


def test_with_response_leaves_the_resource_as_it_was(run: Runner, serve: Serve) -> None:
    client = run.client(serve(DONE))
    api = things(run, client)
    run(client.with_response, api.get, thing_id="1")
    assert api._client is client
    assert client.recorder is None


def test_with_response_raises_what_the_method_raises(run: Runner, serve: Serve) -> None:
    client = run.client(serve(answer(body={"code": 4001})))
    with pytest.raises(NotFoundError):
        run(client.with_response, things(run, client).get, thing_id="1")
    with pytest.raises(TypeError):
        run(client.with_response, things(run, client).get, wrong="1")


@pytest.mark.parametrize("method", [print, lambda: None, "text", str.upper, "".upper])
def test_with_response_takes_methods_of_resources_only(run: Runner, method: Any) -> None:
    with pytest.raises(CozeError, match="with_response takes a method"):
        run(run.client("http://api.test").with_response, method)


def test_a_stream_has_its_answer_itself(run: Runner) -> None:
    client = run.client("http://api.test")
    with pytest.raises(CozeError, match="a stream has its answer in `response`"):
        run(client.with_response, things(run, client).watch)


# Secrets


def test_the_token_shows_nowhere(
    run: Runner, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = answer(401, {"code": 1, "msg": "the token secret-token is not valid"})
    client = run.client(serve(echo), headers={"X-Key": "secret-token"})
    with pytest.raises(APIError) as caught:
        run(client.call, GET, path=PATH)
    assert "the token *** is not valid" in str(caught.value)
    shown = [str(caught.value), repr(caught.value), caught.value.msg, repr(client)]
    shown += [repr(vars(client)), repr(vars(client._transport)), repr(caught.value.response)]
    assert not [text for text in shown if "secret-token" in text]
    assert "secret-token" not in "\n".join(
        record.getMessage() for record in caplog.records if record.name == "coze_client"
    )


def test_a_header_that_the_transport_refuses_is_not_repeated(run: Runner, serve: Serve) -> None:
    class Broken(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["Authorization"] = "Bearer secret-token\n"
            yield request

    client = run.client(serve(DONE), token=None, auth=Broken())
    with pytest.raises(CozeError, match="cannot be sent") as caught:
        run(client.call, GET, path=PATH)
    assert "secret-token" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_call_logs_one_line_and_details_on_demand(
    run: Runner, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(answer(429, Retry_After="0"), answer(body={"code": 0}, X_Tt_Logid="log"))
    caplog.set_level(logging.DEBUG, "coze_client")
    run(run.client(server).call, GET, path=PATH, query={"private": "words"})
    records = [record for record in caplog.records if record.name == "coze_client"]
    assert [record.levelname for record in records] == ["DEBUG", "DEBUG", "INFO"]
    assert records[-1].getMessage().startswith("things.get: HTTP 200, sent 2 x in ")
    assert records[-1].getMessage().endswith("log id log")
    assert "words" not in caplog.text


# Cancelling


def test_a_cancelled_call_gives_its_connection_back(serve: Serve, run: Runner) -> None:
    if run.portal is None:
        pytest.skip("only async calls are cancelled")
    http_client = run.httpx_client(limits=httpx.Limits(max_connections=1))
    server = serve(hang, DONE)
    client = run.client(server, http_client=http_client, max_retries=0)

    async def give_up() -> None:
        with anyio.move_on_after(0.05):
            await client.call(GET, path=PATH)

    run(give_up)
    assert run(client.call, GET, path=PATH) == Thing(id="1")


def test_many_calls_at_a_time_share_one_client(serve: Serve, run: Runner) -> None:
    server = serve(DONE)
    client = run.client(server)

    async def all_at_once() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(lambda: client.call(GET, path=PATH))

    if run.portal:
        run(all_at_once)
    else:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: client.call(GET, path=PATH), range(20)))
    assert len(server.seen) == 20
