from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from coze_client import Coze, CozeError, models
from coze_client.messages import again, assistant, audio, file, image, tool, user

if TYPE_CHECKING:
    from coze_sandbox import Sandbox

TEXT = {"role": "user", "type": "question", "content_type": "text", "content": "hi"}


def test_a_text_alone_is_sent_as_text() -> None:
    assert user("hi") == TEXT
    assert assistant("hi") == {**TEXT, "role": "assistant", "type": "answer"}


@pytest.mark.parametrize(
    ("content", "items"),
    [
        (
            ("what?", image(url="https://a.b/c.png")),
            [
                {"type": "text", "text": "what?"},
                {"type": "image", "file_url": "https://a.b/c.png"},
            ],
        ),
        ((audio(file_id="1"),), [{"type": "audio", "file_id": "1"}]),
        (
            (file(file_id="1"), "两者", image(file_id="2")),
            [
                {"type": "text", "text": "两者"},
                {"type": "file", "file_id": "1"},
                {"type": "image", "file_id": "2"},
            ],
        ),
    ],
)
def test_attachments_are_sent_as_json_text_beside_the_text(
    content: tuple[Any, ...], items: list[object]
) -> None:
    message = user(*content)
    assert message.get("content_type") == "object_string"
    assert json.loads(message.get("content", "")) == items


@pytest.mark.parametrize(("output", "text"), [("rain", "rain"), ({"mm": 3}, '{"mm":3}'), (3, "3")])
def test_the_output_of_a_tool_is_text(output: object, text: str) -> None:
    assert tool("call-1", output) == {"tool_call_id": "call-1", "output": text}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (user, "needs a text or an attachment"),
        (lambda: user("a", "b"), "one text at most, got 2. Join them"),
        (
            lambda: user(cast("Any", 5)),
            "what image\\(\\), file\\(\\) and audio\\(\\) return, got int",
        ),
        (lambda: user(cast("Any", {"file_id": "1"})), "got dict"),
        (image, "either file_id= of an uploaded file or url="),
        (lambda: audio(file_id="1", url="https://a.b"), "audio\\(\\) takes either"),
        (lambda: tool("1", object()), "cannot be written as JSON"),
    ],
)
def test_a_message_that_breaks_the_rules_is_refused_before_it_is_sent(
    build: Any, message: str
) -> None:
    with pytest.raises(CozeError, match=message):
        build()


def test_messages_are_what_a_chat_takes(coze_sandbox: Sandbox) -> None:
    with Coze() as coze:
        messages = [user("hi"), assistant("hello"), user("what?", image(file_id="1"))]
        coze.chat.create(bot_id="1", user_id="me", additional_messages=messages)
    assert coze_sandbox.requests[-1].json()["additional_messages"] == messages


@pytest.mark.parametrize("model", [models.Message, models.ChatMessage])
def test_a_message_of_an_answer_goes_back_as_one_of_a_request(
    coze: Coze, model: type[models.Message | models.ChatMessage]
) -> None:
    said = {"role": "assistant", "type": "answer", "content": "ho", "content_type": "text"}
    message = model(**{"id": "1", "conversation_id": "2", **said, "meta_data": {"a": "b"}})
    back = again(message)
    assert back == {**said, "meta_data": {"a": "b"}}
    assert coze.chat.create(bot_id="1", user_id="u", additional_messages=[back]).id
