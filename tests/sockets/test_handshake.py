"""How a socket is opened: by the HTTP client that calls are sent with."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    CozeError,
    ErrorTable,
    InvalidRequestError,
    PermissionDeniedError,
    ServerError,
    SyncClient,
)
from coze_core._ws._handshake import socket_base
from tests.core.scripted_server import ScriptedServer, answer
from tests.families import httpx
from tests.faults.echo_server import EchoServer
from tests.sockets.conftest import names
from tests.sockets.peer import LOGID, Peer
from tests.sockets.socket_samples import CHAT, ChatSocket

if TYPE_CHECKING:
    from pathlib import Path


def chat(peer: Peer) -> None:
    peer.accept()
    peer.send("chat.done", {"id": "1"})
    peer.drain()


def refuse(status: int, code: int = 0, **headers: str) -> Any:
    return lambda peer: peer.refuse(status, {"code": code, "msg": "said secret-token"}, **headers)


def test_the_handshake_is_a_call_with_its_query_headers_and_token(peers: Any, talk: Any) -> None:
    server = peers(chat)
    query = {"bot_id": "7&x=1", "device_id": None}
    with talk(server, query=query, headers={"X-Mine": "yes"}) as one:
        assert names(one.turn()) == ["chat.done"]
    request = server.peers[0].request
    assert request.path == "/v1/chat?bot_id=7%26x%3D1"
    assert request.headers["Authorization"] == "Bearer secret-token"
    assert request.headers["X-Mine"] == "yes"
    assert request.headers["User-Agent"] == "tests"
    assert "secret-token" not in request.path


def test_a_refused_token_is_renewed_once(peers: Any, talk: Any) -> None:
    tokens = iter(["old-token-1", "new-token-2", "never-token-3"])
    server = peers(refuse(401, 4100), chat)
    with talk(server, token=lambda: next(tokens)) as one:
        assert names(one.turn()) == ["chat.done"]
    sent = [peer.request.headers["Authorization"] for peer in server.peers]
    assert sent == ["Bearer old-token-1", "Bearer new-token-2"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (302, CozeError),
        (200, CozeError),
    ],
)
def test_a_refused_handshake_is_an_error_of_the_table(
    peers: Any, talk: Any, status: int, kind: type
) -> None:
    with pytest.raises(kind) as caught, talk(peers(refuse(status, Location="/elsewhere"))):
        pass
    assert caught.value.status_code == status
    assert caught.value.logid == LOGID
    assert "secret-token" not in str(caught.value) + caught.value.report()


@pytest.mark.usefixtures("short_pauses")
def test_a_handshake_that_failed_is_tried_again(peers: Any, talk: Any) -> None:
    server = peers(refuse(503), lambda peer: peer.cut(), chat)
    with talk(server) as one:
        assert names(one.turn()) == ["chat.done"]
        assert one.socket.response.attempts == 3
    with pytest.raises(ServerError), talk(peers(refuse(500)), max_retries=0):
        pass


def test_an_answer_that_only_looks_like_a_handshake_is_an_error(peers: Any, talk: Any) -> None:
    def wrong(peer: Peer) -> None:
        peer.raw(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: nonsense\r\n\r\n"
        )
        peer.drain()

    with pytest.raises(APIConnectionError, match="no handshake"), talk(peers(wrong), max_retries=0):
        pass


def test_a_server_that_does_not_answer_is_a_timeout(peers: Any, talk: Any) -> None:
    with (
        pytest.raises(APITimeoutError),
        talk(peers(lambda peer: peer.drain()), timeout=0.1, max_retries=0),
    ):
        pass


def encryption(folder: Path) -> tuple[Any, Path]:
    """Return the TLS of a server, and the certificate that clients have to trust."""
    with EchoServer(folder) as echo:
        return echo.context, folder / "ca.pem"


def test_tls_is_checked_and_spoken(peers: Any, talk: Any, tmp_path: Path) -> None:
    tls, trusted = encryption(tmp_path)
    with (
        pytest.raises(APIConnectionError),
        talk(peers(chat, tls=tls), max_retries=0),
    ):
        pass
    with talk(peers(chat, tls=tls), verify=str(trusted)) as one:
        one.say("x" * 300_000)
        assert names(one.turn()) == ["chat.done"]


class Proxy:
    """Answers CONNECT and passes bytes both ways."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[near], daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, suppress(OSError):
            head = near.recv(65536).split(b"\r\n")[0].decode()
            self.asked.append(head)
            host, port = head.split()[1].split(":")
            with socket.create_connection((host, int(port))) as far:
                near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pass, args=[far, near], daemon=True)
                back.start()
                _pass(near, far)
                back.join(5)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def test_a_proxy_is_passed_by_connect(peers: Any, talk: Any, tmp_path: Path) -> None:
    tls, trusted = encryption(tmp_path)
    server = peers(chat, tls=tls)
    with (
        closing(Proxy()) as proxy,
        talk(server, verify=str(trusted), proxy=proxy.url) as one,
    ):
        assert names(one.turn()) == ["chat.done"]
        assert proxy.asked == [f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"]


@pytest.mark.parametrize("family", ["httpx", "httpx2"])
def test_both_families_open_sockets(peers: Any, talk: Any, family: str) -> None:
    with talk(peers(chat), http=family) as one:
        one.say("x" * 100_000)
        assert names(one.turn()) == ["chat.done"]


def test_a_given_client_opens_sockets_with_what_it_has(peers: Any, talk: Any, run: Any) -> None:
    server = peers(chat)
    seen: list[str] = []

    def hook(request: Any) -> None:
        seen.append(request.headers["upgrade"])

    async def async_hook(request: Any) -> None:
        hook(request)

    hooks = [hook if run.portal is None else async_hook]
    given = run.httpx_client(headers={"X-Given": "1"}, event_hooks={"request": hooks})
    with talk(server, http_client=given) as one:
        assert names(one.turn()) == ["chat.done"]
    assert server.peers[0].request.headers["X-Given"] == "1"
    assert seen == ["websocket"]
    assert not given.is_closed


def test_a_client_whose_connections_are_all_in_use_says_so(peers: Any, talk: Any, run: Any) -> None:
    server = peers(chat)
    given = run.httpx_client(limits=httpx.Limits(max_connections=1))
    with (
        talk(server, http_client=given) as one,
        pytest.raises(APITimeoutError, match="each open socket and stream holds one"),
        talk(server, http_client=given, timeout=0.1, max_retries=0),
    ):
        one.turn()


def test_sockets_leave_the_connections_of_calls_alone(peers: Any, talk: Any, run: Any) -> None:
    server = peers(chat)
    client = run.client(server)
    transport = client._transport
    original, run.client = run.client, lambda *_, **__: client
    with talk(server) as one:
        run.client = original
        one.turn()
        assert transport.for_sockets() is transport.for_sockets() is not transport


@pytest.mark.parametrize("status", [101, 403])
def test_a_transport_without_connections_says_so(talk: Any, run: Any, status: int) -> None:
    def reply(_: Any) -> Any:
        return httpx.Response(status)

    given = run.httpx_client(transport=httpx.MockTransport(reply))
    says = "MockTransport" if status == 101 else "HTTP 403"
    with (
        pytest.raises(CozeError, match=says),
        talk("http://127.0.0.1:1", http_client=given, max_retries=0),
    ):
        pass


def test_a_client_that_speaks_http2_says_so(talk: Any, run: Any) -> None:
    def reply(_: Any) -> Any:
        return httpx.Response(200, extensions={"http_version": b"HTTP/2"})

    given = run.httpx_client(transport=httpx.MockTransport(reply))
    with (
        pytest.raises(CozeError, match="without http2=True"),
        talk("http://127.0.0.1:1", http_client=given, max_retries=0),
    ):
        pass


def base(base_url: str, websocket_url: str | None = None) -> str:
    client = SyncClient(
        base_url=base_url,
        errors=ErrorTable(dict),
        user_agent="tests",
        token="secret-token",
        websocket_url=websocket_url,
    )
    return socket_base(CHAT, client.settings)


@pytest.mark.parametrize(
    ("base_url", "websocket_url", "due"),
    [
        ("https://api.test", None, "https://ws.test"),
        ("https://API.test/", None, "https://ws.test"),
        ("https://api.other", None, "https://ws.other"),
        ("https://gateway.example/coze", None, "https://gateway.example/coze"),
        ("http://127.0.0.1:8080", None, "http://127.0.0.1:8080"),
        ("https://api.test", "wss://ws.test", "https://ws.test"),
        ("https://api.test", "wss://mine.example/x/", "https://mine.example/x"),
        ("https://gateway.example", "ws://127.0.0.1:80", "http://127.0.0.1:80"),
        ("https://gateway.example", "https://ws.other", "https://ws.other"),
    ],
)
def test_where_a_socket_is(base_url: str, websocket_url: str | None, due: str) -> None:
    assert base(base_url, websocket_url) == due


@pytest.mark.parametrize("url", ["wss://ws.other", "wss://WS.other.", "https://api.other:444"])
def test_a_token_is_never_sent_to_another_region(url: str) -> None:
    with pytest.raises(CozeError, match="region"):
        base("https://api.test", url)


@pytest.mark.parametrize(
    "url", ["ws.test", "ftp://ws.test", "wss://ws.test?x=1", "", 5, b"wss://a"]
)
def test_an_address_that_is_none_is_refused(url: Any) -> None:
    with pytest.raises(CozeError, match="websocket_url"):
        base("https://api.test", url)


def test_calls_go_on_without_the_package_and_sockets_say_what_to_install() -> None:
    work = """
import sys
sys.modules["websockets"] = None
import coze_client
coze_client.preload()
from tests.sockets.socket_samples import CHAT, ChatSocket
from coze_core import CozeError, ErrorTable, SyncClient
client = SyncClient(base_url="http://127.0.0.1:1", errors=ErrorTable(dict), user_agent="t", token="t")
try:
    client.socket(CHAT, ChatSocket, 0)
except CozeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    assert "pip install 'coze-client[websockets]'" in done.stdout


def test_nothing_of_it_is_loaded_before_the_first_socket() -> None:
    work = """
import sys
from coze_core import ErrorTable, SyncClient
client = SyncClient(base_url="http://127.0.0.1:1", errors=ErrorTable(dict), user_agent="t", token="t")
print([name for name in sys.modules if "websockets" in name or "_ws" in name.split(".")])
"""
    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_redirect_is_not_followed() -> None:
    with ScriptedServer(answer(302, Location="/other")) as server:
        client = SyncClient(
            base_url=server.url, errors=ErrorTable(dict), user_agent="t", token="t", max_retries=0
        )
        with closing(client), pytest.raises(CozeError, match="redirect"):
            client.socket(CHAT, ChatSocket, 0).__enter__()
    assert len(server.seen) == 1
