"""A server on the loopback interface that answers as it was told, and packages that call it."""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Sent(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server(ThreadingHTTPServer):
    """Answers each request with the reply that was set, and keeps the last request."""

    daemon_threads = True
    reply: tuple[int, str, Any] = (204, "", b"")
    sent: Sent


class _Handler(BaseHTTPRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", 0))
        body = self.rfile.read(length) if length else b"".join(self._chunks(headers))
        self.server.sent = Sent(self.command, self.path, headers, body)
        status, media_type, answer = self.server.reply
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        if media_type:
            self.send_header("Content-Type", media_type)
        if status != 204:  # which has no body, and so no length of one
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:  # as above
            self.wfile.write(content)

    def _chunks(self, headers: dict[str, str]) -> Iterator[bytes]:
        while headers.get("transfer-encoding") == "chunked":
            size = int(self.rfile.readline(), 16)
            yield self.rfile.read(size)
            self.rfile.readline()
            if not size:
                break

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as its base has it
        pass


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server in a thread of its own."""
    with Server(("127.0.0.1", 0), _Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def imported(folder: Path) -> Iterator[None]:
    """Make the package ``coze_api`` of a folder the one that is imported."""
    before = {name: module for name, module in sys.modules.items() if name.startswith("coze_api")}
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.startswith("coze_api")]:
            del sys.modules[name]
        sys.modules.update(before)
