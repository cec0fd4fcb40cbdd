"""What the report of an error says, and what it keeps to itself."""

from __future__ import annotations

import html
import json
import pickle
import re
import shlex
import socket
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_client import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    Coze,
    CozeError,
    NotFoundError,
    ServerError,
    StreamError,
)
from coze_core import Endpoint
from coze_core._report import Redaction
from coze_core._request import write_request
from tests.core.scripted_server import ScriptedServer, answer, cut, drop, hang

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.scripted_server import Act

TOKEN = "pat_planted_token"
HEADER = "planted-header"
QUERY = "planted query & text"
BODY = 'planted "body" text'
KEY = "planted-api-key"
PLANTED = [TOKEN, HEADER, QUERY, BODY, KEY]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
FILE = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 100\r\n\r\nID3"


def client(url: str, **options: Any) -> Coze:
    return Coze(TOKEN, base_url=url, headers={"X-Key": HEADER}, **{"max_retries": 0, **options})


def error_of(call: Callable[[], object]) -> CozeError:
    with pytest.raises(CozeError) as caught:
        call()
    return caught.value


def search(coze: Coze) -> object:
    return coze.stores.plugins.list(keyword=QUERY, page_size=3)


def chat(coze: Coze) -> None:
    message: Any = {"role": "user", "content": BODY, "content_type": "text"}
    parameters = {"inner": {"password": KEY, "n": 7, "on": True}}
    with coze.chat.stream(
        bot_id="7493066380997000000",
        user_id="u-1",
        additional_messages=[message],
        parameters=parameters,
    ) as stream:
        list(stream)


def speak(coze: Coze) -> bytes:
    return coze.audio.speech.create(input=BODY, voice_id="7000").read()


def upload(coze: Coze) -> object:
    return coze.files.upload(file=(f"{BODY}.txt", BODY.encode()))


SENT: dict[Callable[[Coze], object], list[str]] = {
    search: [TOKEN, HEADER, QUERY],
    chat: [TOKEN, HEADER, BODY, KEY],
    speak: [TOKEN, HEADER, BODY],
    upload: [TOKEN, HEADER, f"{BODY}.txt"],
}


def echoes(said: list[str]) -> dict[str, Act]:
    """Yield answers that repeat what they were sent, and some that have secrets of their own."""
    text = " ".join(said)
    event = json.dumps({"code": 1, "msg": text})
    return {
        "error": answer(200, {"code": 4001, "msg": text, "seen": {"it": said}}),
        "page": answer(502, f"<title>{html.escape(text)}</title>".encode(), kind="text/html"),
        "text": answer(500, text.encode(), kind="text/plain", x_tt_logid="log-7"),
        "secrets": answer(400, {"access_token": "planted-answer", "client_secret": "planted-x"}),
        "dropped": drop,
        "stream cut": cut(STREAM + b"event: conversation.chat.created\ndata: {}\n\n"),
        "stream error": cut(STREAM + f"event: error\ndata: {event}\n\n".encode()),
        "file cut": cut(FILE),
    }


CASES = [
    *((call, act) for call in SENT for act in ("error", "page", "text", "secrets", "dropped")),
    *((chat, act) for act in ("stream cut", "stream error")),
    (speak, "file cut"),
]


@pytest.mark.parametrize(("call", "act"), CASES)
def test_no_report_and_no_log_repeats_what_was_sent(
    call: Callable[[Coze], object], act: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="coze_client")
    with ScriptedServer(echoes(SENT[call])[act]) as server, client(server.url) as coze:
        error = error_of(lambda: call(coze))
    report = error.report()
    assert "planted" not in report.lower()
    assert "planted" not in caplog.text.lower()
    assert "DEBUG" in caplog.text
    assert "***" in report
    assert TOKEN not in f"{error!r} {''.join(traceback.format_exception(error))}"
    assert f"request: curl -X {'GET' if call is search else 'POST'} " in report
    assert "attempt 1: " in report


LONG = " ".join(f"{number} planted" for number in range(200))
QUOTES: dict[str, Callable[[str], str]] = {
    "cut by the client": lambda text: f"bad content: {text}",
    "cut by the server": lambda text: f"bad content: {text[:60]}... is too long",
    "from the middle": lambda text: f"bad content near {text[300:360]}",
    "twice": lambda text: f"bad content: {text[:40]}, {text[700:740]}",
}


@pytest.mark.parametrize("quoted", QUOTES)
@pytest.mark.parametrize("status", [200, 500])
def test_no_report_quotes_a_part_of_what_was_sent(quoted: str, status: int) -> None:
    said = QUOTES[quoted](LONG)
    act = (
        answer(500, said.encode(), kind="text/plain")
        if status == 500
        else answer(200, {"code": 4000, "msg": said})
    )
    with ScriptedServer(act) as server, client(server.url) as coze:
        error = error_of(lambda: coze.audio.speech.create(input=LONG, voice_id="7000"))
    report = error.report()
    assert "bad content" in report
    assert "planted" not in report


@pytest.mark.parametrize("at", [480, 490, 498, 19_990])
@pytest.mark.parametrize("filler", ["x", " "])
def test_no_error_quotes_a_part_of_the_token(at: int, filler: str) -> None:
    body = (filler * at + TOKEN).encode()
    with (
        ScriptedServer(answer(502, body, kind="text/plain")) as server,
        client(server.url) as coze,
    ):
        error = error_of(lambda: search(coze))
    assert "pat_" not in f"{error} {error!r} {getattr(error, 'msg', '')} {error.report()}"


def test_a_redirect_that_names_the_token_does_not_show_it() -> None:
    moved = answer(307, location=f"https://other.test/?token={TOKEN}")
    with ScriptedServer(moved) as server, client(server.url) as coze:
        error = error_of(lambda: speak(coze))
    assert "a redirect to https://other.test/?token=***" in str(error)
    assert TOKEN not in error.report()


def test_the_report_holds_what_a_support_needs() -> None:
    busy = answer(503, {"code": 1, "msg": "busy"}, retry_after="0", x_tt_logid="log-1")
    missing = answer(404, {"code": 4200, "msg": "no bot", "detail": {"logid": "log-2"}})
    with ScriptedServer(busy, missing) as server, client(server.url, max_retries=2) as coze:
        error = error_of(lambda: coze.bots.retrieve(bot_id="7001", is_published=True))
    assert isinstance(error, NotFoundError)
    report = error.report()
    lines = dict(line.partition(": ")[::2] for line in report.splitlines())
    assert lines["NotFoundError"].startswith("bots.retrieve failed with code 4200 (HTTP 404)")
    assert (lines["code"], lines["HTTP status"], lines["log id"]) == ("4200", "404", "log-2")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines["time"])
    assert re.match(r"HTTP 503, \d+\.\d{3} s, log id log-1", lines["attempt 1"])
    assert re.match(r"HTTP 404, \d+\.\d{3} s, log id log-2", lines["attempt 2"])
    assert json.loads(lines["answer"])["msg"] == "no bot"
    assert lines["answer content-type"] == "application/json"
    for name in ("coze-client ", "httpx ", "msgspec ", "attrs ", "Python "):
        assert name in lines["versions"]
    assert shlex.split(lines["request"]) == [
        *("curl", "-X", "GET", f"{server.url}/v1/bots/7001?is_published=true"),
        *("-H", "X-Key: ***", "-H", "Authorization: ***"),
    ]


def test_ids_and_numbers_of_a_body_are_shown() -> None:
    with ScriptedServer(answer(400)) as server, client(server.url) as coze:
        report = error_of(lambda: chat(coze)).report()
    (line,) = [line for line in report.splitlines() if line.startswith("request: ")]
    assert json.loads(shlex.split(line)[-1]) == {
        "bot_id": "7493066380997000000",
        "user_id": "u-1",
        "additional_messages": [{"role": "***", "content": "***", "content_type": "***"}],
        "parameters": {"inner": {"password": "***", "n": 7, "on": True}},
        "stream": True,
    }


@pytest.fixture
def nobody() -> str:
    """Return the address of a server that is gone."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


KINDS: list[tuple[Act | None, Callable[[Coze], object], type[CozeError], str]] = [
    (answer(), search, APIError, "HTTP 200"),
    (answer(500), search, ServerError, "HTTP 500"),
    (drop, search, APIConnectionError, "APIConnectionError"),
    (None, search, APIConnectionError, "APIConnectionError"),
    (hang, search, APITimeoutError, "APITimeoutError"),
    (cut(STREAM), chat, StreamError, "HTTP 200"),
    (cut(STREAM + b'event: error\ndata: {"code": 4001}\n\n'), chat, StreamError, "HTTP 200"),
    (cut(FILE), speak, APIConnectionError, "HTTP 200"),
    (answer(302, location="ftp://x.test/"), search, APIError, "HTTP 302"),
]


@pytest.mark.parametrize(("act", "call", "kind", "attempt"), KINDS)
def test_every_error_of_a_call_reports_also_when_it_was_pickled(
    act: Act | None,
    call: Callable[[Coze], object],
    kind: type[CozeError],
    attempt: str,
    nobody: str,
) -> None:
    with (
        ScriptedServer(act or drop) as server,
        client(server.url if act else nobody, timeout=0.3) as coze,
    ):
        error = error_of(lambda: call(coze))
    assert type(error) is kind or kind is APIError
    report = error.report()
    assert report.startswith(f"{type(error).__name__}: ")
    assert "request: curl -X " in report
    assert f"attempt 1: {attempt}" in report if attempt else "attempt" not in report
    assert "versions: coze-client" in report
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert copy.report() == report


def test_an_error_without_a_call_reports_as_well() -> None:
    report = CozeError("wrong use").report()
    assert report.startswith("CozeError: wrong use\nversions: coze-client ")


def json_of(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | numbers | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    )


json_values = json_of(st.floats())
sent_values = json_of(st.floats(allow_nan=False, allow_infinity=False))
SECRET = "\u2603secret\u2603"
CALL = Endpoint("things.post", "POST", "/things")


def with_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: with_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_secrets(inner) for inner in value]
    return value + SECRET if isinstance(value, str) else value


@given(
    st.dictionaries(st.text(), sent_values.map(with_secrets), max_size=4),
    st.binary()
    | json_values.map(json.dumps).map(str.encode)
    | st.just(rb'{"token": "\ud800abcde"}'),
)
def test_no_text_of_any_body_is_shown(body: dict[str, Any], content: bytes) -> None:
    request = write_request(CALL, "https://api.test", {}, {"body": json.loads(json.dumps(body))})
    redaction = Redaction(request)
    assert SECRET not in redaction.curl()
    assert SECRET not in redaction.scrub(json.dumps(body))
    plain = write_request(CALL, "https://api.test", {}, {})
    plain.content = content
    Redaction(plain).curl()
    Redaction(plain).answer(content)


@given(
    st.text('ab \u2603"', min_size=24, max_size=200),
    st.text("ab :", max_size=30),
    st.text("ab :", max_size=30),
    st.integers(0, 180),
    st.integers(24, 200),
)
def test_no_part_of_24_characters_is_shown(
    text: str, before: str, after: str, start: int, length: int
) -> None:
    request = write_request(CALL, "https://api.test", {}, {"body": {"t": text}})
    redaction = Redaction(request)
    redaction.curl()
    shown = redaction.scrub(before + text[start : start + length] + after)
    assert not [at for at in range(len(text) - 23) if text[at : at + 24] in shown]


def test_a_request_for_a_token_shows_nothing_of_its_body_and_answer() -> None:
    body = {"client_id": "7", "client_secret": KEY}
    request = write_request(CALL, "https://api.test", {}, {"body": body})
    request.is_token_request = True
    redaction = Redaction(request)
    assert redaction.curl().endswith(f"--data '({len(request.content or b'')} bytes)'")
    assert "Authorization" not in redaction.curl()
    assert redaction.answer(b'{"access_token": "x"}') == "(21 bytes)"


@pytest.mark.parametrize("depth", [30, 500, 40_000])
def test_a_deep_answer_and_a_deep_body_do_no_harm(depth: int) -> None:
    content = b'{"a":' * depth + b'"planted"' + b"}" * depth
    request = write_request(CALL, "https://api.test", {}, {})
    request.content = content
    redaction = Redaction(request)
    assert "planted" not in redaction.curl()
    redaction.answer(content)


@pytest.mark.parametrize("size", [19_000, 99_000, 101_000])
def test_a_long_body_is_told_in_short(size: int) -> None:
    request = write_request(CALL, "https://api.test", {}, {"body": {"x_ids": ["7"] * (size // 4)}})
    with (
        ScriptedServer(answer(400, b'"' + b"x" * size + b'"')) as server,
        client(server.url) as coze,
    ):
        report = error_of(lambda: search(coze)).report()
    assert len(report) < 6000
    assert len(Redaction(request).curl()) < size + 500


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (answer(400, {"code": 4000, "msg": "the bot is not there"}), "the bot is not there"),
        (answer(200, b"the token t is not taken", kind="text/plain"), "the token t is not taken"),
        (cut(STREAM + b'event:error\ndata:{"code":1,"msg":"the rest"}\n\n'), "the rest"),
    ],
)
def test_a_short_token_garbles_no_text_and_is_still_hidden_as_a_header(
    act: Act, words: str
) -> None:
    with ScriptedServer(act) as server, Coze("t", base_url=server.url, max_retries=0) as coze:
        error = error_of(lambda: chat(coze))
        assert words in str(error)
        assert words in error.report()
        assert "-H 'Authorization: ***'" in error.report()


@pytest.mark.parametrize(
    ("token", "said"),
    [("12345678", "not ***, nor 1234567"), ("1234567", "not 12345678, nor 1234567")],
)
def test_a_token_is_hidden_in_texts_from_eight_characters_on(token: str, said: str) -> None:
    act = answer(400, {"code": 4000, "msg": "not 12345678, nor 1234567"})
    with ScriptedServer(act) as server, Coze(token, base_url=server.url) as coze:
        error = error_of(lambda: search(coze))
    assert said in str(error)
    assert said in error.report()
