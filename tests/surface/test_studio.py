"""A self-hosted Coze Studio: answers as its source writes them, through both clients."""

from __future__ import annotations

import pytest
from test_coze_streams import CREATED, FINISHED, SAID, block, read_by_both, streamed

from coze_client import APIError, Coze, StreamError
from tests.core.scripted_server import ScriptedServer, answer

CANCELLED = {**CREATED, "status": "cancelled"}


@pytest.mark.parametrize("path", ["chat.stream", "workflows.chat.stream"])
@pytest.mark.parametrize(
    "end",
    [b"event:conversation.stream.done\ndata:\n\n", b"event:conversation.stream.done\n\n"],
    ids=["empty data", "no data"],
)
def test_a_chat_ends_with_its_own_event(path: str, end: bytes) -> None:
    whole = [
        block("conversation.chat.created", CREATED),
        block("conversation.message.completed", SAID),
        block("conversation.chat.completed", FINISHED),
        end,
    ]
    with ScriptedServer(streamed(*whole)) as server:
        outcome = read_by_both(server.url, path)
    assert outcome.error is None
    assert outcome.names[-1] == "conversation.stream.done"
    assert outcome.events[-1].data == ""


def test_a_cancelled_chat_has_a_result() -> None:
    end = b"event:conversation.stream.done\ndata:\n\n"
    script = streamed(block("conversation.chat.cancelled", CANCELLED), end)
    with (
        ScriptedServer(script) as server,
        Coze("t", base_url=server.url) as coze,
        coze.chat.stream(bot_id="1", user_id="u") as stream,
    ):
        assert stream.final().status == "cancelled"


@pytest.mark.parametrize("path", ["workflows.runs.stream", "workflows.runs.stream_resume"])
@pytest.mark.parametrize(
    ("data", "msg"),
    [
        ("node 7 failed: quota of the model is used up", None),
        ('{"code": 720701, "msg": "node 7 failed"}', "node 7 failed"),
        ("", "the event error, without a reason"),
    ],
)
def test_an_error_of_a_workflow_keeps_its_reason(path: str, data: str, msg: str | None) -> None:
    with ScriptedServer(streamed(block("error", data))) as server:
        outcome = read_by_both(server.url, path)
    assert isinstance(outcome.error, StreamError)
    assert outcome.error.msg == (msg or data)


def test_an_answer_under_another_key_is_an_error_and_can_be_read_by_request() -> None:
    script = answer(body={"code": 0, "msg": "", "chat": CANCELLED})
    with ScriptedServer(script) as server, Coze("t", base_url=server.url) as coze:
        response = coze.with_response(coze.request, "POST", "/v3/chat/cancel", json={"chat_id": 7})
        assert response.json()["chat"] == CANCELLED
        with pytest.raises(APIError):
            coze.chat.cancel(conversation_id="8", chat_id="7")
