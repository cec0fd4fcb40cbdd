"""Receives one redirect of a browser on the loopback interface."""

from __future__ import annotations

import errno
import socket
import sys
from contextlib import ExitStack
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

from coze_core import CozeError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

# Browsers take either address for localhost, so both are ours or the redirect may go elsewhere.
_LOOPBACK = {"127.0.0.1": ["127.0.0.1"], "::1": ["::1"], "localhost": ["127.0.0.1", "::1"]}
_NO_SUCH_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
_IDLE_TIMEOUT = 10  # seconds; browsers open connections in advance
_PAGE = """<!doctype html><meta charset="utf-8"><title>{0}</title><p>{0} {1}</p>"""


class LoopbackReceiver:
    """Listen for one redirect, from entering the ``with`` block to its end.

    What comes with another state, or a second time, is refused and does not end the waiting.

    Args:
        redirect_uri: Where the redirect goes to: ``http``, a loopback host, a port, any path.
        state: What the redirect must repeat.

    Raises:
        CozeError: The redirect cannot be received here.
    """

    def __init__(self, redirect_uri: str, state: str) -> None:
        self._uri = _checked(redirect_uri)
        self._state = state
        self._arrived = Event()
        self._redirect: str | None = None

    def __enter__(self) -> Self:
        """Begin to listen, on all addresses that the host of the redirect URI stands for.

        Raises:
            CozeError: The port is taken on one of them.
        """
        with ExitStack() as stack:
            hosts = _LOOPBACK[self._uri.hostname or ""]
            for host in hosts:
                try:
                    server = stack.enter_context(_Server((host, self._uri.port or 0), self))
                except OSError as error:
                    if host != hosts[0] and error.errno in _NO_SUCH_ADDRESS:
                        continue  # nobody else can listen there either
                    raise CozeError(
                        f"Port {self._uri.port} of {host} is taken: {error.strerror}. End what "
                        "uses it, or register another redirect URI."
                    ) from error
                Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
                stack.callback(server.shutdown)
            stack.callback(self._arrived.set)  # a thread may still be waiting
            self._listening = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._listening.close()

    def wait(self, seconds: float) -> str:
        """Wait for the redirect, for some seconds at most, and return its path and query.

        Raises:
            CozeError: It did not come in time.
        """
        if not self._arrived.wait(seconds) or self._redirect is None:
            raise CozeError(
                f"The login page sent nobody back within {seconds:g} s. Start the login again."
            )
        return self._redirect

    def handle(self, target: str) -> tuple[HTTPStatus, str]:
        """Take the redirect, or refuse another request; return status and text of the answer."""
        parts = urlsplit(target)
        if parts.path != (self._uri.path or "/"):
            return HTTPStatus.NOT_FOUND, "There is nothing here."
        if parse_qs(parts.query).get("state") != [self._state]:
            return HTTPStatus.BAD_REQUEST, "This login was not started here."
        if self._redirect is not None:
            return HTTPStatus.GONE, "This login was finished already."
        self._redirect = target
        self._arrived.set()
        return HTTPStatus.OK, "You may close this window."


class _Server(ThreadingTCPServer):
    # On Windows, this would let another program listen at the same address.
    allow_reuse_address = sys.platform != "win32"
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], receiver: LoopbackReceiver) -> None:
        self.receiver = receiver
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind the socket, and let nobody else do so."""
        if sys.platform == "win32":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        super().server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore it: a browser may break off whenever it likes."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  # the base is general
    timeout = _IDLE_TIMEOUT

    def do_GET(self) -> None:
        status, text = self.server.receiver.handle(self.path)
        page = _PAGE.format(status.phrase, text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as in the base
        """Log nothing: the target holds the code."""


def _checked(redirect_uri: str) -> SplitResult:
    parts = urlsplit(redirect_uri)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK or not port:
        raise CozeError(
            f"redirect_uri is {redirect_uri}, which cannot be received here. Register one like "
            "http://127.0.0.1:8765/callback, or receive it in your own server with start() and "
            "finish()."
        )
    return parts
