from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from coze_core import (
    APIError,
    CozeError,
    StreamError,
    response_of,
)
from tests.core.scripted_server import answer, drop, hang, ok
from tests.core.things import (
    GET,
    LIST,
    MANY,
    WATCH,
    Thing,
)
from tests.families import httpx

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Act, Serve

DONE = ok({"id": "1"})
PATH = {"thing_id": "1"}
EVENTS = answer(
    body=b'event: usage\ndata: {"token_count": 7}\n\nevent: done\ndata: "x"\n\n',
    kind="text/event-stream; charset=utf-8",
)


def test_a_list_asks_for_page_after_page(run: Runner, serve: Serve) -> None:
    server = serve(
        ok({"items": [{"id": "1"}, {"id": "2"}], "total": 3}),
        ok({"items": [{"id": "3"}], "total": 3}),
    )
    client = run.client(server)
    pages = client.list(LIST, query={"page_size": 2, "none": None})
    assert [thing.id for thing in run.items(pages)] == ["1", "2", "3"]
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
        ([], []),
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
    with pytest.raises(CozeError, match=r"^things\.many: ids must be a list of values, got"):
        run(run.client("http://api.test").batch, MANY, query={"ids": ids})


def read_stream(run: Runner, client: Any) -> list[Any]:
    with run.entered(client.stream(WATCH, body={})) as stream:
        return [stream.response, *run.items(stream)]


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
        (ok(), r"the answer \(application/json\) is not an event stream"),
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
    server = serve(
        answer(429, Retry_After="0"),
        answer(body={"code": 0, "data": {"id": "1"}}, X_Tt_Logid="log"),
    )
    caplog.set_level(logging.DEBUG, "coze_client")
    run(run.client(server).call, GET, path=PATH, query={"private": "words"})
    records = [record for record in caplog.records if record.name == "coze_client"]
    assert [record.levelname for record in records] == ["DEBUG", "DEBUG", "INFO"]
    assert records[-1].getMessage().startswith("things.get: HTTP 200, sent 2 x in ")
    assert records[-1].getMessage().endswith("log id log")
    assert "words" not in caplog.text


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
