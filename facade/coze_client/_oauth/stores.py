"""Where tokens are kept between calls, and between runs of a program."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock
from typing import Protocol

from coze_client._oauth.token import OAuthToken
from coze_core import CozeError
from coze_core._fork import reset_in_children

_LOCK_TIMEOUT = 60.0


class TokenStore(Protocol):
    """Keeps the token of one login.

    The methods may block: async clients call them in worker threads, so `lock` may be left in
    another thread than it was entered in.
    """

    def load(self) -> OAuthToken | None:
        """Return the token that was saved last, or ``None`` if there is none."""
        ...

    def save(self, token: OAuthToken) -> None:
        """Keep a token in place of the one before, whose refresh token is void now."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Keep other users of the same store from renewing the token at the same time.

        A refresh token works once, so it is held from `load` to `save`. Where nobody else uses the
        store it may do nothing.
        """
        ...


class MemoryTokenStore:
    """Keeps the token until the program ends.

    Several authentications may share it, but no processes, not even forked ones: use a
    `FileTokenStore` for these.

    Args:
        token: The token of an earlier login.
    """

    def __init__(self, token: OAuthToken | None = None) -> None:
        self._token = token
        self.reset_after_fork()
        reset_in_children(self)

    def reset_after_fork(self) -> None:
        """Make a lock of its own for a child: the thread that holds the other one is not there."""
        self._lock = Lock()

    def load(self) -> OAuthToken | None:
        """As `TokenStore.load`."""
        return self._token

    def save(self, token: OAuthToken) -> None:
        """As `TokenStore.save`."""
        self._token = token

    def lock(self) -> AbstractContextManager[object]:
        """As `TokenStore.lock`.

        Raises:
            CozeError: Another authentication holds it for more than a minute.
        """
        return held(self._lock, _LOCK_TIMEOUT)


class StoreLock:
    """The lock of a store, which is released even if it is acquired after the last one has left."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self._stack = ExitStack()
        self._closed = False

    def acquire(self) -> None:
        """Wait for the lock; this may take place in a worker thread."""
        self._stack.enter_context(self._store.lock())
        if self._closed:
            self._stack.close()

    def close(self) -> None:
        """Release the lock."""
        self._closed = True
        self._stack.close()


@contextmanager
def held(lock: Lock, timeout: float) -> Generator[None]:
    """Hold a lock, for which another holder is waited some seconds.

    Raises:
        CozeError: Another one held it all the time.
    """
    if not lock.acquire(timeout=timeout):
        raise CozeError(
            f"Another call has been renewing the stored token for {timeout:g} s. In async code, "
            "use AsyncCoze; else check the network, and try again."
        )
    try:
        yield
    finally:
        lock.release()
