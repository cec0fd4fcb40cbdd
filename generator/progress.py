"""Shows the steps of a build: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console
    from rich.status import Status


class Progress:
    """Prints each step with the seconds that it took.

    Args:
        console: Where to print; a terminal shows the running step live.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._name = ""
        self._started = 0.0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status("")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._finish()
        if self._status:
            self._status.stop()

    def step(self, name: str) -> None:
        """Begin a step, which ends the one before."""
        self._finish()
        self._name, self._started = name, time.perf_counter()
        if self._status:
            self._status.update(name)

    def _finish(self) -> None:
        if self._name:
            seconds = time.perf_counter() - self._started
            self._console.print(f"{self._name:<16}{seconds:6.2f} s", markup=False)
            self._name = ""
