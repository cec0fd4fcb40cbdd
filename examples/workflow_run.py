"""Run a workflow in the background, and wait: python examples/workflow_run.py WORKFLOW_ID."""

import sys

from coze_client import Coze

_, workflow_id = sys.argv

with Coze() as coze:
    history = coze.workflows.runs.create_and_poll(
        workflow_id=workflow_id, parameters={"input": "hi"}, deadline=300
    )
    print(history.execute_status, history.output)
