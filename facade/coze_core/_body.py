"""What one sending of a request brings: an answer, whole or with its body still to come."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Mapping

    from coze_core._errors import CozeError

B_co = TypeVar("B_co", covariant=True)


class _AnyBody(Protocol):
    @property
    def stopped(self) -> bool:
        """Whether `Body.close` was called, from wherever: then reading ends without an error."""
        ...

    @property
    def secret(self) -> str:
        """The token that was sent, so that errors can leave it out."""
        ...

    def explain(self, error: CozeError) -> None:
        """Attach the request to an error about the body, for its report."""
        ...


class Body(_AnyBody, Protocol):
    """A body that is still on its way. It holds a connection until it is read or released.

    It is read in one thread at a time; any other may close it, which wakes the reader.
    """

    def iter_bytes(self) -> Iterator[bytes]:
        """Iterate over the body in pieces, decompressed.

        Raises:
            APIConnectionError: The body ended early.
            CozeError: It was released, another thread reads it, or another process opened it.
        """
        ...

    def close(self, *, drain: bool = False) -> None:
        """Stop reading, by the user's own hand, and give the connection back.

        Args:
            drain: Whether the rest is worthless and short: it is read for some milliseconds, so
                that the connection can be used again.
        """
        ...

    def release(self) -> None:
        """Give the connection back; more than once does no harm."""
        ...


class AsyncBody(_AnyBody, Protocol):
    """The async twin of `Body`."""

    def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        """As `Body.iter_bytes`."""
        ...

    async def aclose(self, *, drain: bool = False) -> None:
        """As `Body.close`."""
        ...

    async def release(self) -> None:
        """As `Body.release`."""
        ...


class RawResponse(NamedTuple, Generic[B_co]):
    """The answer to one sending of a request.

    Attributes:
        status_code: The HTTP status.
        headers: The headers; names in any case.
        body: The whole body, or nothing while it is still to come.
        live: The body that is still to come, if the request wanted it so.
        secret: The token that was sent, so that errors can leave it out.
    """

    status_code: int
    headers: Mapping[str, str]
    body: bytes
    live: B_co | None
    secret: str

    def __repr__(self) -> str:
        return f"<RawResponse {self.status_code}>"


def release_on_gc(owner: object, body: Body) -> weakref.finalize[..., object]:
    """Release a body when its owner is garbage-collected without closing it.

    That happens in a thread of its own: a garbage collection may run at any time, also while its
    thread holds the lock of the connection pool.

    Returns:
        What to ``detach`` once the body is closed.
    """
    return _finalizer(owner, body.release)


def arelease_on_gc(owner: object, body: AsyncBody) -> weakref.finalize[..., object]:
    """Do the same on the present event loop, which must still run then.

    Returns:
        What to ``detach`` once the body is closed.
    """
    from anyio import from_thread, lowlevel

    return _finalizer(owner, partial(from_thread.run, body.release, token=lowlevel.current_token()))


def _finalizer(owner: object, release: Callable[[], object]) -> weakref.finalize[..., object]:
    finalizer = weakref.finalize(owner, _in_thread, release, os.getpid())
    finalizer.atexit = False
    return finalizer


def _in_thread(release: Callable[[], object], process: int) -> None:
    if process == os.getpid():
        threading.Thread(target=_quietly, args=[release], daemon=True).start()


def _quietly(release: Callable[[], object]) -> None:
    with suppress(Exception):  # nobody is left to hear of it
        release()
