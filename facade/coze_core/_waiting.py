"""Wait for what an operation started.

A poll returns the state of a subject, or of several that were started together. What a state means
is data (`Wait`); the pauses grow; a poll without a result counts as one that has not ended. Nothing
here knows an operation, and nothing is sent but polls.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from math import inf
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar, cast

from coze_core._coze_error import CozeError
from coze_core._errors import APIError, APITimeoutError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coze_core._errors import ErrorTable

T = TypeVar("T")

_FIRST_PAUSE = 0.5  # seconds
_GROWTH = 1.5
_LONGEST_PAUSE = 5.0


class Wait(NamedTuple):
    """How the state of what an operation starts is read.

    Attributes:
        operation: The operation that starts it.
        state: The attribute of a subject that holds its state; dotted where it lies deeper.
        pending: The states in which it goes on; so it does in unknown ones.
        succeeded: The states in which it has ended well.
        failed: The states in which it has ended badly.
        action: The states in which it waits for the caller.
        code: The attribute that holds the error code of a failure.
        message: The attribute that holds its words.
    """

    operation: str
    state: str
    pending: frozenset[str | int]
    succeeded: frozenset[str | int]
    failed: frozenset[str | int]
    action: frozenset[str | int] = frozenset()
    code: str = ""
    message: str = ""


class Polling(Generic[T]):
    """The decisions of one wait, without I/O.

    Args:
        wait: What the states mean.
        errors: The error codes of the API.
        deadline: Seconds for the whole, the start included; they begin now. ``None``: no limit.
        on_progress: Called with what each poll found; it may be async where the calls are.

    Raises:
        CozeError: The deadline is not above 0.

    Attributes:
        ids: What identifies the subject, once it is started.
        expired: Whether the deadline has passed.
    """

    def __init__(
        self,
        wait: Wait,
        errors: ErrorTable,
        *,
        deadline: float | None,
        on_progress: Callable[[T], object] | None = None,
    ) -> None:
        check_deadline(wait.operation, deadline)
        self._wait = wait
        self._errors = errors
        self._seconds = deadline
        self._end = inf if deadline is None else monotonic() + deadline
        self.on_progress = on_progress
        self.ids: Mapping[str, object] = {}
        self._subjects = 1
        self.expired = False
        self._pause = _FIRST_PAUSE
        self._state: object = None

    @property
    def left(self) -> float | None:
        """Return the seconds until the deadline, for a request."""
        return None if self._end == inf else max(self._end - monotonic(), 0.001)

    def started(self, *, subjects: int = 1, **ids: object) -> None:
        """Take what identifies the subject, or several, all of which are waited for.

        Raises:
            CozeError: An id is missing, so nothing can be waited for.
        """
        for name, value in ids.items():
            if not value:
                raise CozeError(f"{self._wait.operation}: the answer has no {name} to wait for.")
        self.ids, self._subjects = ids, subjects

    def has_ended(self, found: T) -> bool:
        """Take what a poll found, a subject or a list; return whether none of all is pending.

        Raises:
            APIError: A subject has ended badly.
        """
        subjects = cast("list[object]", found) if isinstance(found, list) else [found]
        states = [_attribute(one, self._wait.state) for one in subjects]
        self._state = states[0] if len(states) == 1 else states
        for subject, state in zip(subjects, states, strict=True):
            if _is_among(state, self._wait.failed):
                raise self._failure(subject, state)
        ended = self._wait.succeeded | self._wait.action
        return len(states) >= self._subjects and all(_is_among(state, ended) for state in states)

    def pause(self) -> float:
        """Return the seconds until the next poll.

        Raises:
            APITimeoutError: The deadline has passed, or will have passed by then.
        """
        pause = self._pause
        if monotonic() + pause > self._end:
            raise self._timeout()
        self._pause = min(pause * _GROWTH, _LONGEST_PAUSE)
        return pause

    def late(self, error: APITimeoutError) -> APITimeoutError:
        """Return the error of a poll that took too long: of the whole, if its deadline passed."""
        return self._timeout() if monotonic() >= self._end else error

    def _timeout(self) -> APITimeoutError:
        self.expired = True
        return APITimeoutError(
            f"{self._wait.operation}: not done within {self._seconds:g} s, last state "
            f"{self._state!r}. It goes on at the API: wait for it again, or allow more seconds "
            f"with deadline=. [{_shown(self.ids)}]",
            phase="deadline",
            seconds=self._seconds,
        )

    def _failure(self, subject: object, state: object) -> APIError:
        from coze_core._failures import job_error

        return job_error(
            self._wait.operation,
            self._errors,
            subject,
            code=_attribute(subject, self._wait.code),
            msg=_attribute(subject, self._wait.message),
            what=f"ended with {self._wait.state} {state!r} ({_shown(self.ids)})",
        )


class Pause(NamedTuple):
    """A step of a job: wait so many seconds."""

    seconds: float


Job: TypeAlias = Generator[Any, Any, T]
"""Calls in a row, without I/O: yields a `Pause`, or what a call returned or is awaited for."""


def polled(polling: Polling[T], ask: Callable[[], Job[T | None]]) -> Job[T]:
    """Poll until the subject has ended or waits for the caller; return what the last poll found.

    Args:
        polling: The wait.
        ask: A poll: it finds a subject, several, or nothing yet.

    Raises:
        APIError: It has ended badly, or a poll failed.
        APITimeoutError: The deadline has passed.
    """
    while True:
        yield Pause(polling.pause())
        try:
            found = yield from ask()
        except APIError as error:
            if error.code != 0:  # a success without a result
                raise
            continue
        except APITimeoutError as error:
            raise polling.late(error) from error.__cause__
        if not found:
            continue
        if polling.on_progress:
            yield polling.on_progress(found)
        if polling.has_ended(found):
            return found


def run(job: Job[T]) -> T:
    """Carry a job out."""
    try:
        step = next(job)
        while True:
            if isinstance(step, Pause):
                sleep(step.seconds)
            step = job.send(step)
    except StopIteration as end:
        return cast("T", end.value)


async def arun(job: Job[T]) -> T:
    """Carry a job out whose calls are awaited."""
    import anyio

    try:
        step = next(job)
        while True:
            try:
                if isinstance(step, Pause):
                    await anyio.sleep(step.seconds)
                awaited = isinstance(step, Awaitable)
                value = await cast("Awaitable[Any]", step) if awaited else step
            except Exception as error:  # noqa: BLE001  # the job decides
                step = job.throw(error)
            else:
                step = job.send(value)
    except StopIteration as end:
        return cast("T", end.value)


def check_deadline(operation: str, deadline: float | None) -> None:
    """Check the seconds of a wait.

    Raises:
        CozeError: They are not above 0.
    """
    is_number = isinstance(deadline, int | float)
    if deadline is not None and not (is_number and 0 < deadline < inf):
        raise CozeError(
            f"{operation}: deadline is {deadline!r}. Pass seconds above 0, or None for no limit."
        )


def _is_among(state: object, states: frozenset[str | int]) -> bool:
    """Whether a state is one of several; a number may be a text, and what is neither is none."""
    return str(state) in map(str, states)


def _attribute(value: object, place: str) -> object:
    for step in filter(None, place.split(".")):
        value = getattr(value, step, None)
    return value if place else None


def _shown(ids: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in ids.items())
