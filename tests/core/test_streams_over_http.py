from __future__ import annotations

import socket
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import (
    APIConnectionError,
    Event,
    StreamError,
    StreamOperation,
)
from tests.core.sample_models import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.conftest import Runner

WORK: StreamOperation[Any] = StreamOperation(
    "work.stream",
    "POST",
    "/work",
    events=lambda: {"usage": Usage},
    end=frozenset({"done"}),
    errors=frozenset({"error"}),
)
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"X-Tt-Logid: L\r\nTransfer-Encoding: chunked\r\n\r\n"
)
USAGE = b'event: usage\r\ndata: {"token_count": 7}\r\n\r\n'
USAGE_EVENT = Event("usage", Usage(token_count=7))


class OneAnswer:
    """Answers one request, waits until the client hangs up, or hangs up itself."""

    def __init__(self, *pieces: bytes, hangs_up: bool = False) -> None:
        self.pieces = pieces
        self.hangs_up = hangs_up
        self.left = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        with closing(self.listener), closing(self.listener.accept()[0]) as connection:
            connection.recv(65536)
            chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in self.pieces]
            connection.sendall(HEAD + b"".join(chunks))
            if not self.hangs_up:
                with suppress(ConnectionError):  # the client leaves pieces unread
                    assert connection.recv(1) == b""
                self.left.set()


@pytest.fixture
def answers() -> Iterator[list[OneAnswer]]:
    started: list[OneAnswer] = []
    yield started
    for answer in started:
        answer.thread.join(10)


def work(run: Runner, answer: OneAnswer) -> Any:
    return run.entered(run.client(answer.url).stream(WORK))


@pytest.mark.parametrize("pieces", [[USAGE, USAGE], [USAGE + USAGE + b"event: done\ndata: {}\n\n"]])
def test_leaving_the_stream_hangs_up(
    run: Runner, answers: list[OneAnswer], pieces: list[bytes]
) -> None:
    answers.append(OneAnswer(*pieces))
    with work(run, answers[0]) as stream:
        assert run.next(stream) == USAGE_EVENT
        assert stream.response.logid == "L"
        assert not answers[0].left.is_set()
    assert answers[0].left.wait(10)


def test_the_end_event_is_enough_while_the_connection_stays_open(
    run: Runner, answers: list[OneAnswer]
) -> None:
    answers.append(OneAnswer(USAGE, b"event: done\ndata: {}\n\n"))
    with work(run, answers[0]) as stream:
        assert [event.event for event in run.items(stream)] == ["usage", "unknown"]


def test_a_connection_cut_mid_stream_is_told_apart_from_an_error_of_the_api(
    run: Runner, answers: list[OneAnswer]
) -> None:
    answers.append(OneAnswer(USAGE, USAGE[:20], hangs_up=True))
    with work(run, answers[0]) as stream:
        assert run.next(stream) == USAGE_EVENT
        with pytest.raises(APIConnectionError):
            run.next(stream)
    answers.append(OneAnswer(USAGE, b'event: error\ndata: {"code": "5", "msg": "no"}\n\n'))
    with work(run, answers[1]) as stream:
        assert run.next(stream) == USAGE_EVENT
        with pytest.raises(StreamError, match="no") as caught:
            run.next(stream)
    assert (caught.value.code, caught.value.logid) == (5, "L")
