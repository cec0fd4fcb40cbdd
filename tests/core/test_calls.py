from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    ConflictError,
    CozeError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    QuotaError,
    RateLimitError,
    ServerError,
    response_of,
)
from tests.core.scripted_server import answer, drop, hang, ok
from tests.core.things import GET, NAMES, POST, PUT, REMOVE, SEARCH, SOUND, Thing
from tests.families import httpx

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Act, Serve

PATH = {"thing_id": "1"}
DONE = ok({"id": "1"})
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def call(run: Runner, client: Any, operation: Any, **parts: Any) -> Any:
    if operation in {GET, PUT}:
        parts["path"] = PATH
    return run(client.call, operation, **parts)


def test_a_call_gives_the_result_and_remembers_its_answer(run: Runner, serve: Serve) -> None:
    server = serve(answer(body={"code": 0, "data": {"id": "1"}}, X_Tt_Logid="log-1", X_More="2"))
    thing = call(run, run.client(server), GET)
    assert thing == Thing(id="1")
    response = response_of(thing)
    assert (response.status_code, response.logid, response.attempts) == (200, "log-1", 1)
    assert response.headers["x-more"] == "2"
    assert json.loads(response.body)["data"] == {"id": "1"}
    assert str(response.request) == f"GET {server.url}/things/1"
    assert response.elapsed >= 0
    (seen,) = server.seen
    assert (seen.method, seen.target, seen.body) == ("GET", "/things/1", b"")
    assert seen.headers["authorization"] == "Bearer secret-token"
    assert seen.headers["user-agent"] == "tests"


def test_the_log_id_may_stand_in_the_body(run: Runner, serve: Serve) -> None:
    server = serve(answer(body={"code": 0, "data": {"id": "1"}, "detail": {"logid": "log-2"}}))
    assert response_of(call(run, run.client(server), GET)).logid == "log-2"


def test_a_body_arrives_as_json(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    call(run, run.client(server), POST, body={"name": "你好", "none": None})
    (seen,) = server.seen
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body) == {"name": "你好"}


@pytest.mark.parametrize("act", [answer(204), answer(200), ok(), answer(body={"code": 0})])
def test_no_content_is_a_success_where_nothing_is_due(run: Runner, serve: Serve, act: Act) -> None:
    assert call(run, run.client(serve(act)), REMOVE) is None


@pytest.mark.parametrize("act", [answer(204), answer(200)])
def test_no_content_is_an_error_where_a_result_is_due(run: Runner, serve: Serve, act: Act) -> None:
    with pytest.raises(APIError, match="the answer is empty"):
        call(run, run.client(serve(act)), GET)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (200, 4001, NotFoundError),
        (500, 4001, NotFoundError),
        (200, "4001", NotFoundError),
        (200, 99999, APIError),
        (400, 99999, InvalidRequestError),
        (401, 0, AuthenticationError),
        (402, 0, QuotaError),
        (403, 0, PermissionDeniedError),
        (404, 0, NotFoundError),
        (408, 0, ServerError),
        (409, 0, ConflictError),
        (418, 0, InvalidRequestError),
        (429, 0, RateLimitError),
        (500, 0, ServerError),
        (503, 0, ServerError),
        (599, "odd", ServerError),
    ],
)
def test_the_code_decides_the_class_of_an_error_then_the_status(
    run: Runner, serve: Serve, status: int, code: int | str, kind: type[APIError]
) -> None:
    body = {"code": code, "msg": "it did not work", "detail": {"logid": "log-3"}}
    client = run.client(serve(answer(status, body)), max_retries=0)
    with pytest.raises(APIError) as caught:
        call(run, client, GET)
    error = caught.value
    assert type(error) is kind
    assert error.status_code == status
    assert error.code == (int(code) if code != "odd" else code) or (code == 0 and not error.code)
    assert (error.msg, error.logid) == ("it did not work", "log-3")
    assert error.response is not None
    assert error.request == error.response.request


def test_an_error_says_what_happened_why_and_what_to_do(run: Runner, serve: Serve) -> None:
    body = {"code": 4001, "msg": "no\nsuch  thing", "detail": {"logid": "log-4"}}
    server = serve(answer(200, body))
    with pytest.raises(NotFoundError) as caught:
        call(run, run.client(server), GET)
    assert str(caught.value) == (
        "things.get failed with code 4001 (HTTP 200): no such thing. "
        "Likely cause: no such thing. What to do: check the id. "
        f"See https://docs.test/4001 for more. [GET {server.url}/things/1, log id log-4]"
    )


@pytest.mark.parametrize(
    ("act", "excerpt"),
    [
        (
            answer(
                502,
                b"<html><head><title>502 Bad\n Gateway</title></head><body>x</body></html>",
                kind="text/html",
            ),
            "HTTP 502: an HTML page: 502 Bad Gateway. Likely cause: a gateway failed.",
        ),
        (answer(500, b"<b>oh</b> no", kind="text/html"), "HTTP 500: markup: oh no."),
        (answer(503, b"\xff upstream"), "HTTP 503: \ufffd upstream."),
        (answer(500), "things.post failed with HTTP 500. ["),
        (
            answer(200, b"welcome to the hotel"),
            "the answer (application/json) is not a JSON result: welcome to the hotel.",
        ),
        (answer(200, b'{"code": 0, "da'), 'is not a JSON result: {"code": 0, "da. ['),
        (
            answer(200, {"error": {"detail": "x"}}),
            'is not a JSON result: {"error": {"detail": "x"}}.',
        ),
        (answer(302, Location="https://login.test/"), "a redirect to https://login.test/"),
    ],
)
def test_an_answer_that_is_no_json_is_an_error_with_an_excerpt(
    run: Runner, serve: Serve, act: Act, excerpt: str
) -> None:
    with pytest.raises(APIError) as caught:
        call(run, run.client(serve(act)), POST)
    assert excerpt in str(caught.value)
    assert caught.value.code is None


def test_a_long_message_is_shortened_in_the_text_only(run: Runner, serve: Serve) -> None:
    server = serve(answer(400, {"code": 1, "msg": "long " * 1000}))
    with pytest.raises(APIError) as caught:
        call(run, run.client(server), POST)
    assert len(str(caught.value)) < 1000
    assert caught.value.msg == "long " * 1000


BODY_5000 = {"code": 5000, "msg": "inside"}
BODY_4009 = {"code": 4009, "msg": "full"}


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize(
    ("operation", "act", "repeated"),
    [
        *((operation, drop, True) for operation in (GET, PUT, REMOVE, SEARCH)),
        (POST, answer(429), True),
        (POST, answer(408), True),
        (POST, drop, False),
    ],
)
def test_a_failure_is_repeated_where_that_does_no_harm(
    run: Runner, serve: Serve, operation: Any, act: Act, *, repeated: bool
) -> None:
    server = serve(act, DONE)
    client = run.client(server, max_retries=1)
    if repeated:
        result = call(run, client, operation)
        assert operation is REMOVE or response_of(result).attempts == 2
    else:
        with pytest.raises(CozeError):
            call(run, client, operation)
    assert len(server.seen) == (2 if repeated else 1)


def test_no_retries_means_one_request(run: Runner, serve: Serve) -> None:
    server = serve(answer(500))
    with pytest.raises(ServerError):
        call(run, run.client(server, max_retries=0), GET)
    assert len(server.seen) == 1


def test_retry_after_is_waited_for(run: Runner, serve: Serve) -> None:
    server = serve(answer(429, Retry_After="1"), DONE)
    started = time.monotonic()
    call(run, run.client(server), POST)
    assert time.monotonic() - started >= 1


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("operation", [GET, POST])
def test_a_refused_connection_is_tried_again_whatever_the_method(
    run: Runner, free_port: int, operation: Any
) -> None:
    client = run.client(f"http://127.0.0.1:{free_port}")
    with pytest.raises(APIConnectionError) as caught:
        call(run, client, operation)
    assert not caught.value.sent
    assert caught.value.__notes__ == ["The request was sent 3 times."]
    assert "Check base_url, the network and the proxy settings." in str(caught.value)


def test_a_read_timeout_says_which_and_how_long(run: Runner, serve: Serve) -> None:
    server = serve(hang)
    client = run.client(server, timeout=0.25)
    with pytest.raises(APITimeoutError) as caught:
        call(run, client, POST)
    error = caught.value
    assert (error.phase, error.seconds, error.sent) == ("read", 0.25, True)
    assert "nothing arrived within 0.25 s (read timeout)" in str(error)
    assert str(error.request) == f"POST {server.url}/things"
    server.wait_until_closed()
    assert len(server.seen) == 1


def test_a_pool_timeout_says_which_and_how_long(run: Runner, serve: Serve) -> None:
    http_client = run.httpx_client(limits=httpx.Limits(max_connections=1))
    server = serve(answer(body=b"sound", kind="audio/mpeg"))
    timeout = httpx.Timeout(5, pool=0.05)
    client = run.client(server, http_client=http_client, timeout=timeout, max_retries=0)
    download = run(client.download, SOUND)
    with pytest.raises(APITimeoutError) as caught:
        call(run, client, POST)
    assert (caught.value.phase, caught.value.seconds, caught.value.sent) == ("pool", 0.05, False)
    run.close(download)


@pytest.mark.parametrize(
    ("raised", "phase", "sent"),
    [(httpx.ConnectTimeout, "connect", False), (httpx.WriteTimeout, "write", True)],
)
def test_connect_and_write_timeouts_say_so(
    run: Runner, raised: type[httpx.TimeoutException], phase: str, *, sent: bool
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise raised("too late")

    http_client = run.httpx_client(transport=httpx.MockTransport(fail))
    client = run.client("http://api.test", http_client=http_client, max_retries=0, timeout=3)
    with pytest.raises(APITimeoutError) as caught:
        call(run, client, POST)
    assert (caught.value.phase, caught.value.seconds, caught.value.sent) == (phase, 3, sent)


BODY = b'{"code":0,"data":{"id":"1"}}'


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(BODY),
        gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]),
        gzip.compress(BODY) + b"\0\0\0\0",
    ],
    ids=["one member", "two members", "padded"],
)
def test_a_compressed_answer_is_unpacked(run: Runner, serve: Serve, packed: bytes) -> None:
    server = serve(answer(body=packed, Content_Encoding="gzip"))
    thing = call(run, run.client(server), GET)
    assert response_of(thing).body == BODY
    assert server.seen[0].headers["accept-encoding"] == "gzip"


def test_a_get_follows_redirects_and_keeps_the_token_on_its_host(run: Runner, serve: Serve) -> None:
    server = serve(answer(302, Location="/elsewhere"), DONE)
    call(run, run.client(server), GET)
    assert [seen.target for seen in server.seen] == ["/things/1", "/elsewhere"]
    assert server.seen[1].headers["authorization"] == "Bearer secret-token"


@pytest.mark.parametrize("operation", [POST, PUT, REMOVE])
def test_only_a_get_follows_redirects(run: Runner, serve: Serve, operation: Any) -> None:
    server = serve(answer(307, Location="/elsewhere"))
    with pytest.raises(APIError, match="a redirect to /elsewhere"):
        call(run, run.client(server), operation)
    assert len(server.seen) == 1


def test_redirects_without_end_are_one_error(run: Runner, serve: Serve) -> None:
    server = serve(answer(302, Location="/again"))
    with pytest.raises(CozeError, match="TooManyRedirects"):
        call(run, run.client(server, max_retries=0), GET)


def test_results_that_are_no_models_come_as_they_are(run: Runner, serve: Serve) -> None:
    names = call(run, run.client(serve(ok(["a", "b"]))), NAMES)
    assert names == ["a", "b"]
    with pytest.raises(CozeError, match="with_response"):
        response_of(names)
