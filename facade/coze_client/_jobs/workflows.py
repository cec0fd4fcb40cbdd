"""Wait for workflow runs, and answer what workflows ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable  # hints resolve at run time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from coze_api import events, models, waiting  # hints resolve at run time
from coze_api.resources import workflows, workflows_runs
from coze_client._jobs._steps import DEADLINE, begin, check_rounds, within
from coze_core import AsyncStream, CozeError, Stream, arun, polled, run

if TYPE_CHECKING:
    from coze_core import Job


class WorkflowRuns(workflows_runs.WorkflowsRuns):
    """The methods of ``workflows.runs``, and waiting for a run."""

    def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[models.WorkflowRunHistory], object] | None = None,
        **arguments: Unpack[waiting.WorkflowsRunsCreateArguments],
    ) -> models.WorkflowRunHistory:
        """Run a workflow in the background, and wait for its result.

        Args:
            deadline: Seconds for the whole of it; ``None``: no limit.
            on_progress: Called with what each poll returned.
            arguments: As for `create`, without ``is_async``.

        Raises:
            APIError: The run failed; code and words are its own.
            APITimeoutError: The deadline has passed; the error names the run, which goes on.
        """
        return run(_run(self, deadline, on_progress, arguments))

    def stream(
        self,
        *,
        on_interrupt: Callable[[models.WorkflowInterrupt], str | None] | None = None,
        max_rounds: int = 10,
        **arguments: Unpack[waiting.WorkflowsRunsStreamArguments],
    ) -> Stream[events.WorkflowEvent, events.WorkflowStreamResult]:
        """Run a workflow and stream its events, on over the questions that it asks.

        Args:
            on_interrupt: Takes an interrupt of the workflow and returns what to resume it with, or
                ``None`` to leave it interrupted. Without it, so does every interrupt.
            max_rounds: How often the workflow is resumed at most.
            arguments: As for the run.

        Returns:
            The events; the request is sent on entering the context manager.

        Raises:
            CozeError: An argument makes no sense. On entering or iterating: refused, broken off,
                ended by an error event, or interrupted too often.
        """
        stream = super().stream(**arguments)
        if on_interrupt is None:
            return stream
        from coze_core import Rounds  # noqa: PLC0415  # loaded when it is used

        resumption = _Resumption(arguments["workflow_id"], max_rounds)

        def follow(
            result: events.WorkflowStreamResult,
        ) -> Stream[events.WorkflowEvent, events.WorkflowStreamResult] | None:
            asked = resumption.asked(result)
            answer = on_interrupt(asked) if asked else None
            if asked is None or answer is None:
                return None
            return self.stream_resume(**resumption.arguments(asked, answer))

        return Rounds(stream, follow)


class AsyncWorkflowRuns(workflows_runs.AsyncWorkflowsRuns):
    """The methods of ``workflows.runs``, and waiting for a run."""

    async def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[models.WorkflowRunHistory], object] | None = None,
        **arguments: Unpack[waiting.WorkflowsRunsCreateArguments],
    ) -> models.WorkflowRunHistory:
        """As `WorkflowRuns.create_and_poll`; ``on_progress`` may be async."""
        return await arun(_run(self, deadline, on_progress, arguments))

    def stream(
        self,
        *,
        on_interrupt: Callable[[models.WorkflowInterrupt], Awaitable[str | None] | str | None]
        | None = None,
        max_rounds: int = 10,
        **arguments: Unpack[waiting.WorkflowsRunsStreamArguments],
    ) -> AsyncStream[events.WorkflowEvent, events.WorkflowStreamResult]:
        """As `WorkflowRuns.stream`; ``on_interrupt`` may be async."""
        stream = super().stream(**arguments)
        if on_interrupt is None:
            return stream
        from coze_core import AsyncRounds  # noqa: PLC0415  # loaded when it is used

        resumption = _Resumption(arguments["workflow_id"], max_rounds)

        async def follow(
            result: events.WorkflowStreamResult,
        ) -> AsyncStream[events.WorkflowEvent, events.WorkflowStreamResult] | None:
            asked = resumption.asked(result)
            answer = on_interrupt(asked) if asked else None
            if isinstance(answer, Awaitable):
                answer = await answer
            if asked is None or answer is None:
                return None
            return self.stream_resume(**resumption.arguments(asked, answer))

        return AsyncRounds(stream, follow)


class _Resumption:
    """How an interrupted run goes on, and how often.

    Raises:
        CozeError: The number of rounds makes no sense.
    """

    def __init__(self, workflow_id: str, max_rounds: int) -> None:
        check_rounds("workflows.runs.stream", max_rounds)
        self._workflow_id = workflow_id
        self._rounds_left = self._max_rounds = max_rounds

    def asked(self, result: events.WorkflowStreamResult) -> models.WorkflowInterrupt | None:
        """Return the interrupt with which a round ended, if it did.

        Raises:
            CozeError: There were too many.
        """
        if not isinstance(result.end, models.WorkflowInterrupt):
            return None
        if not self._rounds_left:
            raise CozeError(
                f"workflows.runs.stream: interrupted again after {self._max_rounds} rounds. Allow "
                f"more with max_rounds=. [workflow_id={self._workflow_id}]"
            )
        self._rounds_left -= 1
        return result.end

    def arguments(
        self, asked: models.WorkflowInterrupt, answer: str
    ) -> waiting.WorkflowsRunsStreamResumeArguments:
        """Return the arguments of the resumption."""
        about = asked.interrupt_data
        return {
            "workflow_id": self._workflow_id,
            "event_id": about and about.event_id,
            "interrupt_type": about and about.type,
            "resume_data": answer,
        }


def _run(
    runs: Any, deadline: float | None, on_progress: Any, arguments: Any
) -> Job[models.WorkflowRunHistory]:
    polling = begin(runs, waiting.WORKFLOWS_RUNS_CREATE, deadline, on_progress)
    started: models.WorkflowRun = yield within(runs, polling).create(**arguments, is_async=True)
    execute_id = getattr(started, "execute_id", None)
    polling.started(workflow_id=arguments["workflow_id"], execute_id=execute_id)

    def ask() -> Job[models.WorkflowRunHistory | None]:
        found: Any = yield within(runs, polling).run_histories.retrieve(**polling.ids)
        return found[0] if type(found) is list and found else None  # pyright: ignore[reportUnknownVariableType]  # it may be anything

    return (yield from polled(polling, ask))


class Workflows(workflows.Workflows):
    """The methods of ``workflows``."""

    @cached_property
    def runs(self) -> WorkflowRuns:
        """The resource ``workflows.runs``."""
        return WorkflowRuns(self._client)


class AsyncWorkflows(workflows.AsyncWorkflows):
    """The methods of ``workflows``."""

    @cached_property
    def runs(self) -> AsyncWorkflowRuns:
        """The resource ``workflows.runs``."""
        return AsyncWorkflowRuns(self._client)
