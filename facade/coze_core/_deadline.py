"""A time limit for the whole of a call with its retries, or of a stream.

The limits of HTTP are for single phases, and each byte that arrives starts one of them anew. An
async client cancels what it waits for at the deadline. A sync client can't be woken: it gives no
phase more than the time that is left, and looks at the clock between phases and between chunks.
"""

from __future__ import annotations

from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec import Struct

from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError, APITimeoutError
from coze_core._lazy import Unset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator
    from contextlib import AbstractContextManager
    from typing import Self

    from coze_core._errors import APIError
    from coze_core._response import RequestInfo


class HTTPTimeout(Protocol):
    """The time limits of one request in seconds, such as an `httpx.Timeout`; ``None``: no limit.

    Attributes:
        connect: For a connection to be made.
        read: For the next bytes to arrive.
        write: For the next bytes to be sent.
        pool: For a connection to become free.
    """

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None


class Timeout(NamedTuple):
    """The time limits of one request in seconds, as in `HTTPTimeout`."""

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None


class Timeouts(NamedTuple):
    """The time limits of calls and of streams."""

    call: Timeout
    stream: Timeout


_DEFAULT = Timeouts(Timeout(10, 60, 60, 60), Timeout(10, 300, 60, 60))
_DEFAULT_OF_HTTPX = Timeout(5, 5, 5, 5)


def timeouts(
    timeout: float | HTTPTimeout | Unset | None, of_client: HTTPTimeout | None = None
) -> Timeouts:
    """Return the time limits to use.

    Args:
        timeout: What the user asked for: seconds for each phase, a timeout of httpx, ``None`` for
            no limit, or nothing.
        of_client: The limits of the user's own client; they count unless they are the defaults.

    Raises:
        CozeError: The number of seconds makes no sense.
    """
    if isinstance(timeout, Unset):
        limits = _DEFAULT_OF_HTTPX if of_client is None else _limits(of_client)
        return _DEFAULT if limits == _DEFAULT_OF_HTTPX else Timeouts(limits, limits)
    limits = _limits(timeout)
    return Timeouts(limits, limits)


def _limits(timeout: float | HTTPTimeout | None) -> Timeout:
    if isinstance(timeout, int | float) and not 0 < timeout < inf:
        raise CozeError(f"timeout is {timeout}. Pass seconds above 0, or None for no limit.")
    if timeout is None or isinstance(timeout, int | float):
        return Timeout(timeout, timeout, timeout, timeout)
    return Timeout(timeout.connect, timeout.read, timeout.write, timeout.pool)


_SHORTEST = 0.001  # seconds: a time limit of 0 would not wait at all


class TimedRequest(Protocol):
    """What a deadline needs of a request."""

    timeout: Timeout
    info: RequestInfo

    @property
    def operation(self) -> str: ...


class Deadline(Struct, frozen=True):
    """The seconds that something may take, and the moment at which they are over.

    Attributes:
        seconds: The seconds.
        at: The moment, of the monotonic clock; infinity before it has begun.
    """

    seconds: float
    at: float = inf

    @property
    def left(self) -> float:
        """The seconds that are left, at least 0."""
        return max(0.0, self.at - monotonic())

    def begun(self) -> Deadline:
        """Return the same with its moment, which begins now unless it has begun already."""
        return self if self.at < inf else Deadline(self.seconds, monotonic() + self.seconds)

    def error(self, request: TimedRequest, *, sent: bool = True, why: str = "") -> APITimeoutError:
        """Return the error of a request that is not done in time."""
        return APITimeoutError(
            f"{request.operation}: not done within the deadline of {round(self.seconds, 3)} s"
            f"{why}. Allow more with with_options(deadline=...). [{request.info}]",
            phase="deadline",
            seconds=self.seconds,
            sent=sent,
            request=request.info,
        )

    def limit(self, request: TimedRequest) -> None:
        """Let no phase of a request take more than the time that is left.

        Raises:
            APITimeoutError: None is left.
        """
        left = self.left
        if not left:
            raise self.error(request, sent=False)
        request.timeout = Timeout(
            *(
                max(_SHORTEST, left if limit is None else min(limit, left))
                for limit in request.timeout
            )
        )

    @contextmanager
    def scope(self, request: TimedRequest, *, sent: bool = True) -> Generator[None]:
        """Cancel an async block, which may have sent the request, at the deadline.

        Raises:
            APITimeoutError: It was cancelled.
        """
        from anyio import move_on_after

        with move_on_after(self.left) as scope:
            yield
        if scope.cancelled_caught:
            raise self.error(request, sent=sent)

    def chunks(self, chunks: AsyncIterator[bytes], request: TimedRequest) -> AsyncIterator[bytes]:
        """Cancel waiting for one of the chunks at the deadline.

        Raises:
            APITimeoutError: It was cancelled.
        """
        return _Chunks(chunks, lambda: self.scope(request))

    def instead_of(
        self, attempt: APIError | APIConnectionError, request: TimedRequest
    ) -> CozeError:
        """Return the error of a call whose last attempt failed, and the next would be too late."""
        if isinstance(attempt, APITimeoutError) and attempt.phase == "deadline":
            return attempt
        sent = not isinstance(attempt, APIConnectionError) or attempt.sent
        why = f"; the last attempt failed: {type(attempt).__name__}"
        error = self.error(request, sent=sent, why=why)
        error.__cause__ = attempt
        return error


class _Chunks:
    """Chunks, each awaited in a scope. No async generator: dropped half-way, those trouble trio."""

    def __init__(
        self, chunks: AsyncIterator[bytes], scope: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._chunks = chunks
        self._scope = scope

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        with self._scope():
            return await anext(self._chunks)


def checked_deadline(seconds: float | None) -> Deadline | None:
    """Return the deadline that a user asked for; ``None`` is none.

    Raises:
        CozeError: This is not a number of seconds.
    """
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):  # pyright: ignore[reportUnnecessaryIsInstance]  # of users without a checker
        raise CozeError(f"deadline must be a number of seconds, got {type(seconds).__name__}.")
    if not 0 < seconds < inf:
        raise CozeError(f"deadline is {seconds}. Pass seconds above 0, or None for no deadline.")
    return Deadline(seconds)
