"""Stream a workflow, and answer its questions: python examples/workflow_stream.py WORKFLOW_ID."""

import sys

from coze_client import Coze, models

_, workflow_id = sys.argv


def answer(interrupt: models.WorkflowInterrupt) -> str:
    """Return what the workflow is resumed with."""
    return input(f"{interrupt.node_title}? ")


with (
    Coze() as coze,
    coze.workflows.runs.stream(
        workflow_id=workflow_id, parameters={"input": "hi"}, on_interrupt=answer
    ) as stream,
):
    for event in stream:
        if event.event == "Message":
            print(event.data.node_title, event.data.content)
