"""The connections inside of an httpx client, which shows none of them.

httpx loses a connection when the task that uses it is cancelled by asyncio, or the thread
interrupted, while it is being closed: it stays in the pool for good, as one in use. And it can't
wake a thread that waits for an answer. So its pools are looked through here, where they are of the
kind that is known; with any other, as of a transport of the user's own, nothing is done.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 1.0


def interrupt(network_stream: Any) -> None:
    """Wake the thread that reads from a connection, which then finds it closed.

    Closing the socket would not wake it, and it might go on with another one of the same number.
    """
    found = network_stream.get_extra_info("socket")
    if isinstance(found, socket.socket):
        with suppress(OSError):  # it was closed already
            socket.socket.shutdown(found, socket.SHUT_RDWR)  # TLS would forget its state first


def interrupt_calls(client: Any) -> None:
    """Wake the threads that wait for an answer over a client, and wait until they have gone."""
    deadline = monotonic() + _PATIENCE
    for connection in _busy(client):
        while (inner := getattr(connection, "_connection", None)) is not None:
            connection = inner  # noqa: PLW2901  # what stands behind a proxy or a handshake
        if stream := getattr(connection, "_network_stream", None):
            interrupt(stream)
    while any(_busy(client)) and monotonic() < deadline:
        sleep(0.002)


def close_lost(client: Any, sent: Any, response: Any) -> None:
    """Close what a request has left that was broken off: connections that nobody owns any more.

    Args:
        client: The client.
        sent: The request, as httpx has it.
        response: Its answer, if it has come.
    """
    if response is not None:
        with suppress(Exception):
            response.close()  # else it would do so later, and miss its place
    for connection in _take_lost(client, sent):
        with suppress(Exception):
            connection.close()


async def aclose_lost(client: Any, sent: Any) -> None:
    """As `close_lost`; the answer was closed."""
    lost = _take_lost(client, sent)
    if not lost:
        return
    from anyio import CancelScope

    for connection in lost:
        with suppress(Exception), CancelScope(shield=True):
            await connection.aclose()


def _take_lost(client: Any, sent: Any) -> list[Any]:
    """Take out of the pools what a request has left, and let others have its place."""
    lost: list[Any] = []
    # Redirects and authentications copy a request, and the pool makes another one: all of them have
    # the same time limits.
    limits = sent.extensions.get("timeout")
    for pool in _pools(client):
        with suppress(AttributeError), pool._optional_thread_lock:  # noqa: SLF001  # as said
            requests, connections = pool._requests, pool._connections  # noqa: SLF001
            for one in list(requests):
                if one.request.extensions.get("timeout") is limits:
                    requests.remove(one)
            owned = {id(one.connection) for one in requests}
            for connection in list(connections):
                if id(connection) not in owned and _is_busy(connection):
                    connections.remove(connection)
                    lost.append(connection)
            lost += pool._assign_requests_to_connections()  # noqa: SLF001
    return lost


def _busy(client: Any) -> Iterator[Any]:
    for pool in _pools(client):
        yield from filter(_is_busy, getattr(pool, "connections", ()))


def _is_busy(connection: Any) -> bool:
    return not connection.is_idle() and not connection.is_closed()


def _pools(client: Any) -> Iterator[Any]:
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001  # as said
        if pool := getattr(transport, "_pool", None):
            yield pool
