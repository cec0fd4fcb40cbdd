"""Streams of both clients, read to their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from coze_client import CozeError, UnknownEvent
from tests.client.calls import at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.runner import Runner

    Read = Callable[[str, str], "Outcome"]

CHAT: dict[str, Any] = {"bot_id": "1", "user_id": "u"}
RUN: dict[str, Any] = {"workflow_id": "1"}
WORKFLOW_CHAT: dict[str, Any] = {"workflow_id": "1", "additional_messages": [], "parameters": {}}
RESUME: dict[str, Any] = {
    "workflow_id": "1",
    "event_id": "e",
    "resume_data": "r",
    "interrupt_type": 2,
}
TOOLS: dict[str, Any] = {"conversation_id": "1", "chat_id": "2", "tool_outputs": []}
METHODS = {
    "chat.stream": CHAT,
    "chat.stream_submit_tool_outputs": TOOLS,
    "workflows.chat.stream": WORKFLOW_CHAT,
    "workflows.runs.stream": RUN,
    "workflows.runs.stream_resume": RESUME,
}


class Outcome(NamedTuple):
    """What came of a stream."""

    events: list[Any]
    error: CozeError | None

    @property
    def names(self) -> list[str]:
        return [
            event.name if isinstance(event, UnknownEvent) else event.event for event in self.events
        ]


@pytest.fixture
def read(run: Runner) -> Read:
    """Return a function that reads a stream from a server, and tells how it ended."""

    def read(url: str, path: str) -> Outcome:
        events: list[Any] = []
        made = at(run.coze("token", base_url=url, max_retries=0), path)(**METHODS[path])
        try:
            with run.entered(made) as stream:
                while True:
                    events.append(run.next(stream))
        except (StopIteration, StopAsyncIteration):
            return Outcome(events, None)
        except CozeError as error:
            return Outcome(events, error)

    return read
