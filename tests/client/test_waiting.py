"""Waiting, against the sandbox: sync and async jobs are one generator, driven twice."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from coze_api import waiting
from coze_client import APIError, APITimeoutError, AsyncCoze, Coze, CozeError, models
from coze_client._defaults import ERRORS
from coze_client.messages import user
from coze_core import Polling
from coze_core._decode import build
from coze_sandbox import Sandbox, Scenario
from tests.client.calls import at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.runner import Runner

CHAT: dict[str, Any] = {"bot_id": "1", "user_id": "me"}
BASES = [{"name": name, "source_info": {"web_url": "https://a.b"}} for name in ("a", "b")]
POLLS = {
    "chat.create": "chat.retrieve",
    "workflows.runs.create": "workflows.runs.run_histories.retrieve",
    "datasets.documents.create": "datasets.process",
    "copy_tasks.create": "copy_tasks.retrieve",
    "bill_tasks.create": "bill_tasks.list",
}
JOBS: dict[str, tuple[str, dict[str, Any]]] = {
    "chat.create": ("chat", {**CHAT, "additional_messages": [user("hi")]}),
    "workflows.runs.create": ("workflows.runs", {"workflow_id": "1"}),
    "datasets.documents.create": (
        "datasets.documents",
        {"dataset_id": "1", "document_bases": BASES},
    ),
    "copy_tasks.create": ("copy_tasks", {}),
    "bill_tasks.create": ("bill_tasks", {"started_at": 1, "ended_at": 2}),
}


def wait_sync(operation: str, *, retries: int = 0, **options: Any) -> Any:
    path, arguments = JOBS[operation]
    with Coze(max_retries=retries) as coze:
        return at(coze, path).create_and_poll(**arguments, **options)


@pytest.fixture
def wait(run: Runner) -> Callable[..., Any]:
    def wait(operation: str, *, retries: int = 0, **options: Any) -> Any:
        path, arguments = JOBS[operation]
        coze = run.coze(max_retries=retries)
        return run(at(coze, path).create_and_poll, **arguments, **options)

    return wait


def calls(sandbox: Sandbox) -> list[str]:
    return [request.operation for request in sandbox.requests]


def test_a_message_whose_text_is_null_adds_nothing_to_the_answer(
    coze_sandbox: Sandbox, wait: Callable[..., Any]
) -> None:
    said = [{"id": "1", "type": "answer", "content": text} for text in (None, "hi")]
    coze_sandbox.answer("chat.messages.list", result=said)
    assert wait("chat.create").text == "hi"


def test_a_chat_is_waited_for_and_has_its_answer(
    coze_sandbox: Sandbox, wait: Callable[..., Any]
) -> None:
    seen: list[str] = []
    result = wait("chat.create", on_progress=lambda chat: seen.append(chat.status))
    assert result.text.startswith("Hello!")
    assert result.usage.token_count > 0
    assert result.chat.status == "completed"
    assert seen == ["in_progress", "completed"]
    assert calls(coze_sandbox) == ["chat.create", *["chat.retrieve"] * 2, "chat.messages.list"]


@pytest.mark.parametrize(
    ("operation", "ended"),
    [
        ("workflows.runs.create", lambda found: found.execute_status == "Success"),
        ("datasets.documents.create", lambda found: [one.status for one in found] == [1, 1]),
        ("copy_tasks.create", lambda found: found.task_status == "successful"),
        ("bill_tasks.create", lambda found: found.status == "succeed"),
    ],
)
def test_what_takes_time_is_waited_for(
    coze_sandbox: Sandbox, wait: Callable[..., Any], operation: str, ended: Callable[[Any], bool]
) -> None:
    assert ended(wait(operation))
    assert calls(coze_sandbox).count(operation) == 1


@pytest.mark.parametrize("operation", JOBS)
def test_a_job_that_fails_raises_its_reason_and_its_ids(
    coze_sandbox: Sandbox, operation: str
) -> None:
    coze_sandbox.scenario(Scenario(script="failed"), operation=operation)
    with pytest.raises(APIError, match=f"{operation} ended with .*id") as caught:
        wait_sync(operation)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301  # ours


def test_a_failed_chat_has_the_code_and_the_words_of_the_api(
    coze_sandbox: Sandbox, wait: Callable[..., Any]
) -> None:
    coze_sandbox.scenario(Scenario(script="failed"), operation="chat.create")
    with pytest.raises(APIError) as caught:
        wait("chat.create")
    assert (caught.value.code, caught.value.msg) == (5000, "The bot could not answer.")
    assert caught.value.logid


@pytest.mark.parametrize("status", ["canceled", "cancelled", "expired", "deleted"])
def test_a_chat_that_will_not_be_completed_raises_how_it_ended(
    coze_sandbox: Sandbox, status: str
) -> None:
    coze_sandbox.scenario(Scenario(result={"status": status}), operation="chat.retrieve")
    with pytest.raises(APIError, match=rf"chat\.create ended with status '{status}'.*chat_id=75"):
        wait_sync("chat.create")
    assert calls(coze_sandbox) == ["chat.create", "chat.retrieve"]


@pytest.mark.parametrize(
    ("status", "ended"), [("1", True), (1, True), ([1], False), ({"a": 1}, False), (None, False)]
)
def test_a_state_may_be_written_otherwise_than_it_is_described(
    status: object, *, ended: bool
) -> None:
    polling = Polling[object](waiting.DATASETS_DOCUMENTS_CREATE, ERRORS, deadline=None)
    assert polling.has_ended(build(models.DocumentProgress, {"status": status})) is ended
    with pytest.raises(APIError):
        polling.has_ended(build(models.DocumentProgress, {"status": "9"}))


@pytest.mark.parametrize("answer", [["a list"], "a text"])
@pytest.mark.parametrize("operation", ["chat.create", "copy_tasks.create", "bill_tasks.create"])
def test_a_start_that_answers_something_else_is_one_error(
    coze_sandbox: Sandbox, operation: str, answer: object
) -> None:
    coze_sandbox.answer(operation, result=answer)
    with pytest.raises(CozeError, match="to wait for"):
        wait_sync(operation)
    assert calls(coze_sandbox) == [operation]


def test_pauses_grow_up_to_five_seconds() -> None:
    polling = Polling[object](waiting.CHAT_CREATE, ERRORS, deadline=None)
    pauses = [polling.pause() for _ in range(9)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.5, 5)


def test_a_chat_that_asks_for_tools_ends_the_wait_with_the_calls(
    coze_sandbox: Sandbox, wait: Callable[..., Any]
) -> None:
    coze_sandbox.scenario(Scenario(script="requires_action"), operation="chat.create")
    action = wait("chat.create").chat.required_action
    assert [call.function.name for call in action.submit_tool_outputs.tool_calls] == ["get_weather"]


@pytest.mark.parametrize("cancel", [False, True])
def test_the_deadline_names_the_chat_and_cancels_it_if_asked(
    coze_sandbox: Sandbox, wait: Callable[..., Any], *, cancel: bool
) -> None:
    coze_sandbox.scenario(Scenario(result={"status": "in_progress"}), operation="chat.retrieve")
    with pytest.raises(APITimeoutError, match=r"within 3 s.*in_progress.*chat_id=7500"):
        wait("chat.create", deadline=3, cancel_on_deadline=cancel)
    assert calls(coze_sandbox).count("chat.create") == 1
    assert ("chat.cancel" in calls(coze_sandbox)) is cancel


FAULTS = {
    "500": Scenario(status=500),
    "429": Scenario(status=429, retry_after=0),
    "closed before the answer": Scenario(cut_after=0),
    "cut": Scenario(cut_after=20),
    "a chunk that is none": Scenario(malformed_chunk=True),
    "an HTML page": Scenario(html=True),
    "a code": Scenario(code=4013),
}
REFUSED = {"429", "a code"}
"""Nothing has begun: what was refused may be sent again."""
faults = pytest.mark.parametrize("fault", FAULTS)
jobs = pytest.mark.parametrize("operation", JOBS)


@faults
@jobs
def test_a_start_that_fails_raises_and_is_posted_once(
    coze_sandbox: Sandbox, operation: str, fault: str
) -> None:
    coze_sandbox.scenario(FAULTS[fault], operation=operation)
    with pytest.raises(CozeError):
        wait_sync(operation, retries=0 if fault in REFUSED else 2)
    assert calls(coze_sandbox) == [operation]


@faults
@jobs
def test_a_poll_that_fails_raises_and_starts_nothing_again(
    coze_sandbox: Sandbox, operation: str, fault: str
) -> None:
    coze_sandbox.scenario(FAULTS[fault], operation=POLLS[operation])
    with pytest.raises(CozeError):
        wait_sync(operation)
    assert calls(coze_sandbox) == [operation, POLLS[operation]]


@faults
def test_a_poll_that_fails_does_so_in_tasks_too(
    coze_sandbox: Sandbox, wait: Callable[..., Any], fault: str
) -> None:
    coze_sandbox.scenario(FAULTS[fault], operation="chat.retrieve")
    with pytest.raises(CozeError):
        wait("chat.create")
    assert calls(coze_sandbox) == ["chat.create", "chat.retrieve"]


@pytest.mark.parametrize(
    ("operation", "fault"), [("chat.create", "cut"), *((one, "500") for one in JOBS)]
)
def test_a_poll_that_only_reads_is_repeated_and_the_wait_goes_on(
    coze_sandbox: Sandbox, operation: str, fault: str
) -> None:
    coze_sandbox.scenario(FAULTS[fault], operation=POLLS[operation], times=1)
    wait_sync(operation, retries=1)
    assert calls(coze_sandbox).count(operation) == 1
    assert calls(coze_sandbox).count(POLLS[operation]) >= 2


@pytest.mark.parametrize(
    ("operation", "absent"), [("chat.create", "null"), *((one, "missing") for one in JOBS)]
)
def test_a_poll_without_a_result_counts_as_one_that_goes_on(
    coze_sandbox: Sandbox, operation: str, absent: Any
) -> None:
    seen: list[object] = []
    coze_sandbox.scenario(Scenario(absent=absent), operation=POLLS[operation], times=1)
    wait_sync(operation, on_progress=seen.append)
    assert calls(coze_sandbox).count(operation) == 1
    assert len(seen) == calls(coze_sandbox).count(POLLS[operation]) - 1


def test_a_poll_that_reports_fewer_documents_than_were_added_counts_as_one_that_goes_on(
    coze_sandbox: Sandbox, wait: Callable[..., Any]
) -> None:
    seen: list[int] = []
    partial = Scenario(result={"data": [{"document_id": "1", "status": 1}]})
    coze_sandbox.scenario(partial, operation="datasets.process", times=1)
    found = wait("datasets.documents.create", on_progress=lambda all_: seen.append(len(all_)))
    assert [one.status for one in found] == [1, 1]
    assert seen[0] == 1
    assert seen[-1] == 2


def test_messages_that_cannot_be_read_raise_and_start_nothing_again(
    coze_sandbox: Sandbox, wait: Callable[..., Any]
) -> None:
    coze_sandbox.scenario(Scenario(status=500), operation="chat.messages.list")
    with pytest.raises(APIError):
        wait("chat.create")
    assert calls(coze_sandbox).count("chat.create") == 1


@pytest.mark.parametrize("cancel", [False, True])
def test_the_deadline_ends_a_poll_that_is_slow_and_names_the_chat(
    coze_sandbox: Sandbox, wait: Callable[..., Any], *, cancel: bool
) -> None:
    coze_sandbox.scenario(Scenario(delay=5), operation="chat.retrieve")
    with pytest.raises(APITimeoutError, match=r"chat\.create: not done within 2 s.*chat_id=75"):
        wait("chat.create", deadline=2, cancel_on_deadline=cancel)
    message = ["chat.create", "chat.retrieve", *(["chat.cancel"] if cancel else [])]
    assert calls(coze_sandbox) == message


@jobs
def test_the_deadline_counts_for_the_start_too(coze_sandbox: Sandbox, operation: str) -> None:
    coze_sandbox.scenario(Scenario(delay=5), operation=operation)
    with pytest.raises(APITimeoutError, match=f"^{operation}: not done within the deadline"):
        wait_sync(operation, deadline=0.5)
    assert calls(coze_sandbox) == [operation]


def test_a_deadline_of_the_client_bounds_each_call(coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(delay=5), operation="chat.retrieve")
    with Coze() as coze, pytest.raises(APITimeoutError, match=r"chat\.retrieve: .* of 1 s"):
        coze.with_options(deadline=1).chat.create_and_poll(**CHAT, cancel_on_deadline=True)
    assert calls(coze_sandbox) == ["chat.create", "chat.retrieve"]


def test_a_chat_that_cannot_be_cancelled_raises_the_deadline_and_says_so(
    coze_sandbox: Sandbox, wait: Callable[..., Any]
) -> None:
    coze_sandbox.scenario(Scenario(result={"status": "in_progress"}), operation="chat.retrieve")
    coze_sandbox.scenario(Scenario(status=500), operation="chat.cancel")
    with pytest.raises(APITimeoutError) as caught:
        wait("chat.create", deadline=1.5, cancel_on_deadline=True)
    assert caught.value.__notes__[0].startswith("It was not cancelled: chat.cancel failed")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@jobs
def test_a_wait_that_is_cancelled_sends_nothing_more(
    coze_sandbox: Sandbox, backend: str, operation: str
) -> None:
    path, arguments = JOBS[operation]

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async with AsyncCoze() as coze:
                await at(coze, path).create_and_poll(
                    **arguments, on_progress=lambda _: scope.cancel()
                )
        assert scope.cancelled_caught

    anyio.run(main, backend=backend)
    assert calls(coze_sandbox) == [operation, POLLS[operation]]


@pytest.mark.parametrize("deadline", [0, -1, float("nan"), float("inf"), "5"])
@pytest.mark.parametrize("operation", JOBS)
def test_a_deadline_that_makes_no_sense_is_refused_before_anything_is_sent(
    coze_sandbox: Sandbox, operation: str, deadline: Any
) -> None:
    with pytest.raises(CozeError, match=r"deadline is .*Pass seconds above 0"):
        wait_sync(operation, deadline=deadline)
    assert not coze_sandbox.requests


def test_a_misspelt_argument_is_a_type_error(coze_sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="bot_idd"):
        wait_sync("chat.create", bot_idd="1")
    assert not coze_sandbox.requests
