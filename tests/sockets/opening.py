"""Sockets that are opened outside of the fixtures, and what their peers say."""

from __future__ import annotations

import threading
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import AsyncClient, ErrorTable
from tests.sockets.conftest import kinds
from tests.sockets.socket_samples import CHAT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.sockets.peer import Peer

backend = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def make(kind: Any, server: Any) -> Any:
    return kind(
        base_url=server.url, errors=ErrorTable(dict), user_agent="tests", token="secret-token"
    )


@asynccontextmanager
async def opened(server: Any) -> AsyncIterator[Any]:
    """Open a socket by a client of its own."""
    async with (
        aclosing(make(AsyncClient, server)) as client,
        client.socket(CHAT, kinds()[1], 0) as chat,
    ):
        yield chat


def numbers(count: int, peer: Peer | None = None) -> Any:
    """Send numbered events, then end the turn."""
    if peer is None:
        return partial(numbers, count)
    peer.accept()
    for number in range(count):
        peer.send("chat.began", {"id": str(number)})
        if number % 10 == 0:
            threading.Event().wait(0.001)
    peer.send("chat.done", {"id": "end"})
    return peer.drain()


def echo(peer: Peer) -> None:
    peer.accept()
    while sent := peer.receive():
        peer.send("chat.done", {"id": sent["data"]["content"][:20]})
