"""A self-hosted Coze Studio: answers as its source writes them, through both clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coze_client import APIError, Coze, StreamError
from tests.client.calls import call_of
from tests.core.scripted_server import ScriptedServer, answer
from tests.surface.test_coze_streams import CREATED, FINISHED, SAID, block, streamed

if TYPE_CHECKING:
    from tests.surface.conftest import Read

CANCELLED = {**CREATED, "status": "cancelled"}


@pytest.mark.parametrize("path", ["chat.stream", "workflows.chat.stream"])
@pytest.mark.parametrize(
    "end",
    [b"event:conversation.stream.done\ndata:\n\n", b"event:conversation.stream.done\n\n"],
    ids=["empty data", "no data"],
)
def test_a_chat_ends_with_its_own_event(read: Read, path: str, end: bytes) -> None:
    whole = [
        block("conversation.chat.created", CREATED),
        block("conversation.message.completed", SAID),
        block("conversation.chat.completed", FINISHED),
        end,
    ]
    with ScriptedServer(streamed(*whole)) as server:
        outcome = read(server.url, path)
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
def test_an_error_of_a_workflow_keeps_its_reason(
    read: Read, path: str, data: str, msg: str | None
) -> None:
    with ScriptedServer(streamed(block("error", data))) as server:
        outcome = read(server.url, path)
    assert isinstance(outcome.error, StreamError)
    assert outcome.error.msg == (msg or data)


@pytest.mark.parametrize("keep_extra", [False, True])
@pytest.mark.parametrize(
    ("path", "key", "content"),
    [
        ("chat.messages.list", "Messages", [SAID]),
        ("chat.cancel", "ChatV3ChatDetail", CANCELLED),
        ("conversations.retrieve", "ConversationData", {"id": "8"}),
    ],
)
def test_an_answer_is_read_under_its_own_key_too(
    path: str, key: str, content: object, *, keep_extra: bool
) -> None:
    call = call_of(path)
    script = [answer(body={"code": 0, one: content}) for one in (key, "data")]
    with (
        ScriptedServer(*script) as server,
        Coze("t", base_url=server.url, keep_extra=keep_extra) as coze,
    ):
        studio, service = (call.on(coze)(**call.arguments) for _ in range(2))
    assert studio == service
    assert studio if isinstance(studio, list) else studio.id


def test_an_answer_under_a_key_that_nothing_names_is_an_error() -> None:
    script = answer(body={"code": 0, "msg": "", "chat": CANCELLED})
    with (
        ScriptedServer(script) as server,
        Coze("t", base_url=server.url) as coze,
        pytest.raises(APIError, match="success without a result"),
    ):
        coze.chat.cancel(conversation_id="8", chat_id="7")
