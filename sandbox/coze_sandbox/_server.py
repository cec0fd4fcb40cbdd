"""The sandbox: a server in a thread."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import uvicorn

from coze_sandbox._application import Application
from coze_sandbox._delivery import Protocol
from coze_sandbox._document import load
from coze_sandbox._frames import SocketProtocol
from coze_sandbox._oauth import OAuth
from coze_sandbox._requests import RecordedRequest
from coze_sandbox._scenarios import Scenario

HOST = "127.0.0.1"
KEEP_ALIVE = 3600  # seconds; callers shall not meet connections that close while they rest


class Sandbox:
    """An offline server of the API on the loopback interface.

    It serves while it is entered, or from `start` to `stop`. Each sandbox has its own port,
    requests and scenarios, so several may run at once; it runs in a thread of its own, so the
    caller may be blocking, asyncio or trio.

    Args:
        document: the effective OpenAPI document, or the path of a JSON file; by default the one
            that the client was generated from.
        items: number of items in each collection.
        port: TCP port; 0 takes a free one.
        strict: refuse each request that breaks the document. Without it, what the service accepts
            in practice passes: null fields and empty query values are absent, headers that are
            always the same may be missing, a path with a single operation takes any method, and
            unknown names are noted in `requests`.

    Raises:
        ValueError: the document is none, or `items` is negative.
        OSError: the document cannot be read.
    """

    def __init__(
        self,
        document: Mapping[str, Any] | str | os.PathLike[str] | None = None,
        *,
        items: int = 45,
        port: int = 0,
        strict: bool = True,
    ) -> None:
        if items < 0:
            raise ValueError(f"items is {items}; it must be 0 or more")
        self._application = Application(load(document), items, strict=strict)
        self._port = port
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """The base URL.

        Raises:
            RuntimeError: the sandbox is not running.
        """
        if self._server is None:
            raise RuntimeError("the sandbox is not running; call start() or enter it by `with`")
        return f"http://{HOST}:{self._server.port}"

    @property
    def requests(self) -> list[RecordedRequest]:
        """The last 10,000 requests, with bodies of 64 MiB at most, oldest first.

        The list may be cleared.
        """
        return self._application.requests

    @property
    def oauth(self) -> OAuth:
        """The token service: register applications here, and let users decide."""
        return self._application.oauth

    def scenario(
        self, scenario: Scenario, *, operation: str | None = None, times: int | None = None
    ) -> None:
        """Queue a scenario for coming requests.

        A request meets one at most: that of its own header, else the first one that was given here,
        suits its operation and is not used up.

        Args:
            scenario: what they meet.
            operation: dotted name of the method that they call, such as `chat.stream`; `None`
                means every one.
            times: number of requests that meet it; `None` means every one from now on.

        Raises:
            ValueError: there is no such operation, or `times` is below 1.
        """
        self._application.scenarios.add(scenario, operation, times)

    def answer(
        self, operation: str, result: Any = None, *, items: Sequence[Any] | None = None
    ) -> None:
        """Set what an operation answers from now on.

        Args:
            operation: dotted name of the method, such as `bots.retrieve`.
            result: the result; the fields of an object replace those of the usual result.
            items: the whole collection of a list; the fields of an object replace those of the
                usual item.

        Raises:
            ValueError: there is no such operation, or it is not a list and `items` is given.
        """
        self._application.answers.set(operation, result, items)

    def reset(self) -> None:
        """Forget scenarios, answers, requests, what is under way, and the token service's state."""
        self._application.oauth = OAuth()
        self._application.scenarios.clear()
        self._application.requests.clear()
        self._application.answers.clear()

    def start(self) -> Self:
        """Start to serve; a sandbox that is running goes on.

        Raises:
            OSError: the port is taken.
        """
        if self._server is None:
            server = _Server(self._application, self._port)
            server.start()
            self._server = server
        return self

    def stop(self) -> None:
        """Close every connection and stop serving."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        """Start to serve; see `start`."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(uvicorn.Server):
    """uvicorn in a thread: it wakes when it shall stop, and lets nobody keep it from that."""

    def __init__(self, application: Application, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=Protocol,
                loop="asyncio",
                ws=SocketProtocol,
                ws_ping_interval=None,
                ws_per_message_deflate=False,
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=KEEP_ALIVE,
            )
        )
        self._listener = socket.create_server((HOST, port))
        self.port: int = self._listener.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve_here, name="coze-sandbox", daemon=True)

    def start(self) -> None:
        """Serve, from the return on.

        Raises:
            RuntimeError: uvicorn does not come up.
        """
        self._thread.start()
        self._ready.wait()
        if not self.started:
            raise RuntimeError("the server of the sandbox did not start; see its log")

    def stop(self) -> None:
        """Close every connection and end the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _serve_here(self) -> None:
        try:
            self.run([self._listener])
        finally:
            self._ready.set()

    async def main_loop(self) -> None:
        """Wait for the end; then drop what is still under way."""
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._ready.set()
        await self._stop.wait()
        self.force_exit = True
        for task in self.server_state.tasks:
            task.cancel()
        for connection in self.server_state.connections:
            connection.transport.abort()
