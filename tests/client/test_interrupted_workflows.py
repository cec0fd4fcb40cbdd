"""Workflows that ask, and are answered by a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from coze_client import AsyncCoze, Coze, CozeError, models
from coze_sandbox import Sandbox, Scenario
from tests.client.rounds import FAULTS, sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_core import StreamResult


def answer_of(interrupt: models.WorkflowInterrupt) -> str:
    assert interrupt.node_title == "Question"
    return "Tokyo"


async def async_answer_of(interrupt: models.WorkflowInterrupt) -> str:
    return answer_of(interrupt)


def no_answer(interrupt: models.WorkflowInterrupt) -> None:
    del interrupt


def workflow_sync(*, seconds: float = 60, **options: Any) -> StreamResult:
    with (
        Coze(timeout=seconds) as coze,
        coze.workflows.runs.stream(workflow_id="1", **options) as stream,
    ):
        return stream.final()


def workflow_async(*, seconds: float = 60, **options: Any) -> StreamResult:
    async def main() -> StreamResult:
        async with (
            AsyncCoze(timeout=seconds) as coze,
            coze.workflows.runs.stream(workflow_id="1", **options) as stream,
        ):
            return await stream.final()

    return anyio.run(main)


@pytest.mark.parametrize(
    ("workflow", "on_interrupt"),
    [
        (workflow_sync, answer_of),
        (workflow_async, answer_of),
        (workflow_async, async_answer_of),
    ],
)
def test_a_workflow_that_asks_is_answered_and_goes_on(
    coze_sandbox: Sandbox,
    workflow: Callable[..., StreamResult],
    on_interrupt: Callable[..., object],
) -> None:
    coze_sandbox.scenario(Scenario(script="interrupt"), operation="workflows.runs.stream")
    result = workflow(on_interrupt=on_interrupt)
    (resumed,) = sent(coze_sandbox, "workflows.runs.stream_resume")
    assert resumed["resume_data"] == "Tokyo"
    assert resumed["event_id"].startswith("74")
    assert result.text.startswith("Which city do you ask about?Hello!")
    assert isinstance(result.end, models.WorkflowDone)


@pytest.mark.parametrize("workflow", [workflow_sync, workflow_async])
def test_a_workflow_that_gets_no_answer_ends_with_its_question(
    coze_sandbox: Sandbox, workflow: Callable[..., StreamResult]
) -> None:
    coze_sandbox.scenario(Scenario(script="interrupt"), operation="workflows.runs.stream")
    result = workflow(on_interrupt=no_answer)
    assert isinstance(result.end, models.WorkflowInterrupt)
    assert not sent(coze_sandbox, "workflows.runs.stream_resume")


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "failed"])
@pytest.mark.parametrize("workflow", [workflow_sync, workflow_async])
def test_a_resumption_that_fails_is_raised_and_posted_once(
    coze_sandbox: Sandbox, workflow: Callable[..., StreamResult], fault: str
) -> None:
    coze_sandbox.scenario(Scenario(script="interrupt"), operation="workflows.runs.stream")
    coze_sandbox.scenario(FAULTS[fault], operation="workflows.runs.stream_resume")
    with pytest.raises(CozeError):
        workflow(on_interrupt=answer_of, seconds=0.5 if fault == "slow" else 60)
    assert len(sent(coze_sandbox, "workflows.runs.stream")) == 1
    assert len(sent(coze_sandbox, "workflows.runs.stream_resume")) == 1


@pytest.mark.parametrize("workflow", [workflow_sync, workflow_async])
def test_a_workflow_that_asks_without_end_is_stopped(
    coze_sandbox: Sandbox, workflow: Callable[..., StreamResult]
) -> None:
    for name in ("workflows.runs.stream", "workflows.runs.stream_resume"):
        coze_sandbox.scenario(Scenario(script="interrupt"), operation=name)
    with pytest.raises(CozeError, match="interrupted again after 2 rounds"):
        workflow(on_interrupt=answer_of, max_rounds=2)
    assert len(sent(coze_sandbox, "workflows.runs.stream_resume")) == 2
