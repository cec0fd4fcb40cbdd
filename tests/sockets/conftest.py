from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from coze_core._ws._timing import Timing
from tests.auth.conftest import jwt_auth, keys
from tests.core.conftest import run, short_pauses
from tests.sockets.peer import PeerServer
from tests.sockets.socket_samples import CHAT, AsyncChatSocket, ChatSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coze_core import CozeError
    from tests.core.conftest import Runner
    from tests.sockets.peer import Peer

__all__ = ["jwt_auth", "keys", "run", "short_pauses"]

NORMAL = Timing()
QUICK = Timing(interval=0.1, patience=0.1, closing=0.3)


class Talk:
    """An open socket, sync or async, that is used from outside of its event loop."""

    def __init__(self, run: Runner, socket: Any) -> None:
        self.run = run
        self.socket = socket

    def next(self) -> Any:
        return self.run(self.socket.__next__ if self.run.portal is None else self.socket.__anext__)

    def all(self, iterator: Any = None) -> list[Any]:
        """Return the events of an iterator, by default all until the end."""
        got, error = self.read(iterator)
        if error:
            raise error
        return got

    def read(self, iterator: Any = None) -> tuple[list[Any], Exception | None]:
        """Return the events of an iterator, and the error that ends it, if one does."""
        got: list[Any] = []
        source = self.socket if iterator is None else iterator

        async def collect() -> None:
            async for event in source:
                got.append(event)  # noqa: PERF401  # what came before an error counts

        try:
            if self.run.portal is None:
                for event in source:
                    got.append(event)  # noqa: PERF402  # as above
            else:
                self.run(collect)
        except Exception as error:  # noqa: BLE001  # the test looks at it
            return got, error
        return got, None

    def turn(self) -> list[Any]:
        return self.all(self.run_sync(self.socket.turn))

    def until(self, name: str) -> list[Any]:
        return self.all(self.run_sync(self.socket.until, name))

    def say(self, content: str = "hi") -> None:
        self.run(self.socket.message.create, content=content)

    def send(self, name: str, data: object = None) -> None:
        event = {"event_type": name} if data is None else {"event_type": name, "data": data}
        self.run(self.socket.send, event)

    def pipe(self, source: Any) -> Any:
        return self.run_sync(self.socket.pipe, source)

    def close(self) -> None:
        self.run(self.socket.close if self.run.portal is None else self.socket.aclose)

    def run_sync(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call what is no coroutine function, in the event loop if there is one."""
        if self.run.portal is None:
            return function(*args)

        async def call() -> Any:
            return function(*args)

        return self.run(call)


def kinds(timing: Timing = NORMAL) -> tuple[Any, Any]:
    return (
        type("ChatSocket", (ChatSocket,), {"_timing": timing}),
        type("AsyncChatSocket", (AsyncChatSocket,), {"_timing": timing}),
    )


@pytest.fixture
def peers() -> Iterator[Callable[..., PeerServer]]:
    with ExitStack() as stack:

        def start(*scripts: Callable[[Peer], object], **options: Any) -> PeerServer:
            return stack.enter_context(PeerServer(*scripts, **options))

        yield start


def entered(run: Runner, made: Any) -> AbstractContextManager[Any]:
    return made if run.portal is None else run.portal.wrap_async_context_manager(made)


@pytest.fixture
def talk(run: Runner) -> Callable[..., Any]:
    """Open a socket by a client of the server."""

    @contextmanager
    def opened(
        server: Any,
        *,
        operation: Any = CHAT,
        timing: Timing = NORMAL,
        reconnect: int = 0,
        query: dict[str, object] | None = None,
        **options: Any,
    ) -> Iterator[Talk]:
        client = run.client(server, **options)
        sync, other = kinds(timing)
        kind = sync if run.portal is None else other
        made = client.socket(operation, kind, reconnect, query=query or {"bot_id": "7"})
        with entered(run, made) as socket:
            yield Talk(run, socket)

    return opened


def names(events: list[Any]) -> list[str]:
    return [event.event_type for event in events]


def is_(error: CozeError | None, kind: type) -> Any:
    assert type(error) is kind, repr(error)
    return error
