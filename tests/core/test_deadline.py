"""A deadline ends the whole of a call or a stream, wherever the time goes."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import UNSET, APITimeoutError, CozeError, ServerError
from tests.core.scripted_server import answer, hang, ok
from tests.core.things import GET, LIST, MANY, POST, SOUND, WATCH

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Act, ScriptedServer, Serve

PATH = {"thing_id": "1"}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\n\r\n"
STREAM = HEAD % b"text/event-stream"
USAGE = b'event: usage\ndata: {"token_count":7}\n\n'
SHORT = 0.4


def dripping(head: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    """Send a piece again and again, until the other side is gone."""

    def act(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(head)
            while not threading.Event().wait(0.02):
                connection.sendall(piece)

    return act


def client(run: Runner, server: ScriptedServer, deadline: float, **options: Any) -> Any:
    made = run.client(server, **options)
    return made.with_settings(made.settings.changed(deadline=deadline))


def check(error: APITimeoutError, seconds: float = SHORT, *, sent: bool = True) -> None:
    assert (error.phase, error.seconds, error.sent) == ("deadline", seconds, sent)
    assert f"deadline of {seconds} s" in str(error)
    assert "with_options(deadline=...)" in str(error)
    assert "request: curl" in error.report()


@pytest.mark.parametrize(
    "act", [hang, dripping(HEAD % b"application/json", b" ")], ids=["no answer", "a slow body"]
)
def test_a_call_ends_at_its_deadline(run: Runner, serve: Serve, act: Act) -> None:
    with pytest.raises(APITimeoutError) as caught:
        run(client(run, serve(act), SHORT).call, POST, body={})
    check(caught.value)


def test_the_attempts_of_a_call_share_its_deadline(run: Runner, serve: Serve) -> None:
    server = serve(answer(503, {"msg": "busy"}))
    with pytest.raises(APITimeoutError) as caught:
        run(client(run, server, 1.5, max_retries=1000).call, GET, path=PATH)
    check(caught.value, 1.5)
    assert "the last attempt failed: ServerError" in str(caught.value)
    assert isinstance(caught.value.__cause__, ServerError)
    assert f"attempt {len(server.seen)}: HTTP 503" in caught.value.report()


def test_a_pause_beyond_the_deadline_is_not_waited_for(run: Runner, serve: Serve) -> None:
    server = serve(answer(429, {}, Retry_After="50"), ok({"id": "1"}))
    with pytest.raises(APITimeoutError) as caught:
        run(client(run, server, 30).call, GET, path=PATH)
    check(caught.value, 30)
    assert len(server.seen) == 1


def test_an_error_in_time_is_that_error(run: Runner, serve: Serve) -> None:
    with pytest.raises(ServerError):
        run(client(run, serve(answer(500, {})), 30).call, POST, body={})
    with pytest.raises(APITimeoutError) as caught:
        run(client(run, serve(hang), 30, timeout=0.2).call, POST, body={})
    assert caught.value.phase == "read"


def test_a_call_in_time_knows_nothing_of_its_deadline(run: Runner, serve: Serve) -> None:
    server = serve(answer(503, {"msg": "busy"}, Retry_After="0"), ok({"id": "1"}))
    assert run(client(run, server, 30).call, GET, path=PATH).id == "1"
    assert len(server.seen) == 2


def test_each_page_has_the_deadline_for_itself(run: Runner, serve: Serve) -> None:
    def slow(connection: socket.socket) -> None:
        threading.Event().wait(0.6)
        connection.sendall(ok({"items": [{"id": "1"}], "total": 3}))

    one = client(run, serve(slow), 1.7)  # below what three pages take

    assert [item.id for item in run.items(one.list(LIST))] == ["1", "1", "1"]


def test_the_requests_of_a_batch_share_the_deadline(run: Runner, serve: Serve) -> None:
    def slow(connection: socket.socket) -> None:
        threading.Event().wait(0.6)
        connection.sendall(ok({"items": [{"id": "1"}]}))

    server = serve(slow)
    with pytest.raises(APITimeoutError) as caught:
        run(client(run, server, 1.0).batch, MANY, query={"ids": list("abcdef")})
    check(caught.value, 1.0)
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("act", "events"),
    [
        (hang, 0),
        (dripping(STREAM, b": ping\n\n"), 0),
        (dripping(STREAM + USAGE, b": ping\n\n"), 1),
        (lambda connection: (connection.sendall(STREAM + USAGE), hang(connection)), 1),
    ],
    ids=["no answer", "pings", "an event, then pings", "an event, then silence"],
)
def test_a_stream_ends_at_its_deadline(run: Runner, serve: Serve, act: Act, events: int) -> None:
    stream = client(run, serve(act), 1.0).stream(WATCH, body={})
    seen: list[Any] = []

    def read() -> None:
        with run.entered(stream):
            while True:
                seen.append(run.next(stream))

    with pytest.raises(APITimeoutError) as caught:
        read()
    check(caught.value, 1.0)
    assert len(seen) == events


def test_a_download_ends_at_its_deadline(run: Runner, serve: Serve) -> None:
    server = serve(dripping(HEAD % b"audio/mpeg", b"ID3"))
    download = run(client(run, server, SHORT).download, SOUND)
    with pytest.raises(APITimeoutError) as caught:
        run(download.read)
    check(caught.value)


def test_a_token_function_counts(run: Runner, serve: Serve) -> None:
    server = serve(ok({"id": "1"}))

    def slow() -> str:
        threading.Event().wait(0.5)
        return "a-token"

    async def aslow() -> str:
        from anyio import sleep_forever

        await sleep_forever()
        raise AssertionError

    one = client(run, server, SHORT, token=aslow if run.portal else slow)
    with pytest.raises(APITimeoutError) as caught:
        run(one.call, POST, body={})
    assert (caught.value.phase, caught.value.sent) == ("deadline", False)
    assert server.seen == []


def test_a_connection_lost_to_the_deadline_is_not_used_again(run: Runner, serve: Serve) -> None:
    server = serve(hang, ok({"id": "1"}))
    one = run.client(server)
    with pytest.raises(APITimeoutError):
        run(one.with_settings(one.settings.changed(deadline=0.2)).call, GET, path=PATH)
    assert run(one.call, GET, path=PATH).id == "1"
    assert server.connections == 2


@pytest.mark.parametrize(
    ("deadline", "text"),
    [
        (0, "deadline is 0"),
        (-1, "deadline is -1"),
        (float("nan"), "deadline is nan"),
        (float("inf"), "deadline is inf"),
        ("5", "deadline must be a number of seconds, got str"),
        (True, "deadline must be a number of seconds, got bool"),
    ],
)
def test_a_deadline_that_makes_no_sense_is_refused(run: Runner, deadline: Any, text: str) -> None:
    with pytest.raises(CozeError, match=text):
        run.client("http://api.test").settings.changed(deadline=deadline)


def test_a_deadline_can_be_taken_away(run: Runner) -> None:
    settings = run.client("http://api.test").settings.changed(deadline=5)
    assert settings.changed(deadline=UNSET).deadline == settings.deadline
    assert settings.changed(deadline=None).deadline is None
