"""The current token, and its renewal, which any number of threads and tasks wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from copy import copy
from threading import Event, Lock, get_ident
from time import monotonic, time
from typing import Any

import anyio
from anyio.lowlevel import current_token

from coze_client._oauth.steps import Steps
from coze_client._oauth.token import OAuthToken
from coze_core import APIError, APITimeoutError, CozeError, RateLimitError, ServerError
from coze_core._fork import reset_in_children

_TIMEOUT = 60.0
_running: set[asyncio.Task[None]] = set()


class Renewal:
    """A renewal under way, for which those who did not start it wait some seconds.

    Attributes:
        steps: What it does.
        token: What it brought.
        failure: Why it brought nothing.
    """

    def __init__(self, timeout: float = _TIMEOUT) -> None:
        self.steps: Steps[OAuthToken] | None = None
        self.token: OAuthToken | None = None
        self.failure: BaseException | None = None
        self._timeout = timeout
        self._began = monotonic()
        self._thread = get_ident()
        self._loop = _running_loop()
        self._lock = Lock()
        self._finished = False
        self._waiting: list[Callable[[], object]] = []

    @property
    def is_stale(self) -> bool:
        """Whether nobody waits for it any more, so that another one is due."""
        return self._is_stopped or monotonic() > self._began + self._timeout

    @property
    def _is_stopped(self) -> bool:
        """Whether it can't go on: the event loop that runs it has stopped, perhaps for good."""
        return self._loop is not None and not self._loop.is_running()

    def abandon(self) -> None:
        """Release what a stopped renewal holds: the lock of the store."""
        if self._is_stopped and self.steps is not None:
            with suppress(ValueError):  # its loop has gone on at this moment
                self.steps.close()

    def finish(self, token: OAuthToken | None = None, failure: BaseException | None = None) -> None:
        """End it, and wake all who wait; only the first end counts."""
        with self._lock:
            if self._finished:
                return
            self.token, self.failure, self._finished = token, failure, True
        for wake in self._waiting:
            with suppress(RuntimeError):  # the event loop of the one who waited has ended
                wake()

    def wait(self) -> None:
        """Wait in a thread that did not start it.

        Raises:
            CozeError: This thread runs the event loop that has to go on for it to end.
            APITimeoutError: It takes too long.
        """
        if self._thread == get_ident():
            raise CozeError(
                "A token is being fetched by the event loop of this thread, which this synchronous "
                "call would stop for good. Use AsyncCoze here, or call Coze in a worker thread."
            )
        event = Event()
        self._on_finish(event.set)
        if not event.wait(self._timeout):
            raise self._too_late()

    async def wait_async(self, *, mine: bool) -> None:
        """Wait in a task; where it started the renewal, that alone limits the waiting.

        Raises:
            APITimeoutError: It takes too long.
        """
        event = anyio.Event()
        loop: Any = current_token().native_token
        schedule = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
        self._on_finish(lambda: schedule(event.set))
        with anyio.move_on_after(None if mine else self._timeout):
            await event.wait()
        if not self._finished:
            raise self._too_late()

    def _on_finish(self, wake: Callable[[], object]) -> None:
        with self._lock:
            if not self._finished:
                self._waiting.append(wake)
                return
        wake()

    def _too_late(self) -> APITimeoutError:
        return APITimeoutError(
            f"Another call has been fetching a token for {self._timeout:g} s without an answer. "
            "Check the network, and try again.",
            phase="read",
            seconds=self._timeout,
            sent=False,
        )


class TokenCache:
    """Keeps one token, and lets one caller at a time renew it.

    Attributes:
        unsaved: A token that was issued, and that the store has not taken yet.
    """

    def __init__(self) -> None:
        self._token: OAuthToken | None = None
        self.reset_after_fork()
        reset_in_children(self)

    def reset_after_fork(self) -> None:
        """Forget the renewal of the parent, and the token that the parent has yet to save."""
        self._lock = Lock()
        self._renewal: Renewal | None = None
        self.unsaved: OAuthToken | None = None

    def current(self, rejected: str) -> OAuthToken | None:
        """Return the token, if it is still good, and not the one that the API has refused."""
        token = self._token
        good = token and token.access_token != rejected and token.is_fresh(time())
        return token if good else None

    def join_or_start(self, rejected: str) -> OAuthToken | tuple[Renewal, bool]:
        """Return the token, or the renewal to wait for and whether the caller has to run it."""
        with self._lock:
            if token := self.current(rejected):
                return token
            stale = self._renewal
            if stale and not stale.is_stale:
                return stale, False
            self._renewal = renewal = Renewal()
        if stale:
            stale.abandon()
        return renewal, True

    def put(self, token: OAuthToken) -> None:
        """Keep a token that was got in another way."""
        with self._lock:
            self._token = token

    def finish(
        self,
        renewal: Renewal,
        token: OAuthToken | None = None,
        failure: BaseException | None = None,
    ) -> None:
        """End a renewal: keep the token if there is one, and wake all who wait."""
        with self._lock:
            self._token = token or self._token
            if self._renewal is renewal:
                self._renewal = None
        renewal.finish(token, failure)

    @staticmethod
    def result(renewal: Renewal, rejected: str, *, mine: bool, again: bool) -> OAuthToken | None:
        """Return what a renewal brought.

        Args:
            renewal: The renewal, which has ended.
            rejected: A token that the API has refused, or nothing.
            mine: Whether the caller ran it.
            again: Whether the caller has waited for another one before.

        Returns:
            The token, or ``None`` where the caller has to try again itself.

        Raises:
            BaseException: Why there is no token; to the others only if it holds for them as well.
        """
        if renewal.token:
            return renewal.token if mine or renewal.token.access_token != rejected else None
        if mine and renewal.failure:
            raise renewal.failure
        # Nobody waits for a third renewal: without a network, many would wait for each other.
        if isinstance(renewal.failure, CozeError) and (again or _holds_for_all(renewal.failure)):
            raise copy(renewal.failure) from renewal.failure
        return None


def _holds_for_all(failure: CozeError) -> bool:
    """Whether it is what the API says about the credentials; anything else may pass."""
    return isinstance(failure, APIError) and not isinstance(failure, RateLimitError | ServerError)


def run_detached(
    function: Callable[[], Coroutine[Any, Any, None]], at_end: Callable[[], object]
) -> None:
    """Run an async function detached, so that cancelling the current task does not cancel it.

    Args:
        function: What runs; it raises nothing but what cancels it.
        at_end: Called afterwards, also if the event loop ends before the function has begun.
    """
    loop = _running_loop()
    if loop is not None:
        task = loop.create_task(function())
        _running.add(task)  # the loop itself would forget it
        task.add_done_callback(_running.discard)
        task.add_done_callback(lambda _: at_end())
        return
    from trio.lowlevel import spawn_system_task  # noqa: PLC0415  # not everyone has it

    spawn_system_task(function)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:  # in a thread, or in trio, which ends what it runs
        return None
