"""What was sent, and what answers call secret, is in no report, repr or pickle."""

from __future__ import annotations

import io
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import APIError, Coze, CozeError, StreamError
from coze_core import Endpoint
from coze_core._report import Redaction
from coze_core._request import write_request
from coze_core._secrets import hide_named
from tests.core.scripted_server import ScriptedServer, answer, cut

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOKEN = "pat_planted/token+1"
SECRET = "planted secret"
LONG = f"{SECRET} {'x' * 120_000}"
CALL = Endpoint("things.post", "POST", "/things")
FORM = Endpoint("things.upload", "POST", "/upload", encoding="multipart")
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def error_of(act: Any, call: Callable[[Coze], object]) -> Any:
    with (
        ScriptedServer(act) as server,
        Coze(TOKEN, base_url=server.url, max_retries=0) as coze,
        pytest.raises(CozeError) as caught,
    ):
        call(coze)
    return caught.value


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"text": SECRET}
    for _ in range(levels):
        value = {"inner": value}
    return value


def run_workflow(parameters: Any) -> Callable[[Coze], object]:
    return lambda coze: coze.workflows.runs.create(workflow_id="7", parameters=parameters)


SENT: dict[str, Callable[[Coze], object]] = {
    "a text": run_workflow({"text": SECRET}),
    "a text in a long request": run_workflow({"text": SECRET, "more": "x" * 120_000}),
    "a part of a long text": run_workflow({"text": LONG}),
    "a text below 40 levels": run_workflow(deep(60)),
    "a key": run_workflow({SECRET: 1}),
    "a key below 40 levels": run_workflow({"inner": deep(50), "list": [{SECRET: deep(1)}]}),
    "JSON in a text": run_workflow({"text": json.dumps({"deep": [SECRET, {"a": TOKEN}]})}),
    "a file": lambda coze: coze.files.upload(file=("a.txt", f"a\n{SECRET}\n".encode())),
    "an open file": lambda coze: coze.files.upload(file=io.BytesIO(SECRET.encode())),
    "a long file": lambda coze: coze.files.upload(file=LONG.encode()),
}


@pytest.mark.parametrize("sent", SENT)
def test_no_report_quotes_what_was_sent_however_it_was_sent(sent: str) -> None:
    said = f"cannot read {SECRET}!"
    for act in (
        answer(400, {"code": 4000, "msg": said, "seen": [said]}),
        answer(500, said.encode(), kind="text/plain"),
        answer(200, {"code": said, "msg": "x"}, x_tt_logid=SECRET),
    ):
        report = error_of(act, SENT[sent]).report()
        assert "planted" not in report
        assert "request: curl -X POST" in report
    assert "hidden" in report or "***" in report


def test_a_file_on_disk_is_compared_too_and_one_that_is_gone_hides_the_answer(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(SECRET)
    request = write_request(FORM, "https://api.test", {}, {"files": {"file": path}})
    assert "planted" not in Redaction(request).scrub(f"no {SECRET}")
    path.unlink()
    assert not Redaction(request).is_comparable


def test_a_report_says_why_it_hides_the_words_of_the_server() -> None:
    error = error_of(answer(400, {"code": 4000, "msg": "too long"}), SENT["a part of a long text"])
    report = error.report()
    assert "What the API said is hidden: more was sent than it can be compared with." in report
    assert "code: 4000\nHTTP status: 400" in report
    assert "too long" in str(error)


def test_what_is_known_to_be_of_the_client_stays_in_a_report() -> None:
    with (
        Coze(TOKEN, base_url="http://127.0.0.1:1", max_retries=0) as coze,
        pytest.raises(CozeError) as caught,
    ):
        SENT["a part of a long text"](coze)
    assert "no connection" in caught.value.report()


def test_names_of_fields_and_ids_are_shown() -> None:
    body = {"workflow_id": "7", "parameters": {"user_name": "x", "Alice": 1}}
    request = write_request(CALL, "https://api.test", {}, {"body": body})
    shown = json.loads(Redaction(request).curl().rpartition("--data '")[2].rstrip("'"))
    assert shown == {"workflow_id": "7", "parameters": {"user_name": "***", "***": 1}}


ECHOES: dict[str, Any] = {
    "msg": answer(400, {"code": 1, "msg": f"bad {TOKEN}"}),
    "code": answer(400, {"code": TOKEN, "msg": "x"}),
    "logid": answer(400, {"code": 1, "msg": "x"}, x_tt_logid=TOKEN),
    "logid in the body": answer(400, {"code": 1, "msg": "x", "detail": {"logid": TOKEN}}),
    "another field": answer(400, {"code": 1, "msg": "x", "seen": {"it": [TOKEN]}}),
    "JSON with escapes": answer(
        400, json.dumps({"code": 1, "seen": TOKEN}).replace("/", "\\/").encode()
    ),
    "text": answer(500, f"bad {TOKEN}".encode(), kind="text/plain"),
    "header": answer(500, b"", x_seen=TOKEN, kind=TOKEN),
    "no result": answer(200, {"code": 0, "msg": TOKEN}),
}


@pytest.mark.parametrize("echo", ECHOES)
def test_a_token_that_is_echoed_is_in_no_repr_and_no_pickle(echo: str) -> None:
    error = error_of(ECHOES[echo], lambda coze: coze.bots.retrieve(bot_id="7"))
    pickled = pickle.dumps(error)
    copy = pickle.loads(pickled)  # noqa: S301  # our own
    for text in (repr(error), str(error), str(vars(error)), error.report(), repr(pickled)):
        assert "planted" not in text
    assert (str(copy), copy.code, copy.report()) == (str(error), error.code, error.report())
    assert copy.response.status_code == error.response.status_code
    if echo in {"msg", "another field", "text"}:
        assert b"planted" in error.response.body  # as it came


@pytest.mark.parametrize(
    "event",
    [
        f'event: error\ndata: {{"code": 1, "msg": "bad {TOKEN}", "seen": ["{TOKEN}"]}}\n\n',
        f"event: error\ndata: {TOKEN}\n\n",
        f'event: conversation.chat.failed\ndata: {{"id": "{TOKEN}", "conversation_id": "2"}}\n\n',
        f'{{"code": 1, "msg": "bad {TOKEN}"}}',
    ],
    ids=["JSON", "text", "model", "no event"],
)
def test_a_token_that_a_stream_echoes_is_not_in_its_error(event: str) -> None:
    def chat(coze: Coze) -> None:
        with coze.chat.stream(bot_id="7", user_id="u") as stream:
            list(stream)

    error = error_of(cut(STREAM + event.encode()), chat)
    assert isinstance(error, StreamError)
    for text in (str(error), repr(error), repr(error.data), error.msg, repr(pickle.dumps(error))):
        assert "planted" not in (text or "")


PLUGIN = json.dumps({"headers": {"Authorization": "Bearer planted-1"}, "url": "https://x.test"})
ANSWERS = {
    "JSON in a text": json.dumps({"code": 1, "mcp_json": PLUGIN}),
    "JSON in a text in a text": json.dumps({"code": 1, "a": json.dumps({"mcp_json": PLUGIN})}),
    "JSON in a text, cut": json.dumps({"code": 1, "mcp_json": PLUGIN})[:-30],
    "cut in the value": '{"code": 1, "access_token": "planted-1',
    "cut behind an escape": '{"code": 1, "access_token": "pl\\/planted-1',
    "cut behind it": '{"access_token": "planted-1", "expires_in": 3',
    "a form": "client_secret=planted-1&x=1",
    "a header": "Authorization: Bearer planted-1",
    "a sentence": "Your token = planted-1, sent as Bearer planted-2.",
    "YAML": "password: planted-1\napi_key: 'planted-2'",
}


@pytest.mark.parametrize("content", ANSWERS)
@pytest.mark.parametrize("status", [200, 500])
def test_what_an_answer_calls_secret_is_hidden_also_where_it_is_no_json(
    content: str, status: int
) -> None:
    act = answer(status, ANSWERS[content].encode(), kind="text/plain")
    error = error_of(act, lambda coze: coze.bots.retrieve(bot_id="7"))
    assert isinstance(error, APIError)
    assert "planted" not in error.report()
    if not content.startswith("JSON in"):
        assert "planted" not in str(error)


@pytest.mark.parametrize(
    "text", ["the token is not valid", "no token, no answer", 'the "token" of the user', "a: b"]
)
def test_words_about_secrets_stay(text: str) -> None:
    assert hide_named(text) == text


@pytest.mark.parametrize("size", [10_000, 20_000])
@pytest.mark.parametrize("piece", ["token", "token:\\", "token: ", "Bearer ", "a", '"token":"\\'])
def test_looking_for_secrets_takes_steps_in_line_with_the_text(piece: str, size: int) -> None:
    assert len(hide_named(piece * (size // len(piece)))) <= 2 * size
