"""The sockets of the package: each event that the document lists is sent, and read, by its name."""

from __future__ import annotations

from base64 import b64encode
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from coze_client import AsyncCoze, Coze
from tests.client.calls import METHODS, SPEC, call_of, resolved, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sockets.peer import Peer, PeerServer

SOCKETS = [path for path, entry in METHODS.items() if entry["kind"] == "socket"]
AUDIO = b"\x00\xff audio"


class Described(NamedTuple):
    """What the document says of a socket: each event with its data, as Python has them."""

    keys: dict[str, Any]
    sent: dict[str, Any]
    received: dict[str, Any]


def described(path: str) -> Described:
    keys = call_of(path).operation["x-client-socket"]
    sent, received = (
        {event: data_of(schema) for event, schema in keys[key].items()}
        for key in ("send", "receive")
    )
    for event in keys["errors"]:
        del received[event]
    return Described(keys, sent, received)


def data_of(schema: dict[str, Any]) -> dict[str, Any] | None:
    if "allOf" not in schema:
        return None
    properties = resolved(schema["allOf"][0])["properties"]
    return {
        name: AUDIO if inner.get("format") == "byte" else sample(inner, name)
        for name, inner in properties.items()
    }


def on_wire(data: dict[str, Any] | None) -> dict[str, Any] | None:
    if data is None:
        return None
    text = b64encode(AUDIO).decode()
    return {name: text if value == AUDIO else value for name, value in data.items()}


def script(socket: Described) -> Callable[[Peer], None]:
    def play(peer: Peer) -> None:
        peer.accept()
        for event, data in socket.received.items():
            peer.send(event, on_wire(data))
        for _ in socket.sent:
            peer.receive()
        peer.close()

    return play


def sender(socket: Any, event: str) -> Any:
    return reduce(getattr, event.split("."), socket)


def check(path: str, server: PeerServer, events: list[Any]) -> None:
    socket = described(path)
    assert [event.event_type for event in events] == list(socket.received)
    for event, data in zip(events, socket.received.values(), strict=True):
        assert data is None or data.items() <= plain(event.data).items(), event
    assert [(one["event_type"], one.get("data")) for one in server.peers[0].events] == [
        (event, on_wire(data)) for event, data in socket.sent.items()
    ]
    assert server.peers[0].request.path.split("?")[0] == METHODS[path]["operation"].split()[1]


def plain(data: Any) -> dict[str, Any]:
    return {**data.to_dict(), **{key: value for key, value in vars(data).items() if value == AUDIO}}


@pytest.mark.parametrize("path", SOCKETS)
def test_a_socket_sends_and_reads_each_event_of_the_document(
    path: str, peers: Callable[..., PeerServer]
) -> None:
    socket = described(path)
    server = peers(script(socket))
    call = call_of(path)
    with Coze("token", base_url=server.url) as coze, call.on(coze)(**call.arguments) as opened:
        for event, data in socket.sent.items():
            sender(opened, event)(**data or {})
        events = list(opened)
    check(path, server, events)


@pytest.mark.anyio
@pytest.mark.parametrize("path", SOCKETS)
async def test_the_asynchronous_socket_does_the_same(
    path: str, peers: Callable[..., PeerServer]
) -> None:
    socket = described(path)
    server = peers(script(socket))
    call = call_of(path)
    async with (
        AsyncCoze("token", base_url=server.url) as coze,
        call.on(coze)(**call.arguments) as opened,
    ):
        for event, data in socket.sent.items():
            await sender(opened, event)(**data or {})
        events = [event async for event in opened]
    check(path, server, events)


def test_each_socket_that_the_document_describes_is_a_method() -> None:
    described_at = {f"GET {path}" for path, item in SPEC["paths"].items() if is_socket(item)}
    assert described_at == {METHODS[path]["operation"] for path in SOCKETS} != set()


def is_socket(item: dict[str, Any]) -> bool:
    return "x-client-socket" in item.get("get", {})
