"""What is logged: one line for each call, and nothing unless somebody listens."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import APIError, Coze
from tests.core.scripted_server import ScriptedServer, answer, ok
from tests.processes import python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.core.scripted_server import Act
    from tests.runner import Runner

BUSY = answer(429, {"code": 1, "msg": "planted answer"}, retry_after="0")
BOT = answer(200, {"code": 0, "msg": "", "data": {"bot_id": "7"}}, x_tt_logid="log-7")
PAGE = ok({"items": [{"id": "1"}], "total": 2, "has_more": True})
STREAM = answer(body=b'event: done\ndata: "[DONE]"\n\n', kind="text/event-stream")
SOUND = answer(body=b"ID3", kind="audio/mpeg")
FAILED = answer(404, {"code": 4200, "msg": "planted answer"})
TEXT: Any = {"role": "user", "content": "planted body", "content_type": "text"}


def chat(coze: Coze) -> None:
    with coze.chat.stream(bot_id="1", user_id="u", additional_messages=[TEXT]) as stream:
        list(stream)


def missing(coze: Coze) -> None:
    with pytest.raises(APIError):
        coze.bots.retrieve(bot_id="7")


CALLS: dict[str, tuple[list[Act], Callable[[Coze], object], str]] = {
    "call": ([BOT], lambda coze: coze.bots.retrieve(bot_id="7"), "HTTP 200, sent 1 x in"),
    "retried": ([BUSY, BOT], lambda coze: coze.bots.retrieve(bot_id="7"), "HTTP 200, sent 2 x in"),
    "failed": ([FAILED], missing, "bots.retrieve: NotFoundError, sent 1 x in"),
    "page": ([PAGE], lambda coze: coze.stores.plugins.list(keyword="planted query"), "HTTP 200"),
    "stream": ([STREAM], chat, "chat.stream: HTTP 200"),
    "file": (
        [SOUND],
        lambda coze: coze.audio.speech.create(input="planted body", voice_id="1").read(),
        "audio.speech.create: HTTP 200",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_one_line_of_information(name: str, caplog: pytest.LogCaptureFixture) -> None:
    script, call, message = CALLS[name]
    caplog.set_level("DEBUG", logger="coze_client")
    headers = {"X-Key": "planted header"}
    with ScriptedServer(*script) as server, Coze("planted", base_url=server.url) as coze:
        call(coze.with_options(headers=headers))
    ours = [record for record in caplog.records if record.name.startswith("coze_client")]
    (line,) = [record for record in ours if record.levelno == logging.INFO]
    assert message in line.getMessage()
    assert {record.name for record in ours} == {"coze_client"}
    assert max(record.levelno for record in ours) == logging.INFO
    attempts = [record.getMessage() for record in ours if record.levelno == logging.DEBUG]
    assert len(attempts) == len(script)
    assert all(f"{server.url}/" in attempt and "***" in attempt for attempt in attempts)
    assert "planted" not in " ".join(record.getMessage() for record in ours)


def test_a_line_names_the_log_id(run: Runner, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="coze_client")
    with ScriptedServer(BOT) as server:
        run(run.coze("planted", base_url=server.url).bots.retrieve, bot_id="7")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "coze_client"]
    assert line.startswith("bots.retrieve: HTTP 200, sent 1 x in")
    assert line.endswith("log id log-7")


def test_the_http_library_logs_requests_to_whoever_listens(
    run: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    library = os.environ.get("COZE_HTTP") or "httpx"
    caplog.set_level("INFO", logger=library)
    with ScriptedServer(BOT) as server:
        coze = run.coze(token="t", base_url=server.url)
        run(coze.bots.retrieve, bot_id="7")
    (line,) = [record for record in caplog.records if record.name == library]
    assert "HTTP Request: GET" in line.getMessage()


def test_records_of_calls_carry_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="coze_client")
    with ScriptedServer(BUSY, BOT, FAILED) as server, Coze("t", base_url=server.url) as coze:
        coze.bots.retrieve(bot_id="7")
        missing(coze)
    names = ("operation", "attempts", "status", "log_id")
    ours = [record for record in caplog.records if record.name == "coze_client"]
    found = [tuple(getattr(record, name) for name in names) for record in ours]
    assert found == [
        ("bots.retrieve", 1, None, None),
        ("bots.retrieve", 2, None, None),
        ("bots.retrieve", 2, 200, "log-7"),
        ("bots.retrieve", 1, None, None),
        ("bots.retrieve", 1, 404, None),
    ]
    ends = [vars(record)["seconds"] for record in ours if record.levelno == logging.INFO]
    assert all(isinstance(seconds, float) for seconds in ends)


ENVIRONMENT = """
import logging, sys
exec(sys.argv[2])
from coze_client import Coze, CozeError
try:
    with Coze("planted", base_url=sys.argv[1]) as coze:
        coze.bots.retrieve(bot_id="7")
except CozeError as error:
    print(error)
exec(sys.argv[3])
"""
CONFIGURED = "logging.basicConfig(format='theirs %(message)s')"


@pytest.mark.parametrize(
    ("level", "before", "lines"),
    [
        ("debug", "", ["DEBUG coze_client: attempt 1", "INFO coze_client: bots.retrieve"]),
        ("INFO", "", ["INFO coze_client: bots.retrieve"]),
        ("info", CONFIGURED, ["theirs bots.retrieve"]),
        ("info", f"{CONFIGURED}; logging.getLogger('coze_client').setLevel('ERROR')", []),
        ("", "", []),
    ],
)
def test_the_environment_turns_the_log_on_and_leaves_handlers_alone(
    level: str, before: str, lines: list[str]
) -> None:
    error = _run(level, before).stderr.splitlines()
    assert len(error) == len(lines)
    assert all(text in line for text, line in zip(lines, error, strict=True))


def test_handlers_that_come_later_take_the_log_over() -> None:
    after = f"{CONFIGURED}; logging.getLogger('coze_client').info('later')"
    error = _run("info", "", after).stderr.splitlines()
    assert len(error) == 2
    assert error[-1] == "theirs later"


def test_a_level_that_is_none_is_an_error() -> None:
    said = "COZE_LOG is 'loud'. Set it to 'debug' or 'info', or leave it unset.\n"
    assert _run("loud").stdout == said


def _run(level: str, before: str = "", after: str = "") -> subprocess.CompletedProcess[str]:
    with ScriptedServer(BOT) as server:
        return python("-c", ENVIRONMENT, server.url, before, after, env={"COZE_LOG": level})


PROGRAM = """
import logging, sys
from coze_client import APIError, Coze, callbacks
with Coze("planted", base_url=sys.argv[1]) as coze:
    coze.bots.retrieve(bot_id="7")
    try:
        coze.bots.retrieve(bot_id="7")
    except APIError as error:
        error.report()
answer = callbacks.Receiver("planted").receive({}, b"{}", lambda event: None)
assert answer.status == 401
logger = logging.getLogger("coze_client")
assert not logger.handlers and not logging.root.handlers
assert logger.level == logging.NOTSET and logger.propagate
"""


def test_nothing_is_printed_and_no_handler_installed() -> None:
    with ScriptedServer(BOT, FAILED) as server:
        done = python("-c", PROGRAM, server.url)
    assert (done.stdout, done.stderr) == ("", "")
