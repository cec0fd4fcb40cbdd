from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from coze_core import APIConnectionError, CozeError
from tests.core.scripted_server import answer
from tests.core.things import POST, UPLOAD
from tests.faults.fault_shapes import DONE, SHAPES, good_call, open_stream, pool_of_one
from tests.faults.fault_table import BODIES, HEADS

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

TOLD_NOT_DONE = {"408", "429", "503, Retry-After", "a code that refuses"}
POSTS = [name for name, shape in SHAPES.items() if not shape.repeatable]


def test_the_table_repeats_a_post_only_where_the_server_said_that_it_did_nothing() -> None:
    repeated = {
        name.partition(", Retry-After ")[0] for name, fault in HEADS.items() if fault.other > 1
    }
    assert repeated == TOLD_NOT_DONE
    assert not [name for name, fault in BODIES.items() if fault.other > 1]


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("shape_name", [name for name in SHAPES if not SHAPES[name].before])
def test_a_refused_connection_is_tried_again_for_every_kind_of_call(
    run: Runner, free_port: int, shape_name: str
) -> None:
    shape = SHAPES[shape_name]
    url = f"http://127.0.0.1:{free_port}"
    with pytest.raises(APIConnectionError, match="no connection") as caught:
        shape.prepare(run, run.client(url))()
    assert not caught.value.sent
    assert caught.value.__notes__ == ["The request was sent 3 times."]


@pytest.mark.parametrize("shape_name", POSTS)
def test_a_post_on_a_connection_that_the_server_has_just_dropped_is_sent_once(
    run: Runner, serve: Serve, shape_name: str
) -> None:
    shape = SHAPES[shape_name]
    dropped = threading.Event()

    def answer_then_drop_at_the_next(connection: socket.socket) -> None:
        connection.sendall(DONE)
        connection.recv(1)  # the next request has begun: too late to say goodbye
        dropped.set()

    server = serve(answer_then_drop_at_the_next, shape.good)
    client = pool_of_one(run, server)
    good_call(run, client)
    with pytest.raises(APIConnectionError) as caught:
        shape.prepare(run, client)()
    assert caught.value.sent
    assert dropped.is_set()
    assert len(server.seen) == 1  # the first byte of the second one was seen, and no other
    assert server.connections == 1


@pytest.mark.parametrize("shape_name", POSTS)
def test_a_post_goes_out_anew_when_its_idle_connection_was_closed_before(
    run: Runner, serve: Serve, shape_name: str
) -> None:
    shape = SHAPES[shape_name]
    server = serve(lambda connection: connection.sendall(DONE), shape.good)
    client = pool_of_one(run, server)
    good_call(run, client)
    server.wait_until_closed()
    shape.prepare(run, client)()
    assert [seen.method for seen in server.seen] == ["GET", "POST"]


def test_an_upload_that_is_refused_half_way_is_told_so_and_sent_once(run: Runner) -> None:
    server = EarlyAnswer(answer(413, {"code": 4000, "msg": "too large"}, Connection="close"))
    with server:
        client = run.client(server.url)
        with pytest.raises(CozeError) as caught:
            run(client.call, UPLOAD, files={"file": bytes(30_000_000)})
    assert server.connections == 1
    assert "too large" in str(caught.value) or isinstance(caught.value, APIConnectionError)


class EarlyAnswer:
    """Answers as soon as a request begins, and reads on for a while."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *exc_info: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.listener.close()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.connections += 1
                connection.recv(65536)
                connection.sendall(self.content)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(0.2)


class BrokenFile:
    """A path whose file cannot be read to its end."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, size: int = -1) -> bytes:
        del size
        raise self.error


@pytest.mark.parametrize("error", [OSError("the disk is gone"), ValueError("closed")])
def test_a_file_that_cannot_be_read_is_the_callers_error_and_nothing_is_sent(
    run: Runner, serve: Serve, error: Exception
) -> None:
    server = serve(DONE)
    client = pool_of_one(run, server)
    with pytest.raises(type(error), match=str(error)):
        run(client.call, UPLOAD, files={"file": BrokenFile(error)})
    assert server.seen == []
    assert good_call(run, client).id == "1"


@pytest.mark.usefixtures("short_pauses")
def test_two_retries_at_most_and_each_is_told(run: Runner, serve: Serve) -> None:
    server = serve(answer(429), answer(408), answer(503, Retry_After="0"), DONE)
    client = run.client(server)
    with pytest.raises(CozeError) as caught:
        run(client.call, POST, body={"n": 1})
    assert caught.value.__notes__ == ["The request was sent 3 times."]
    assert {seen.body for seen in server.seen} == {b'{"n":1}'}


def test_a_stream_is_opened_once_per_block(run: Runner, serve: Serve) -> None:
    server = serve(SHAPES["stream"].good)
    client = run.client(server)
    stream = open_stream(run, client)
    run.close(stream)
    with pytest.raises(CozeError, match="can be opened only once"):
        run.enter(stream)
    assert len(server.seen) == 1
