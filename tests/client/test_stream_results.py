"""The text and the result of a stream, against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from coze_client import Coze, CozeError, StreamError
from coze_sandbox import Sandbox, Scenario
from tests.client.calls import at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.runner import Runner

    Read = Callable[..., Any]

ARGUMENTS: dict[str, dict[str, Any]] = {
    "chat.stream": {"bot_id": "1", "user_id": "me"},
    "workflows.chat.stream": {"workflow_id": "1", "additional_messages": [], "parameters": {}},
    "workflows.runs.stream": {"workflow_id": "1"},
}
ANSWER = "Hello! This answer comes from the sandbox: no account, no network, just a café ☕ on your own machine."


@pytest.fixture
def read(run: Runner, coze_sandbox: Sandbox) -> Read:
    """Return a function that reads a stream, and returns its text and its result."""
    del coze_sandbox

    def read(
        operation: str = "chat.stream", *, events: int = 0, leave: bool = False, **options: Any
    ) -> tuple[str, Any]:
        made = at(run.coze(max_retries=0), operation)(**ARGUMENTS[operation], **options)
        with run.entered(made) as stream:
            for _ in range(events):
                run.next(stream)
            text = "" if leave else "".join(run.items(stream.text))
        return text, run(stream.final)

    return read


def test_a_chat_has_the_text_of_its_answer_alone_and_a_result(read: Read) -> None:
    text, result = read()
    assert text == result.text == ANSWER
    assert {one.type for one in result.messages} > {"answer"}
    assert result.status == result.end.status == "completed"
    assert result.usage.token_count > 0


def test_a_workflow_chat_has_the_text_of_its_answer_alone(read: Read) -> None:
    text, result = read("workflows.chat.stream")
    assert text == result.text
    assert text.startswith("Hello!")
    assert result.status == "completed"


def test_a_workflow_has_the_text_of_its_messages(read: Read) -> None:
    text, result = read("workflows.runs.stream")
    assert text == result.text == "".join(one.content for one in result.messages)
    assert text.startswith(ANSWER)


def test_a_workflow_that_asks_ends_with_its_question(read: Read, coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(script="interrupt"))
    _, result = read("workflows.runs.stream")
    assert result.end.interrupt_data.type == 2


def test_a_result_covers_what_was_read_by_its_events(read: Read) -> None:
    text, result = read(events=4)
    assert ANSWER.endswith(text)
    assert text != result.text == ANSWER


@pytest.mark.parametrize("after", range(0, 3600, 400))
def test_a_text_that_broke_off_is_completed_and_says_nothing_twice(
    read: Read, coze_sandbox: Sandbox, after: int
) -> None:
    coze_sandbox.scenario(Scenario(cut_after=after or 300), operation="chat.stream")
    text, result = read(recover=True)
    assert text == result.text == ANSWER
    assert result.status == "completed"
    posted = [one for one in coze_sandbox.requests if one.operation == "chat.stream"]
    assert len(posted) == 1


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(no_end=True),
        Scenario(error_event="error", code=4028, msg="no"),
        Scenario(cut_after=900),
    ],
)
def test_a_stream_that_broke_has_no_result(
    read: Read, coze_sandbox: Sandbox, scenario: Scenario
) -> None:
    coze_sandbox.scenario(scenario)
    with pytest.raises(CozeError):
        read()
    with Coze(max_retries=0) as coze:
        with coze.chat.stream(bot_id="1", user_id="me") as stream, pytest.raises(CozeError):
            list(stream)
        with pytest.raises(CozeError, match="did not end"):
            stream.final()


def test_a_stream_that_was_left_has_no_result(read: Read) -> None:
    with pytest.raises(CozeError, match="did not end, so it has no result"):
        read(events=3, leave=True)


def test_a_failed_chat_raises_its_reason(read: Read, coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(script="failed"))
    with pytest.raises(StreamError) as caught:
        read()
    assert caught.value.code


def test_a_stream_that_is_not_open_has_neither_text_nor_result(coze_sandbox: Sandbox) -> None:
    with Coze() as coze:
        stream = coze.chat.stream(bot_id="1", user_id="me")
        with pytest.raises(CozeError, match="is not open"):
            stream.final()
        with pytest.raises(CozeError, match="is not open"):
            _ = stream.text
    assert not coze_sandbox.requests
