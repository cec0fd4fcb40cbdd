"""A stream that was read to its end gives its connection back, and waits for nobody to do so."""

from __future__ import annotations

import gzip
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.things import WATCH
from tests.faults.fault_shapes import DONE, EVENTS, good_call
from tests.faults.load_server import chunk

if TYPE_CHECKING:
    import socket

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
PLAIN = HEAD + b"\r\n" + chunk(EVENTS)
PACKED = HEAD + b"Content-Encoding: gzip\r\n\r\n" + chunk(gzip.compress(EVENTS))
END = chunk(b"")
TIMES = 20


def read(run: Runner, client: Any, *, leave: str) -> list[str]:
    with run.entered(client.stream(WATCH, body={})) as stream:
        if leave == "break":
            return [run.next(stream).event for _ in range(2)]
        return [event.event for event in run.items(stream)]


def ends_later(connection: socket.socket) -> None:
    request = b"{}"
    while request:
        if request.endswith(b"{}"):
            connection.sendall(PLAIN)
            time.sleep(0.003)
            connection.sendall(END)
        request = connection.recv(65536)


@pytest.mark.parametrize("own", [True, False], ids=["own client", "given client"])
@pytest.mark.parametrize("leave", ["end", "break"])
@pytest.mark.parametrize("body", [PLAIN, PACKED], ids=["plain", "gzip"])
def test_streams_one_after_another_share_a_connection(
    run: Runner, serve: Serve, body: bytes, leave: str, *, own: bool
) -> None:
    server = serve(*[body + END] * TIMES, DONE)
    client = run.client(server, http_client=None if own else run.httpx_client())
    for _ in range(TIMES):
        assert read(run, client, leave=leave) == ["usage", "done"]
    assert good_call(run, client).id == "1"
    assert server.connections == 1


def test_a_body_that_ends_a_moment_later_keeps_its_connection(run: Runner, serve: Serve) -> None:
    server = serve(ends_later)
    client = run.client(server)
    for _ in range(TIMES):
        assert read(run, client, leave="end") == ["usage", "done"]
    assert server.connections == 1


def never_ends(connection: socket.socket) -> None:
    connection.sendall(PLAIN)
    while connection.recv(65536):
        pass


def ends_without_end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.sendall(PLAIN)
        while True:
            connection.sendall(chunk(b": ping\n" * 1000))


@pytest.mark.parametrize("act", [never_ends, ends_without_end, PLAIN + b"x\r\n"])
def test_a_body_that_does_not_end_costs_its_connection_and_no_more(
    run: Runner, serve: Serve, act: Any
) -> None:
    server = serve(act, act, DONE)
    client = run.client(server, timeout=600)
    for _ in range(2):
        assert read(run, client, leave="end") == ["usage", "done"]
    assert good_call(run, client).id == "1"
    assert server.connections == 3
    if callable(act):
        server.wait_until_closed(2)


def test_a_stream_that_is_left_before_its_end_is_not_read_on(run: Runner, serve: Serve) -> None:
    server = serve(HEAD + b"\r\n" + chunk(EVENTS.partition(b"event: done")[0]) + END, DONE)
    client = run.client(server)

    with run.entered(client.stream(WATCH, body={})) as stream:
        assert run.next(stream).event == "usage"
    assert good_call(run, client).id == "1"
    assert server.connections == 2
