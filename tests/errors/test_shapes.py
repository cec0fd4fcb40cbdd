"""Every shape of an error, from a real server, becomes the one error that explains it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pytest

import coze_client
from coze_client import (
    APIError,
    AsyncStream,
    CozeError,
    Stream,
    StreamError,
)
from tests.core.scripted_server import ScriptedServer, answer

if TYPE_CHECKING:
    from tests.core.scripted_server import Act
    from tests.runner import Runner

Make: TypeAlias = Callable[[Any], Any]

CHAT = {"bot_id": "1", "user_id": "u"}
RUN = {"workflow_id": "1"}


def events(*pairs: tuple[str, str]) -> bytes:
    body = "".join(f"event: {name}\ndata: {data}\n\n" for name, data in pairs)
    return answer(body=body.encode(), kind="text/event-stream", x_tt_logid="head-log")


class Case(NamedTuple):
    """An answer, and what is to be known of the error."""

    id: str
    act: Act
    kind: str
    code: int | str | None
    message: str
    logid: str | None = None


CALLS = [
    Case(
        "envelope",
        answer(200, {"code": 4200, "msg": "no bot", "detail": {"logid": "body-log"}}),
        "NotFoundError",
        4200,
        "no bot. Likely cause: it does not exist",
        "body-log",
    ),
    Case(
        "log id of the header",
        answer(400, {"code": 4000, "msg": "bad", "detail": {"logid": "body"}}, x_tt_logid="head"),
        "InvalidRequestError",
        4000,
        "HTTP 400",
        "head",
    ),
    Case(
        "code as text",
        answer(200, {"code": "4101", "msg": "no right"}),
        "PermissionDeniedError",
        4101,
        "What to do: give the token the permission",
    ),
    Case(
        "token refused",
        answer(401, {"code": 700012006, "msg": "access token invalid"}),
        "AuthenticationError",
        700012006,
        "make a new token",
    ),
    *(
        Case(
            f"unknown code with HTTP {status}",
            answer(status, {"code": 987654321, "msg": "strange"}),
            kind,
            987654321,
            f"code 987654321 (HTTP {status}): strange",
        )
        for status, kind in [
            (200, "APIError"),
            (400, "InvalidRequestError"),
            (401, "AuthenticationError"),
            (402, "QuotaError"),
            (403, "PermissionDeniedError"),
            (404, "NotFoundError"),
            (409, "ConflictError"),
            (418, "InvalidRequestError"),
            (429, "RateLimitError"),
            (500, "ServerError"),
            (503, "ServerError"),
        ]
    ),
    Case(
        "OAuth strings",
        answer(401, {"error_code": "invalid_client", "error_message": "kid not registered"}),
        "AuthenticationError",
        "invalid_client",
        "kid not registered",
    ),
    Case(
        "OAuth strings of the standard",
        answer(400, {"error": "access_denied", "error_description": "the user said no"}),
        "PermissionDeniedError",
        "access_denied",
        "the user said no",
    ),
    Case(
        "OAuth strings with HTTP 200",
        answer(200, {"error_code": "access_deny", "error_message": "app deactivated"}),
        "PermissionDeniedError",
        "access_deny",
        "app deactivated",
    ),
    Case(
        "older shape",
        answer(
            403,
            {
                "error": {
                    "logid": "old-log",
                    "detail": "no such scope",
                    "help_doc": "https://h.test",
                }
            },
        ),
        "PermissionDeniedError",
        None,
        "no such scope",
        "old-log",
    ),
    Case(
        "older shape with HTTP 200",
        answer(200, {"error": {"logid": "old-log", "detail": "no such scope"}}),
        "APIError",
        None,
        "no such scope",
        "old-log",
    ),
    Case(
        "an error of another gateway, with HTTP 200",
        answer(200, {"error": {"code": "not_here", "message": "no such thing"}}),
        "APIError",
        "not_here",
        "no such thing",
    ),
    Case(
        "gateway HTML",
        answer(502, b"<html><head><title>502 Bad Gateway</title></head>x</html>", kind="text/html"),
        "ServerError",
        None,
        "an HTML page: 502 Bad Gateway",
    ),
    Case(
        "captive portal",
        answer(200, b"<!doctype html><title>Log in &amp; pay</title>", kind="text/html"),
        "APIError",
        None,
        "the answer (text/html) is not a JSON result: an HTML page: Log in & pay",
    ),
    Case("nothing", answer(500), "ServerError", None, "HTTP 500"),
    Case(
        "text of a proxy",
        answer(503, b"upstream connect error\n or disconnect", kind="text/plain"),
        "ServerError",
        None,
        "upstream connect error or disconnect",
    ),
    Case("broken JSON", answer(200, b'{"code": 0, "da'), "APIError", None, "is not a JSON result"),
    Case("empty JSON", answer(200, b"{}"), "APIError", None, "is not a JSON result"),
]

STREAMS = [
    Case(
        "JSON instead of a stream",
        answer(200, {"code": 4100, "msg": "bad token", "detail": {"logid": "body-log"}}),
        "AuthenticationError",
        4100,
        "bad token",
        "body-log",
    ),
    Case(
        "error event",
        events(("error", '{"code": 4028, "msg": "no credits"}')),
        "StreamError",
        4028,
        "What to do: top up",
        "head-log",
    ),
    Case(
        "error event without a reason",
        events(("error", "{}")),
        "StreamError",
        None,
        "the event error, without a reason",
        "head-log",
    ),
    Case(
        "error event with a log id",
        events(("error", '{"code": 1, "msg": "x", "detail": {"logid": "event-log"}}')),
        "StreamError",
        1,
        "code 1: x",
        "event-log",
    ),
    Case(
        "JSON in the place of events",
        answer(
            body=b'{"code": 4009, "msg": "busy", "detail": {"logid": "body-log"}}',
            kind="text/event-stream",
        ),
        "StreamError",
        4009,
        "code 4009: busy. Likely cause: the platform is at its capacity",
        "body-log",
    ),
    Case(
        "JSON after the last event",
        answer(
            body=b'event: conversation.chat.created\ndata: {"id": "7"}\n\n{"code": 1, "msg": "x"}\n',
            kind="text/event-stream",
        ),
        "StreamError",
        1,
        "code 1: x",
    ),
    Case(
        "no end",
        events(("conversation.chat.created", '{"id": "7"}')),
        "StreamError",
        None,
        "the connection was closed before the end of the stream",
        "head-log",
    ),
    Case(
        "chat.failed as a chat",
        events(
            (
                "conversation.chat.failed",
                '{"id": "7", "status": "failed", "last_error": {"code": 4008, "msg": "used up"}}',
            )
        ),
        "StreamError",
        4008,
        "code 4008: used up. Likely cause: this user has used up the bot for today",
        "head-log",
    ),
    Case(
        "chat.failed as an error",
        events(("conversation.chat.failed", '{"code": 5000, "msg": "event interval error"}')),
        "StreamError",
        5000,
        "event interval error",
        "head-log",
    ),
    Case(
        "chat.failed with its code as text",
        events(("conversation.chat.failed", '{"code": "720702204", "msg": "no conversation"}')),
        "StreamError",
        720702204,
        "What to do: create the conversation",
        "head-log",
    ),
]

WORKFLOWS = [
    Case(
        "Error of a workflow",
        events(("Error", '{"error_code": 5000, "error_message": "Workflow failed"}')),
        "StreamError",
        5000,
        "code 5000: Workflow failed",
        "head-log",
    ),
]


Catch: TypeAlias = Callable[[Case, Make], CozeError]


@pytest.fixture
def catch(run: Runner) -> Catch:
    """Return a function that calls a server which answers so, and returns the error."""

    def call(url: str, make: Make) -> None:
        result = run(make, run.coze(token="planted-token", base_url=url, max_retries=0))
        if isinstance(result, Stream | AsyncStream):
            with run.entered(result) as stream:
                run.items(stream)

    def catch(case: Case, make: Make) -> CozeError:
        with ScriptedServer(case.act) as server, pytest.raises(CozeError) as caught:
            call(server.url, make)
        return caught.value

    return catch


def check(error: CozeError, case: Case, operation: str) -> None:
    assert type(error) is getattr(coze_client, case.kind)
    assert isinstance(error, APIError | StreamError)
    text = str(error)
    assert "\n" not in text
    assert text.startswith(f"{operation} failed")
    assert case.message in text
    assert error.code == case.code
    assert error.logid == case.logid
    assert (f"log id {case.logid}" in text) == (case.logid is not None)
    assert error.response
    assert error.response.logid == case.logid or isinstance(error, StreamError)
    assert f"[{error.response.request.method} http://127.0.0.1" in text
    assert "planted-token" not in f"{text} {error!r} {error.report()}"
    assert case.message[:20] in error.report()


ids = [case.id for case in CALLS]


@pytest.mark.parametrize("case", CALLS, ids=ids)
def test_an_answer_that_is_an_error(case: Case, catch: Catch) -> None:
    error = catch(case, lambda coze: coze.bots.retrieve(bot_id="1"))
    check(error, case, "bots.retrieve")


@pytest.mark.parametrize("case", CALLS[:-1], ids=ids[:-1])  # {} might be such an answer
def test_an_answer_of_several_fields_that_is_an_error(case: Case, catch: Catch) -> None:
    error = catch(case, lambda coze: coze.workflows.runs.create(**RUN))
    check(error, case, "workflows.runs.create")


@pytest.mark.parametrize("case", CALLS[:3], ids=ids[:3])
def test_a_file_that_is_an_error(case: Case, catch: Catch) -> None:
    error = catch(case, lambda coze: coze.audio.speech.create(input="x", voice_id="1"))
    check(error, case, "audio.speech.create")


@pytest.mark.parametrize("case", STREAMS, ids=lambda case: case.id)
def test_a_chat_that_fails(case: Case, catch: Catch) -> None:
    error = catch(case, lambda coze: coze.chat.stream(**CHAT))
    check(error, case, "chat.stream")


@pytest.mark.parametrize("case", STREAMS[:1] + WORKFLOWS, ids=lambda case: case.id)
def test_a_workflow_that_fails(case: Case, catch: Catch) -> None:
    error = catch(case, lambda coze: coze.workflows.runs.stream(**RUN))
    check(error, case, "workflows.runs.stream")
