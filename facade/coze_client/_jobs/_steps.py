"""What the jobs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coze_core import CozeError, Polling
from coze_core._deadline import Deadline

if TYPE_CHECKING:
    from coze_core import Wait

DEADLINE = 600.0
"""Seconds that a job may take unless the caller says otherwise."""


def begin(resource: Any, wait: Wait, deadline: float | None, on_progress: Any) -> Polling[Any]:
    """Begin a wait; see `Polling`.

    Raises:
        CozeError: The deadline is not above 0.
    """
    errors = resource._client.settings.errors  # noqa: SLF001  # public names are the API's
    return Polling(wait, errors, deadline=deadline, on_progress=on_progress)


def within(resource: Any, polling: Polling[Any]) -> Any:
    """Return a resource whose calls take no longer than what is left of a wait."""
    client = resource._client  # noqa: SLF001  # as above
    settings, left = client.settings, polling.left
    if left is None or (settings.deadline and settings.deadline.seconds < left):
        return resource
    settings = settings._replace(deadline=Deadline(left))
    return resource._rebound(client.with_settings(settings))  # noqa: SLF001  # as above


def check_rounds(operation: str, max_rounds: int) -> None:
    """Check how often may be answered.

    Raises:
        CozeError: It is not a number from 1.
    """
    if type(max_rounds) is not int or max_rounds < 1:
        raise CozeError(f"{operation}: max_rounds is {max_rounds!r}. Pass a number from 1.")
