"""The application behind a real server on loopback."""

from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING, Any

import anyio.lowlevel
import pytest

from coze_client import CozeError, callbacks
from tests.callbacks.deliveries import EXAMPLES, TOKEN, Handler, body_of, served, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.callbacks.deliveries import Address

LIMIT = 5000


class Failing(Handler):
    """Handles an event as it is told by the event itself."""

    def __call__(self, event: callbacks.CallbackEvent) -> callbacks.Audit | None:
        super().__call__(event)
        if event.event_type == "unknown":
            raise ValueError("planted")
        return callbacks.Audit("approved") if event.event_type == "bot.published" else None


@pytest.fixture(scope="module")
def handler() -> Failing:
    return Failing()


@pytest.fixture(scope="module")
def address(handler: Failing) -> Iterator[Address]:
    app = callbacks.ASGIApp(callbacks.Receiver(TOKEN, max_body=LIMIT), handler)
    with served(app) as address:
        yield address


@pytest.fixture(autouse=True)
def _forget(handler: Failing) -> None:
    handler.events.clear()


def post(
    address: Address, body: Any, headers: dict[str, str], method: str = "POST"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(*address, timeout=10)
    try:
        connection.request(method, "/any/path", body, headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "url_verification"])
def test_a_signed_request_reaches_the_handler(
    address: Address, handler: Failing, name: str
) -> None:
    body = body_of(name, event_id=f"asgi {name}")
    status, headers, answer = post(address, body, signed(body))
    assert status == 200
    assert headers["content-type"] == "application/json"
    audit = {"audit": {"audit_status": 2}} if name == "bot.published" else {}
    assert json.loads(answer) == audit
    assert post(address, body, signed(body))[0] == 200
    (event,) = handler.events
    assert event.event_type == name


def test_the_challenge_is_answered(address: Address) -> None:
    status, _, answer = post(address, body_of("url_verification"), {})
    assert status == 200
    assert json.loads(answer) == EXAMPLES["url_verification"]["event"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (body_of("bot.deleted"), {}, 401),
        (body_of("bot.deleted"), signed(b"other"), 401),
        (b"{}", signed(b"{}", ago=1e9), 401),
        (b"no JSON", signed(b"no JSON"), 400),
        (b"x" * (LIMIT + 1), {}, 413),
    ],
)
def test_refusals_have_their_status(
    address: Address, handler: Failing, body: bytes, headers: dict[str, str], status: int
) -> None:
    found, _, answer = post(address, body, headers)
    assert found == status
    assert json.loads(answer)["error"]
    assert not handler.events


def test_a_body_in_pieces_is_put_together(address: Address, handler: Failing) -> None:
    body = body_of("bot.deleted", event_id="in pieces")
    pieces = (body[start : start + 7] for start in range(0, len(body), 7))
    assert post(address, pieces, signed(body))[0] == 200
    assert len(handler.events) == 1


@pytest.mark.parametrize("length", [b"content-length: 99999999", b"transfer-encoding: chunked"])
@pytest.mark.parametrize(
    ("signature", "limit"), [(b"x-coze-signature: x\r\n", LIMIT), (b"", min(LIMIT, 4096))]
)
def test_a_body_without_an_end_is_cut_early(
    address: Address, signature: bytes, limit: int, length: bytes
) -> None:
    """The answer comes although the sender would never finish."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nhost: x\r\n%b%b\r\n\r\n" % (signature, length))
        if b"chunked" in length:
            for _ in range(limit // 1000 + 1):
                connection.sendall(b"3e8\r\n%b\r\n" % (b"x" * 1000))
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413")
    assert b"max_body=" in body


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_only_post_is_served(address: Address, method: str) -> None:
    status, headers, _ = post(address, b"", {}, method)
    assert (status, headers["allow"]) == (405, "POST")


def test_a_handler_that_raises_is_a_server_error_and_the_server_goes_on(
    address: Address, handler: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    header = EXAMPLES["bot.deleted"]["header"] | {"event_type": "bot.renamed"}
    body = json.dumps({"header": header, "event": {}}).encode()
    assert [post(address, body, signed(body))[0] for _ in range(2)] == [500, 500]
    assert len(handler.events) == 2
    assert "planted" in caplog.text
    assert post(address, body_of("url_verification"), {})[0] == 200


def test_an_async_handler_is_served_too() -> None:
    seen: list[str] = []

    async def handle(event: callbacks.CallbackEvent) -> callbacks.Audit:
        await anyio.lowlevel.checkpoint()
        seen.append(event.event_type)
        return callbacks.Audit("rejected", reason="no icon")

    body = body_of("bot.published")
    with served(callbacks.ASGIApp(callbacks.Receiver(TOKEN), handle)) as address:
        answers = [post(address, body, signed(body)) for _ in range(2)]
    assert [status for status, _, _ in answers] == [200, 200]
    assert json.loads(answers[1][2]) == {"audit": {"audit_status": 3, "reason": "no icon"}}
    assert seen == ["bot.published"]


@pytest.mark.anyio
async def test_a_sender_that_goes_away_is_not_answered() -> None:
    messages: list[Any] = [{"type": "http.request", "body": b"{", "more_body": True}]
    messages.append({"type": "http.disconnect"})
    sent: list[Any] = []

    async def receive() -> Any:
        await anyio.lowlevel.checkpoint()
        return messages.pop(0)

    async def send(message: Any) -> None:
        await anyio.lowlevel.checkpoint()
        sent.append(message)

    app = callbacks.ASGIApp(callbacks.Receiver(TOKEN), Handler())
    await app({"type": "http", "method": "POST", "headers": []}, receive, send)
    assert not sent
    with pytest.raises(CozeError, match="Callbacks come by HTTP; websocket is not served here"):
        await app({"type": "websocket"}, receive, send)
