"""Workflows that ask, and are answered by a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from coze_client import CozeError, models
from coze_sandbox import Sandbox, Scenario
from tests.client.rounds import FAULTS, sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_core import StreamResult
    from tests.runner import Runner


def answer_of(interrupt: models.WorkflowInterrupt) -> str:
    assert interrupt.node_title == "Question"
    return "Tokyo"


async def async_answer_of(interrupt: models.WorkflowInterrupt) -> str:
    return answer_of(interrupt)


def no_answer(interrupt: models.WorkflowInterrupt) -> None:
    del interrupt


@pytest.fixture
def workflow(run: Runner, coze_sandbox: Sandbox) -> Callable[..., StreamResult]:
    """Return a function that runs a workflow which asks."""
    coze_sandbox.scenario(Scenario(script="interrupt"), operation="workflows.runs.stream")

    def workflow(*, seconds: float = 60, **options: Any) -> StreamResult:
        coze = run.coze(timeout=seconds)
        with run.entered(coze.workflows.runs.stream(workflow_id="1", **options)) as stream:
            return run(stream.final)

    return workflow


@pytest.mark.parametrize("on_interrupt", [answer_of, async_answer_of])
def test_a_workflow_that_asks_is_answered_and_goes_on(
    run: Runner,
    coze_sandbox: Sandbox,
    workflow: Callable[..., StreamResult],
    on_interrupt: Callable[..., object],
) -> None:
    if run.portal is None and on_interrupt is async_answer_of:
        pytest.skip("the sync client takes no async function")
    result = workflow(on_interrupt=on_interrupt)
    (resumed,) = sent(coze_sandbox, "workflows.runs.stream_resume")
    assert resumed["resume_data"] == "Tokyo"
    assert resumed["event_id"].startswith("74")
    assert result.text.startswith("Which city do you ask about?Hello!")
    assert isinstance(result.end, models.WorkflowDone)


def test_a_workflow_that_gets_no_answer_ends_with_its_question(
    coze_sandbox: Sandbox, workflow: Callable[..., StreamResult]
) -> None:
    result = workflow(on_interrupt=no_answer)
    assert isinstance(result.end, models.WorkflowInterrupt)
    assert not sent(coze_sandbox, "workflows.runs.stream_resume")


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "failed"])
def test_a_resumption_that_fails_is_raised_and_posted_once(
    coze_sandbox: Sandbox, workflow: Callable[..., StreamResult], fault: str
) -> None:
    coze_sandbox.scenario(FAULTS[fault], operation="workflows.runs.stream_resume")
    with pytest.raises(CozeError):
        workflow(on_interrupt=answer_of, seconds=0.5 if fault == "slow" else 60)
    assert len(sent(coze_sandbox, "workflows.runs.stream")) == 1
    assert len(sent(coze_sandbox, "workflows.runs.stream_resume")) == 1


def test_a_workflow_that_asks_without_end_is_stopped(
    coze_sandbox: Sandbox, workflow: Callable[..., StreamResult]
) -> None:
    coze_sandbox.scenario(Scenario(script="interrupt"), operation="workflows.runs.stream_resume")
    with pytest.raises(CozeError, match="interrupted again after 2 rounds"):
        workflow(on_interrupt=answer_of, max_rounds=2)
    assert len(sent(coze_sandbox, "workflows.runs.stream_resume")) == 2
