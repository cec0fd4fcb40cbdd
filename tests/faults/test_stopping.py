"""What is stopped by the user's own hand ends at once, and without an error where it was read."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from coze_core import CozeError
from tests.core.things import GET, SOUND, WATCH
from tests.faults.fault_shapes import CONTENT, DONE, EVENTS, PATH, good_call, open_stream
from tests.faults.load_server import chunk

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
FIRST = EVENTS.partition(b"event: done")[0]


def silent(content: bytes = HEAD % b"text/event-stream" + chunk(FIRST)) -> Any:
    """Send some bytes and then nothing, and go when the other side does."""

    def act(connection: socket.socket) -> None:
        connection.sendall(content)
        with suppress(OSError):
            connection.recv(1)

    return act


def meanwhile(run: Runner, work: Any, started: threading.Event, stop: Any) -> Any:
    """Run some work beside what stops it, and return its result or what it raised.

    Args:
        run: The runner.
        work: What waits for the server, in a thread or a task; the function is async if need be.
        started: Set as soon as it is about to wait.
        stop: What then stops it.
    """
    outcome: list[Any] = []
    if run.portal is None:

        def attempt() -> None:
            try:
                outcome.append(work())
            except Exception as error:  # noqa: BLE001  # it is the result
                outcome.append(error)

        thread = threading.Thread(target=attempt)
        thread.start()
        assert started.wait(10)
        stop()
        thread.join(10)
        assert not thread.is_alive()
        return outcome[0]

    async def attempt_async() -> None:
        try:
            outcome.append(await work())
        except Exception as error:  # noqa: BLE001  # as above
            outcome.append(error)

    async def both() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                group.start_soon(attempt_async)
                while not started.is_set():  # noqa: ASYNC110  # threads set it, too
                    await anyio.sleep(0.001)
                await anyio.sleep(0.005)
                await stop()

    run(both)
    return outcome[0]


def reading(run: Runner, stream: Any, started: threading.Event) -> Any:
    names: list[str] = []

    def seen(event: Any) -> None:
        names.append(event.event)
        started.set()

    def read() -> list[str]:
        for event in stream:
            seen(event)
        return names

    async def read_async() -> list[str]:
        async for event in stream:
            seen(event)
        return names

    return read_async if run.portal else read


@pytest.mark.parametrize("of", ["stream", "client"])
def test_a_loop_over_a_stream_that_is_closed_meanwhile_ends(
    run: Runner, serve: Serve, of: str
) -> None:
    server = serve(silent(), DONE)
    client = run.client(server, timeout=600)
    stream = open_stream(run, client)
    started = threading.Event()
    stopped = stream if of == "stream" else client
    stop = stopped.aclose if run.portal else stopped.close
    assert meanwhile(run, reading(run, stream, started), started, stop) == ["usage"]
    server.wait_until_closed()
    if of == "stream":
        assert good_call(run, client).id == "1"


def test_a_stream_closed_in_its_own_loop_ends_it(run: Runner, serve: Serve) -> None:
    client = run.client(serve(HEAD % b"text/event-stream" + chunk(EVENTS * 3) + chunk(b"")))
    stream = open_stream(run, client)

    async def read_async() -> int:
        count = 0
        async for _ in stream:
            count += 1
            await stream.aclose()
        return count

    def read() -> int:
        count = 0
        for _ in stream:
            count += 1
            stream.close()
        return count

    assert run(read_async if run.portal else read) == 1


def test_an_iterator_that_outlives_its_stream_says_so(run: Runner, serve: Serve) -> None:
    client = run.client(serve(silent(HEAD % b"text/event-stream" + chunk(FIRST * 3))))
    with run.entered(client.stream(WATCH, body={})) as stream:
        events = run.iter(stream)
        run.next(events)
    with pytest.raises(CozeError, match=r"things\.watch: this stream is closed"):
        run.next(events)


def test_a_stream_that_two_read_says_so_to_the_second(run: Runner, serve: Serve) -> None:
    stream = open_stream(run, run.client(serve(silent())))
    started = threading.Event()

    async def second_async() -> None:
        with pytest.raises(CozeError, match="is being read by another task"):
            await anext(stream)
        await stream.aclose()

    def second() -> None:
        threading.Event().wait(0.05)  # until the first one waits for bytes
        with pytest.raises(CozeError, match="is being read by another thread"):
            next(stream)
        stream.close()

    stop = second_async if run.portal else second
    assert meanwhile(run, reading(run, stream, started), started, stop) == ["usage"]


def test_a_call_during_which_the_client_is_closed_says_so_and_is_not_repeated(
    run: Runner, serve: Serve
) -> None:
    started = threading.Event()

    def act(connection: socket.socket) -> None:
        started.set()
        silent(b"")(connection)

    server = serve(act, DONE)
    client = run.client(server, timeout=600)

    def call() -> Any:
        return client.call(GET, path=PATH)

    error = meanwhile(run, call, started, client.aclose if run.portal else client.close)
    assert type(error) is CozeError
    assert "things.get: the client was closed during this call" in str(error)
    assert "secret-token" not in str(error)
    server.wait_until_closed()
    assert len(server.seen) == 1


@pytest.mark.parametrize("of", ["download", "client"])
def test_a_download_that_is_closed_meanwhile_is_no_file(
    run: Runner, serve: Serve, tmp_path: Path, of: str
) -> None:
    server = serve(silent(HEAD % b"audio/mpeg" + chunk(CONTENT)), DONE)
    client = run.client(server, timeout=600)
    download = run(client.download, SOUND)
    started = threading.Event()
    started.set()
    stopped = download if of == "download" else client

    def stop() -> None:
        while not list(tmp_path.iterdir()):
            threading.Event().wait(0.001)
        threading.Event().wait(0.02)
        stopped.close()

    async def stop_async() -> None:
        await anyio.sleep(0.02)
        await stopped.aclose()

    error = meanwhile(
        run,
        lambda: download.write_to(tmp_path / "sound"),
        started,
        stop_async if run.portal else stop,
    )
    assert type(error) is CozeError
    assert "things.sound: the answer cannot be read, for it was closed meanwhile" in str(error)
    assert list(tmp_path.iterdir()) == []
    server.wait_until_closed()


UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n" + CONTENT


@pytest.mark.parametrize(
    "act", [silent(HEAD % b"audio/mpeg" + chunk(CONTENT)), silent(UNTIL_CLOSED)]
)
def test_a_download_that_is_closed_between_two_pieces_does_not_seem_whole(
    run: Runner, serve: Serve, act: Any
) -> None:
    client = run.client(serve(act), timeout=600)
    download = run(client.download, SOUND)

    async def read_async() -> None:
        async for _ in download.iter_bytes():
            await download.aclose()

    def read() -> None:
        for _ in download.iter_bytes():
            download.close()

    with pytest.raises(CozeError, match="it was closed"):
        run(read_async if run.portal else read)
