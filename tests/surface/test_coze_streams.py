"""Streams of Coze as they are documented and seen, through both clients, over real connections."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from coze_client import (
    APIConnectionError,
    APIError,
    CozeError,
    StreamError,
    models,
)
from coze_sandbox import Scenario
from tests.core.scripted_server import ScriptedServer, answer, cut
from tests.surface.conftest import METHODS

if TYPE_CHECKING:
    from coze_sandbox import Sandbox
    from tests.surface.conftest import Read


def block(name: str, data: object, *, gap: str = "", id: int | None = None) -> bytes:  # noqa: A002
    """Return one event as the service writes it."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    head = "" if id is None else f"id:{gap}{id}\n"
    return f"{head}event:{gap}{name}\ndata:{gap}{text}\n\n".encode()


def streamed(*blocks: bytes) -> bytes:
    return answer(body=b"".join(blocks), kind="text/event-stream", X_Tt_Logid="L")


CREATED = {"id": "7", "conversation_id": "8", "bot_id": "1", "status": "created"}
FINISHED = {**CREATED, "status": "completed", "usage": {"token_count": 3}}
SAID = {"id": "9", "conversation_id": "8", "role": "assistant", "type": "answer", "content": "好"}
SOUND = {**SAID, "content": "AAEC", "content_type": "audio"}
DONE = block("done", '"[DONE]"')
NODE = {"content": "hi", "node_title": "End", "node_seq_id": "0", "node_is_finish": True}


def test_audio_deltas_come_between_the_end_of_the_chat_and_that_of_the_stream(read: Read) -> None:
    body = streamed(
        block("conversation.chat.created", CREATED),
        block("conversation.message.delta", SAID),
        block("conversation.audio.delta", SOUND),
        block("conversation.message.completed", SAID),
        block("conversation.chat.completed", FINISHED),
        block("conversation.audio.delta", SOUND),
        DONE,
    )
    with ScriptedServer(body) as server:
        outcome = read(server.url, "chat.stream")
    assert outcome.error is None
    assert outcome.names == [
        "conversation.chat.created",
        "conversation.message.delta",
        "conversation.audio.delta",
        "conversation.message.completed",
        "conversation.chat.completed",
        "conversation.audio.delta",
        "done",
    ]
    assert isinstance(outcome.events[2].data, models.ChatMessage)
    assert outcome.events[5].data.content == "AAEC"
    assert outcome.events[4].data.usage.token_count == 3
    assert outcome.events[6].data == "[DONE]"


@pytest.mark.parametrize("path", ["chat.stream", "workflows.chat.stream"])
@pytest.mark.parametrize(
    ("data", "code", "msg"),
    [
        ({**CREATED, "last_error": {"code": 5000, "msg": "no answer"}}, 5000, "no answer"),
        ({"code": 4028, "msg": "no credits"}, 4028, "no credits"),
        ({"code": "720702204", "msg": "no workflow"}, 720702204, "no workflow"),
    ],
    ids=["chat", "code", "code as a text"],
)
def test_a_failed_chat_is_raised_in_each_of_its_shapes(
    read: Read, path: str, data: object, code: int, msg: str
) -> None:
    body = streamed(
        block("conversation.chat.created", CREATED, gap=" "),
        block("conversation.chat.failed", data, gap=" "),
        block("done", {"debug_url": "u"}, gap=" "),
    )
    with ScriptedServer(body) as server:
        outcome = read(server.url, path)
    assert outcome.names == ["conversation.chat.created"]
    assert isinstance(outcome.error, StreamError)
    assert (outcome.error.code, outcome.error.msg, outcome.error.logid) == (code, msg, "L")


@pytest.mark.parametrize(
    ("path", "name", "data", "code"),
    [
        ("chat.stream", "error", {}, None),
        ("chat.stream", "error", {"code": 4000, "msg": "bad"}, 4000),
        ("chat.stream_submit_tool_outputs", "error", {"code": 4000, "msg": "bad"}, 4000),
        ("workflows.runs.stream", "Error", {"error_code": 5000, "error_message": "bad"}, 5000),
        ("workflows.runs.stream_resume", "Error", {"error_code": "5000"}, 5000),
    ],
)
def test_an_error_event_is_raised(
    read: Read, path: str, name: str, data: object, code: int | None
) -> None:
    with ScriptedServer(streamed(block(name, data, gap=" ", id=0))) as server:
        outcome = read(server.url, path)
    assert outcome.events == []
    assert isinstance(outcome.error, StreamError)
    assert outcome.error.code == code


def test_a_ping_is_an_event_without_data_and_does_not_end_the_run(read: Read) -> None:
    body = streamed(
        block("PING", "", gap=" ", id=0),
        block("Message", NODE, gap=" ", id=1),
        block("PING", "", gap=" ", id=2),
        block("Done", {}, gap=" ", id=3),
    )
    with ScriptedServer(body) as server:
        outcome = read(server.url, "workflows.runs.stream")
    assert outcome.error is None
    assert outcome.names == ["PING", "Message", "PING", "Done"]
    assert [event.id for event in outcome.events] == ["0", "1", "2", "3"]
    assert outcome.events[0].data == ""
    assert outcome.events[1].data.node_seq_id == "0"
    assert isinstance(outcome.events[3].data, models.WorkflowDone)


@pytest.mark.parametrize("path", ["workflows.runs.stream", "workflows.runs.stream_resume"])
@pytest.mark.parametrize("with_done", [True, False])
def test_an_interrupt_may_be_the_last_event(read: Read, path: str, *, with_done: bool) -> None:
    interrupt = {"interrupt_data": {"event_id": "e/1", "type": 2, "data": ""}, "node_title": "Ask"}
    blocks = [block("Message", NODE, gap=" ", id=0), block("Interrupt", interrupt, gap=" ", id=1)]
    done = [block("Done", {"debug_url": "u"}, gap=" ", id=2)] if with_done else []
    with ScriptedServer(streamed(*blocks, *done)) as server:
        outcome = read(server.url, path)
    assert outcome.error is None
    assert outcome.names == ["Message", "Interrupt", "Done"][: 2 + with_done]
    assert outcome.events[1].data.interrupt_data.event_id == "e/1"
    assert outcome.events[1].data.interrupt_data.type == 2


def test_a_chat_with_a_workflow_ends_after_an_interrupt_without_being_completed(read: Read) -> None:
    verbose = {**SAID, "type": "verbose", "content": '{"msg_type":"interrupt","data":"{}"}'}
    body = streamed(
        block("conversation.chat.created", CREATED, gap=" "),
        block("conversation.message.completed", verbose, gap=" "),
        block("done", {"debug_url": "https://www.coze.cn/x"}, gap=" "),
    )
    with ScriptedServer(body) as server:
        outcome = read(server.url, "workflows.chat.stream")
    assert outcome.error is None
    assert outcome.names[-1] == "done"
    assert outcome.events[-1].data.debug_url == "https://www.coze.cn/x"


@pytest.mark.parametrize("done", ['"[DONE]"', "[DONE]", "", '{"debug_url":"u"}'])
def test_the_end_of_a_chat_has_data_of_many_kinds(read: Read, done: str) -> None:
    with ScriptedServer(streamed(block("done", done))) as server:
        outcome = read(server.url, "chat.stream_submit_tool_outputs")
    assert outcome.error is None
    assert [event.data for event in outcome.events] == [done.strip('"')]


def test_an_unknown_event_is_told_by_its_name(read: Read) -> None:
    with ScriptedServer(streamed(block("conversation.new", {"a": 1}), DONE)) as server:
        outcome = read(server.url, "chat.stream")
    assert outcome.names == ["conversation.new", "done"]
    assert (outcome.events[0].event, outcome.events[0].data) == ("unknown", '{"a": 1}')


@pytest.mark.parametrize("path", METHODS)
def test_a_stream_can_be_answered_with_an_error(read: Read, path: str) -> None:
    refusal = {"code": 4000, "msg": "The field bot_id is wrong", "detail": {"logid": "L2"}}
    with ScriptedServer(answer(body=refusal)) as server:
        outcome = read(server.url, path)
    assert outcome.events == []
    assert isinstance(outcome.error, APIError)
    assert (outcome.error.code, outcome.error.status_code) == (4000, 200)


@pytest.mark.parametrize("path", METHODS)
def test_a_connection_cut_in_the_middle_is_raised_after_the_whole_events(
    read: Read, path: str
) -> None:
    name = "Message" if "runs" in path else "conversation.message.delta"
    whole = streamed(block(name, SAID), block(name, SAID))
    with ScriptedServer(cut(whole[:-20])) as server:
        outcome = read(server.url, path)
    assert outcome.names == [name]
    assert isinstance(outcome.error, APIConnectionError)


SCRIPTS = [
    ("chat.stream", None, "done"),
    ("chat.stream", "requires_action", "done"),
    ("chat.stream", "failed", None),
    ("chat.stream_submit_tool_outputs", None, "done"),
    ("workflows.chat.stream", None, "done"),
    ("workflows.chat.stream", "interrupt", "done"),
    ("workflows.chat.stream", "failed", None),
    ("workflows.runs.stream", None, "Done"),
    ("workflows.runs.stream", "interrupt", "Interrupt"),
    ("workflows.runs.stream_resume", None, "Done"),
]


@pytest.mark.parametrize(("path", "script", "end"), SCRIPTS)
def test_the_streams_of_the_sandbox_are_read(
    read: Read, coze_sandbox: Sandbox, path: str, script: str | None, end: str | None
) -> None:
    coze_sandbox.scenario(Scenario(script=script))
    outcome = read(coze_sandbox.url, path)
    assert "unknown" not in {event.event for event in outcome.events}
    if end is None:
        assert isinstance(outcome.error, StreamError)
        assert outcome.error.code
    else:
        assert outcome.error is None
        assert outcome.names[-1] == end
    if script == "requires_action":
        action = outcome.events[-2].data.required_action
        assert action.submit_tool_outputs.tool_calls[0].function.name


@pytest.mark.parametrize("path", METHODS)
@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        (Scenario(no_end=True), StreamError),
        (Scenario(cut_after=300), APIConnectionError),
        (Scenario(malformed_chunk=True), APIConnectionError),
        (Scenario(status=503), APIError),
        (Scenario(code=4028, msg="no credits"), APIError),
        (Scenario(plain=True), APIError),
        (Scenario(html=True), APIError),
    ],
    ids=["no end", "cut", "malformed", "status", "code", "plain", "html"],
)
def test_misbehaviour_is_one_error(
    read: Read, coze_sandbox: Sandbox, path: str, scenario: Scenario, kind: type[CozeError]
) -> None:
    coze_sandbox.scenario(scenario)
    outcome = read(coze_sandbox.url, path)
    assert isinstance(outcome.error, kind)
