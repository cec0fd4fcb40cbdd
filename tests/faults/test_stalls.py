from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import APITimeoutError
from tests.core.scripted_server import answer
from tests.core.things import POST, SOUND, UPLOAD
from tests.families import httpx
from tests.faults.fault_shapes import (
    DONE,
    events_of,
    good_call,
    open_stream,
    patient,
    pool_of_one,
)
from tests.faults.fault_table import CHUNKED, stall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

SHORT = 0.05


@pytest.fixture
def full_port() -> Iterator[str]:
    """Yield a port whose queue of waiting connections is full: a further one is never made."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("kind", ["call", "stream", "upload", "download"])
def test_a_connection_that_is_not_made_in_time_is_tried_again_for_every_kind(
    run: Runner, full_port: str, kind: str
) -> None:
    client = run.client(full_port, timeout=httpx.Timeout(5, connect=SHORT))
    calls: dict[str, Callable[[], Any]] = {
        "call": lambda: run(client.call, POST, body={}),
        "stream": lambda: open_stream(run, client),
        "upload": lambda: run(client.call, UPLOAD, files={"file": b"x"}),
        "download": lambda: run(client.download, SOUND),
    }
    with pytest.raises(APITimeoutError, match=r"\(connect timeout\)") as caught:
        calls[kind]()
    assert (caught.value.phase, caught.value.seconds) == ("connect", SHORT)
    assert not caught.value.sent
    assert caught.value.__notes__ == ["The request was sent 3 times."]


class Deaf:
    """Takes connections and reads nothing."""

    def __init__(self, stack: ExitStack) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        stack.callback(listener.close)
        self.listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def connections(self) -> int:
        self.listener.setblocking(False)
        count = 0
        while True:
            try:
                self.listener.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


def test_an_upload_that_is_not_taken_in_time_is_not_sent_again(run: Runner) -> None:
    with ExitStack() as stack:
        server = Deaf(stack)
        client = run.client(server.url, timeout=httpx.Timeout(5, write=SHORT))
        with pytest.raises(APITimeoutError, match=r"\(write timeout\)") as caught:
            run(client.call, UPLOAD, files={"file": bytes(20_000_000)})
        assert (caught.value.phase, caught.value.sent) == ("write", True)
        assert server.connections() == 1


def test_a_call_that_finds_no_free_connection_in_time_was_not_sent(
    run: Runner, serve: Serve
) -> None:
    server = serve(answer(body=b"x", kind="audio/mpeg"), DONE)
    timeout = httpx.Timeout(5, pool=SHORT)
    client = pool_of_one(run, server, timeout=timeout, max_retries=0)
    download = run(client.download, SOUND)
    with pytest.raises(APITimeoutError, match=r"\(pool timeout\)") as caught:
        run(client.call, POST, body={})
    assert (caught.value.phase, caught.value.sent) == ("pool", False)
    assert len(server.seen) == 1
    run.close(download)
    assert good_call(run, patient(client)).id == "1"


@pytest.mark.parametrize(
    "sent", [b"", b"10\r\nevent: usa", b'27\r\nevent: usage\ndata: {"token_count": 7}\n\n\r\n']
)
def test_a_stream_that_goes_silent_is_not_restarted(run: Runner, serve: Serve, sent: bytes) -> None:
    server = serve(stall(CHUNKED % b"text/event-stream" + sent), DONE)
    client = pool_of_one(run, server, read=0.3)
    events, error = events_of(run, open_stream(run, client))
    assert isinstance(error, APITimeoutError)
    assert (error.phase, error.sent) == ("read", True)
    assert len(events) == sent.startswith(b"27")
    assert len(server.seen) == 1
    assert good_call(run, patient(client)).id == "1"


def test_a_download_that_goes_silent_is_not_restarted(run: Runner, serve: Serve) -> None:
    server = serve(stall(answer(body=b"begun", kind="audio/mpeg", length=99)), DONE)
    client = pool_of_one(run, server, read=0.3)
    with pytest.raises(APITimeoutError, match=r"\(read timeout\)"):
        run(run(client.download, SOUND).read)
    assert len(server.seen) == 1
    assert good_call(run, patient(client)).id == "1"


def test_a_stream_waits_longer_between_events_than_a_call_for_its_answer() -> None:
    from coze_core._deadline import timeouts
    from coze_core._lazy import UNSET

    limits = timeouts(UNSET)
    assert (limits.call.connect, limits.call.read, limits.stream.read) == (10, 60, 300)
