from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import APIError, CozeError, StreamError
from tests.core.scripted_server import answer
from tests.core.things import GET, POST, SOUND, WATCH
from tests.faults.fault_shapes import DONE, PATH, SHAPES, good_call, pool_of_one
from tests.faults.fault_table import CHUNKED

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

MIB = 1024 * 1024
LARGE = 100 * MIB


def large(connection: socket.socket) -> None:
    """Send 100 MiB, as long as anybody takes them."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{"a":"' % LARGE)
    for _ in range(100):
        connection.sendall(bytes(MIB))


def endless(connection: socket.socket) -> None:
    connection.sendall(CHUNKED % b"application/json")
    while True:
        connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")


def test_a_hundred_megabytes_are_one_error_and_never_in_memory(run: Runner, serve: Serve) -> None:
    server = serve(large, DONE)
    client = pool_of_one(run, server)
    tracemalloc.start()
    with pytest.raises(APIError, match=f"longer than {64 * MIB} bytes") as caught:
        run(client.call, GET, path=PATH)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80 * MIB
    assert caught.value.status_code == 200
    assert good_call(run, client).id == "1"
    assert len(server.seen) == 2


@pytest.mark.parametrize("shape_name", SHAPES)
@pytest.mark.parametrize(
    "act",
    [
        endless,
        answer(body=b" " * 3 * MIB),
        answer(body=gzip.compress(b" " * 3 * MIB), Content_Encoding="gzip"),
        answer(500, b"x" * 3 * MIB),
    ],
    ids=["without end", "too long", "too long once unpacked", "an error that is too long"],
)
def test_what_is_longer_than_the_limit_is_not_read(
    run: Runner, serve: Serve, shape_name: str, act: Any
) -> None:
    shape = SHAPES[shape_name]
    server = serve(*shape.before, act, shape.good)
    client = pool_of_one(run, server)
    limited = client.with_settings(client.settings.changed(max_response_bytes=MIB))
    call = shape.prepare(run, limited)
    before = len(server.seen)
    with pytest.raises(APIError, match=f"longer than {MIB} bytes.*max_response_bytes"):
        call()
    call()
    assert len(server.seen) == before + 2


def test_the_limit_counts_bytes_exactly(run: Runner, serve: Serve) -> None:
    body = json.dumps({"code": 0, "data": {"id": "1"}}).encode()
    server = serve(answer(body=body + b"\n"), answer(body=body + b" "), answer(body=body))
    client = run.client(server)
    exact = client.with_settings(client.settings.changed(max_response_bytes=len(body)))
    with pytest.raises(APIError, match="longer than"):
        run(exact.call, POST, body={})
    with pytest.raises(APIError, match="longer than"):
        run(exact.call, POST, body={})
    assert run(exact.call, POST, body={}).id == "1"


def test_downloads_have_no_limit(run: Runner, serve: Serve) -> None:
    server = serve(answer(body=b"x" * 3 * MIB, kind="audio/mpeg"))
    client = run.client(server)
    limited = client.with_settings(client.settings.changed(max_response_bytes=MIB))
    assert len(run(run(limited.download, SOUND).read)) == 3 * MIB


def count_events(run: Runner, client: Any) -> int:
    def read() -> int:
        with client.stream(WATCH, body={}) as stream:
            return sum(1 for _ in stream)

    async def read_async() -> int:
        count = 0
        async with client.stream(WATCH, body={}) as stream:
            async for _ in stream:
                count += 1
        return count

    return run(read if run.portal is None else read_async)


def layered(body: bytes) -> bytes:
    return answer(body=gzip.compress(gzip.compress(body)), Content_Encoding="gzip, gzip")


@pytest.mark.parametrize("shape_name", SHAPES)
@pytest.mark.parametrize(
    ("act", "encoding"),
    [
        (layered(b" " * 3 * MIB), "gzip, gzip"),
        (answer(body=zlib.compress(b"{}"), Content_Encoding="deflate"), "deflate"),
        (answer(500, b"{}", Content_Encoding="br"), "br"),
        (answer(body=b"{}", Content_Encoding="gzip, identity"), "gzip, identity"),
    ],
    ids=["layers", "deflate", "an error in brotli", "a layer of nothing"],
)
def test_an_encoding_that_was_not_asked_for_is_not_unpacked(
    run: Runner, serve: Serve, shape_name: str, act: bytes, encoding: str
) -> None:
    shape = SHAPES[shape_name]
    client = pool_of_one(run, serve(*shape.before, act, shape.good))
    call = shape.prepare(run, client)
    with pytest.raises(APIError, match=f"Content-Encoding '{encoding}'"):
        call()
    call()


@pytest.mark.parametrize("given", [False, True], ids=["own client", "given client"])
def test_gzip_alone_is_asked_for(run: Runner, serve: Serve, *, given: bool) -> None:
    server = serve(
        answer(body=gzip.compress(b'{"code":0,"data":{"id":"1"}}'), Content_Encoding="gzip")
    )
    options = {"http_client": run.httpx_client()} if given else {}
    assert run(run.client(server, **options).call, GET, path=PATH).id == "1"
    plain = run.client(server, headers={"accept-encoding": "identity"}, **options)
    assert run(plain.call, GET, path=PATH).id == "1"
    asked = [seen.headers.get_all("Accept-Encoding") for seen in server.seen]
    assert asked == [["gzip"], ["identity"]]


def members(connection: socket.socket) -> None:
    """Send gzip members that unpack to nothing, as long as anybody takes them."""
    nothing = gzip.compress(b"") * 1000
    connection.sendall(CHUNKED % b"application/json\r\nContent-Encoding: gzip")
    while True:
        connection.sendall(b"%x\r\n%s\r\n" % (len(nothing), nothing))


def test_packed_bytes_count_where_they_unpack_to_nothing(run: Runner, serve: Serve) -> None:
    client = run.client(serve(members))
    limited = client.with_settings(client.settings.changed(max_response_bytes=MIB))
    with pytest.raises(APIError, match=f"longer than {MIB} bytes"):
        run(limited.call, POST, body={})


def bomb(head: bytes) -> Callable[[socket.socket], None]:
    """Send 64 MiB in 64 KiB, as one chunk."""
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join([*(packer.compress(bytes(16 * MIB)) for _ in range(4)), packer.flush()])

    def act(connection: socket.socket) -> None:
        connection.sendall(CHUNKED % head)
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed))

    return act


@pytest.mark.parametrize("shape", ["call", "stream", "download"])
def test_a_bomb_is_unpacked_in_steps(run: Runner, serve: Serve, tmp_path: Path, shape: str) -> None:
    media_type = {"call": b"application/json", "stream": b"text/event-stream"}.get(
        shape, b"audio/mpeg"
    )
    client = run.client(serve(bomb(media_type + b"\r\nContent-Encoding: gzip")))
    limited = client.with_settings(client.settings.changed(max_response_bytes=MIB))
    tracemalloc.start()
    if shape == "call":
        with pytest.raises(APIError, match=f"longer than {MIB} bytes"):
            run(limited.call, POST, body={})
    elif shape == "stream":
        with pytest.raises(StreamError, match=f"an event is longer than {MIB} bytes"):
            count_events(run, limited)
    else:
        size = run(run(limited.download, SOUND).write_to, tmp_path / "sound")
        assert size == 64 * MIB
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MIB


def test_an_event_may_be_as_long_as_an_answer(run: Runner, serve: Serve) -> None:
    events = b"event: usage\ndata: %b\n\n" % (b" " * 900_000 + b"7")
    end = b"event: done\ndata: x\n\n"
    server = serve(answer(body=events * 3 + end, kind="text/event-stream"))
    client = run.client(server)
    limited = client.with_settings(client.settings.changed(max_response_bytes=MIB))
    assert count_events(run, limited) == 4


@pytest.mark.parametrize("number", [0, -1])
def test_a_limit_that_allows_nothing_is_refused(run: Runner, number: int) -> None:
    client = run.client("http://api.test")
    with pytest.raises(CozeError, match=f"max_response_bytes is {number}"):
        client.settings.changed(max_response_bytes=number)


def long_stream(connection: socket.socket) -> None:
    """Send 200,000 events, 8 MB."""
    events = b'event: usage\ndata: {"token_count": 7}\n\n' * 1000
    connection.sendall(CHUNKED % b"text/event-stream")
    for _ in range(200):
        connection.sendall(b"%x\r\n%s\r\n" % (len(events), events))
    end = b"event: done\ndata: x\n\n"
    connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(end), end))


def test_a_stream_takes_no_more_memory_the_longer_it_is(run: Runner, serve: Serve) -> None:
    client = pool_of_one(run, serve(long_stream))

    tracemalloc.start()
    count = count_events(run, client)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 200_001
    assert peak < MIB
