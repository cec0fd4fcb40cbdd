from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from coze_core import APIConnectionError, APIError, StreamError
from tests.core.scripted_server import answer, cut
from tests.core.things import GET, POST, SOUND
from tests.faults.fault_shapes import (
    CONTENT,
    EVENTS,
    PATH,
    events_of,
    open_stream,
    pool_of_one,
)
from tests.faults.fault_table import CHUNKED, reset
from tests.fuzz.effort import sampled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

STEP = 5
"""Of how many places the short form tries one."""
BODY = b'{"code":0,"data":{"id":"1"}}'


def plain(body: bytes, kind: str) -> bytes:
    return answer(body=body, kind=kind)


def chunked(body: bytes, kind: str) -> bytes:
    half = len(body) // 2
    chunks = (b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:], b""))
    return CHUNKED % kind.encode() + b"".join(chunks)


def unframed(body: bytes, kind: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n" % kind.encode() + body


broken = pytest.mark.parametrize("end", [cut, reset])
framed = pytest.mark.parametrize("write", [plain, chunked])


@broken
@framed
@pytest.mark.parametrize("operation", [GET, POST])
def test_an_answer_that_breaks_off_at_any_byte_is_no_result(
    run: Runner,
    serve: Serve,
    end: Callable[[bytes], Any],
    write: Callable[..., bytes],
    operation: Any,
) -> None:
    whole = write(BODY, "application/json")
    sizes = sampled(range(len(whole)), STEP)
    server = serve(*(end(whole[:size]) for size in sizes), whole)
    client = pool_of_one(run, server, max_retries=0)
    for number in range(len(sizes)):
        with pytest.raises(APIConnectionError, match="did not arrive whole"):
            run(client.call, operation, path=PATH)
        assert len(server.seen) == number + 1
    assert run(client.call, operation, path=PATH).id == "1"


@broken
@framed
def test_a_stream_that_breaks_off_at_any_byte_gives_what_is_whole_and_is_not_restarted(
    run: Runner, serve: Serve, end: Callable[[bytes], Any], write: Callable[..., bytes]
) -> None:
    whole = write(EVENTS, "text/event-stream")
    start = whole.index(b"\r\n\r\n") + 4
    sizes = sampled(range(start, len(whole)), STEP)
    server = serve(*(end(whole[:size]) for size in sizes), whole)
    client = pool_of_one(run, server)
    # The last event may be whole before the last chunk says so: then nothing is missing.
    counts: list[int] = []
    for number in range(len(sizes)):
        events, error = events_of(run, open_stream(run, client))
        assert (error is None) == (len(events) == 2)
        assert error is None or type(error) is APIConnectionError
        assert len(server.seen) == number + 1
        counts.append(len(events))
    assert counts == sorted(counts)
    assert {0, 1} <= set(counts)
    events, error = events_of(run, open_stream(run, client))
    assert ([event.event for event in events], error) == (["usage", "done"], None)


def test_a_stream_without_framing_that_ends_before_its_end_is_an_error(
    run: Runner, serve: Serve
) -> None:
    whole = unframed(EVENTS, "text/event-stream")
    start = len(whole) - len(EVENTS)
    end = whole.index(b"event: done\ndata") + len(b"event: done\ndata")
    sizes = sampled(range(start, end), STEP)
    server = serve(*(cut(whole[:size]) for size in sizes))
    client = pool_of_one(run, server)
    for number in range(len(sizes)):
        events, error = events_of(run, open_stream(run, client))
        assert type(error) is StreamError
        assert "before the end of the stream" in str(error)
        assert len(events) <= 1
        assert len(server.seen) == number + 1


@broken
@framed
def test_a_download_that_breaks_off_at_any_byte_leaves_nothing_and_is_not_restarted(
    run: Runner,
    serve: Serve,
    tmp_path: Path,
    end: Callable[[bytes], Any],
    write: Callable[..., bytes],
) -> None:
    whole = write(CONTENT, "audio/mpeg")
    start = whole.index(b"\r\n\r\n") + 4
    sizes = sampled(range(start, len(whole)), STEP)
    server = serve(*(end(whole[:size]) for size in sizes), whole)
    client = pool_of_one(run, server)
    path = tmp_path / "sound.mp3"
    for number in range(len(sizes)):
        with pytest.raises(APIConnectionError):
            run(run(client.download, SOUND).write_to, path)
        assert list(tmp_path.iterdir()) == []
        assert len(server.seen) == number + 1
    assert run(run(client.download, SOUND).write_to, path) == len(CONTENT)


def test_an_answer_without_framing_that_breaks_off_is_no_result(run: Runner, serve: Serve) -> None:
    whole = unframed(BODY, "application/json")
    start = len(whole) - len(BODY)
    sizes = sampled(range(start, len(whole)), STEP)
    server = serve(*(cut(whole[:size]) for size in sizes), cut(whole))
    client = pool_of_one(run, server, max_retries=0)
    for _ in sizes:
        with pytest.raises(
            APIError, match=r"the answer .* is not a JSON result|the answer is empty"
        ):
            run(client.call, GET, path=PATH)
    assert run(client.call, GET, path=PATH).id == "1"
