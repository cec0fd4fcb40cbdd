"""The time limits of calls and of streams."""

from __future__ import annotations

from math import inf
from typing import NamedTuple, Protocol

from coze_core._errors import CozeError
from coze_core._unset import Unset


class HTTPTimeout(Protocol):
    """The time limits of one request in seconds, such as an `httpx.Timeout`; ``None``: no limit."""

    @property
    def connect(self) -> float | None:
        """For a connection to be made."""
        ...

    @property
    def read(self) -> float | None:
        """For the next bytes to arrive."""
        ...

    @property
    def write(self) -> float | None:
        """For the next bytes to be sent."""
        ...

    @property
    def pool(self) -> float | None:
        """For a connection to become free."""
        ...


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
