"""What remembers which events were handled."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import Protocol

from coze_client.callbacks._errors import StoreFullError
from coze_core._fork import reset_in_children


class EventStore(Protocol):
    """Remembers events by a key, each with a few bytes, for some time.

    To share it between processes, write one over a database. `add`, `set` and `delete` must be
    atomic, as ``SET NX`` and scripts of Redis and single statements of SQL are. With
    `Receiver.areceive` and `ASGIApp` the methods are called in worker threads, so they may block.

    A delivery adds its claim, a random value, and replaces or deletes it when the handler is done:
    its own claim alone, for another delivery may have taken the event over by then.
    """

    def add(self, key: str, value: bytes, seconds: float) -> bool:
        """Remember a key for some seconds, unless it is known already.

        Returns:
            Whether the key is new.
        """
        ...

    def get(self, key: str) -> bytes | None:
        """Return the value of a key, or ``None``."""
        ...

    def set(self, key: str, value: bytes, seconds: float, claim: bytes) -> None:
        """Remember a value for some seconds, unless the key has another value than the claim."""
        ...

    def delete(self, key: str, claim: bytes) -> None:
        """Forget a key, if its value is the claim."""
        ...


class MemoryStore:
    """Remembers events in the memory of this process; safe for threads.

    When it is full of events that may still be repeated, it refuses further ones rather than
    forget: Coze then sends them again later.

    Args:
        limit: The greatest number of events. A hundred thousand take about 30 MB.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self._limit = limit
        self.reset_after_fork()
        self._entries: dict[str, tuple[bytes, float]] = {}
        reset_in_children(self)

    def reset_after_fork(self) -> None:
        """Make a lock of its own for a child: the thread that holds the other one is not there."""
        self._lock = Lock()

    def add(self, key: str, value: bytes, seconds: float) -> bool:
        """As `EventStore.add`.

        Raises:
            StoreFullError: The store is full.
        """
        now = monotonic()
        with self._lock:
            if key in self._entries and self._entries[key][1] > now:
                return False
            self._entries.pop(key, None)
            self._forget(now)
            if len(self._entries) >= self._limit:
                raise StoreFullError(
                    f"The store remembers {self._limit} events already. Give MemoryStore a higher "
                    "limit, the receiver a shorter window, or write a store over a database."
                )
            self._entries[key] = value, now + seconds
            return True

    def get(self, key: str) -> bytes | None:
        """As `EventStore.get`."""
        value, _ = self._entries.get(key, (None, 0))
        return value

    def set(self, key: str, value: bytes, seconds: float, claim: bytes) -> None:
        """As `EventStore.set`."""
        with self._lock:
            if self.get(key) in {None, claim}:
                self._entries[key] = value, monotonic() + seconds

    def delete(self, key: str, claim: bytes) -> None:
        """As `EventStore.delete`."""
        with self._lock:
            if self.get(key) == claim:
                del self._entries[key]

    def _forget(self, now: float) -> None:
        # In the order of arrival: an entry that ends early waits for those before it.
        while self._entries:
            oldest = next(iter(self._entries))
            if self._entries[oldest][1] > now:
                return
            del self._entries[oldest]
