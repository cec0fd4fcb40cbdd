"""What the jobs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coze_core import CozeError, Polling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from coze_core import Wait


def within(resource: Any, seconds: float | None) -> Any:
    """Return a resource whose calls take so many seconds at most."""
    client = resource._client  # noqa: SLF001  # public names are the API's
    settings = client.settings.changed(deadline=seconds)
    return resource._rebound(client.with_settings(settings))  # noqa: SLF001  # as above


def waiting_for(  # noqa: PLR0913, PLR0917  # the parts of one wait
    resource: Any,
    wait: Wait,
    ids: Mapping[str, object],
    deadline: float | None,
    on_progress: Callable[[Any], object] | None,
    subjects: Callable[[Any], Sequence[Any]] | None = None,
) -> Polling[Any]:
    """Begin a wait; see `Polling`.

    Args:
        resource: The resource that started it.
        wait: What the states mean.
        ids: What identifies what was started.
        deadline: Seconds for the whole wait.
        on_progress: Called after each poll, with the subject, or with the list of them.
        subjects: Takes a list of subjects out of what a poll returned, if that is none itself.

    Raises:
        CozeError: The API started it without an id, so nothing can be waited for.
    """
    for name, value in ids.items():
        if not value:
            raise CozeError(f"{wait.operation}: the API answered without a {name} to wait for.")
    errors = resource._client.settings.errors  # noqa: SLF001  # as above
    return Polling(wait, errors, ids, deadline=deadline, subjects=subjects, on_progress=on_progress)


def check_rounds(operation: str, max_rounds: int) -> None:
    """Check how often may be answered.

    Raises:
        CozeError: It is no number from 1.
    """
    if type(max_rounds) is not int or max_rounds < 1:
        raise CozeError(f"{operation}: max_rounds is {max_rounds!r}. Pass a number from 1.")
