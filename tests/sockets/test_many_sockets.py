"""Threads, loops, forks, and many sockets at once."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from websockets.frames import Opcode

from coze_core import AsyncClient, CozeError, SyncClient
from coze_core._ws._timing import MOST_WAITING
from tests.fuzz.effort import TIMES
from tests.sockets.conftest import kinds, names
from tests.sockets.opening import backend, echo, make
from tests.sockets.peer import Peer, event, frame
from tests.sockets.socket_samples import CHAT


def test_many_senders_share_a_socket_and_no_frame_is_torn(peers: Any, talk: Any, run: Any) -> None:
    server = peers(echo)
    with talk(server) as chat:
        if run.portal is None:
            threads = [
                threading.Thread(
                    target=lambda n=n: [chat.say(f"{n} {k} " + "x" * 9000) for k in range(40)]
                )
                for n in range(5)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
        else:

            async def send() -> None:
                async with anyio.create_task_group() as group:
                    for n in range(5):
                        group.start_soon(send_some, n)

            async def send_some(n: int) -> None:
                for k in range(40):
                    await chat.socket.message.create(content=f"{n} {k} " + "x" * 9000)

            run(send)
        got = {tuple(chat.next().data.id.split()[:2]) for _ in range(200)}
        assert got == {(str(n), str(k)) for n in range(5) for k in range(40)}


def test_both_ways_full_at_once_is_no_deadlock(peers: Any, talk: Any) -> None:
    """The peer reads nothing before all that it sends is read, nor the client the other way."""
    mine = frame(event("chat.began", {"id": "x" * 100_000})) * 100

    def script(peer: Peer) -> None:
        peer.accept()
        peer.raw(mine)
        while len(peer.events) < 100:
            peer.receive()
        peer.send("chat.done")
        peer.drain()

    with talk(peers(script)) as chat:
        sender = threading.Thread(
            target=lambda: [chat.say("y" * 100_000) for _ in range(100)], daemon=True
        )
        sender.start()
        assert len(chat.turn()) == 101
        sender.join(10)


def test_events_come_while_a_ping_is_not_answered_because_a_send_waits(
    peers: Any, talk: Any
) -> None:
    is_blocked, go_on = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.accept()
        is_blocked.wait(20)
        peer.raw(frame(b"", Opcode.PING) + frame(event("chat.began", {"id": "1"})))
        go_on.wait(20)
        assert peer.receive()
        peer.send("chat.done")
        peer.drain()

    with talk(peers(script)) as chat:
        sender = threading.Thread(target=chat.say, args=["y" * 30_000_000], daemon=True)
        sender.start()
        sender.join(0.3)
        assert sender.is_alive()
        is_blocked.set()
        assert names([chat.next()]) == ["chat.began"]
        go_on.set()
        assert names(chat.turn()) == ["chat.done"]
        sender.join(10)


def test_a_reader_that_sleeps_makes_the_server_wait_and_costs_no_memory(
    peers: Any, talk: Any, run: Any
) -> None:
    total, piece = 120 * 1024 * 1024, 16 * 1024
    message = frame(event("chat.began", {"id": "x" * piece}))
    written = threading.Semaphore(0)
    sent: list[int] = []

    def script(peer: Peer) -> None:
        peer.accept()
        peer.connection.settimeout(0.3)
        rest = memoryview(message * 64)
        try:
            while sum(sent) < total:
                sent.append(peer.connection.send(rest))
        except TimeoutError:
            pass
        written.release()
        peer.connection.settimeout(20)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with talk(peers(script)) as chat:
        assert written.acquire(timeout=20)
        assert sum(sent) < total / 4  # the server was made to wait
        messages = chat.socket._session.connection._messages
        waiting = messages.qsize() if run.portal is None else len(messages)
        assert waiting < MOST_WAITING + 65536 // 400
        whole = sum(sent) // len(message)
        assert names([chat.next() for _ in range(whole)]) == ["chat.began"] * whole
        assert whole > MOST_WAITING
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 60 * 1024 * 1024


DESCRIPTORS = Path("/proc/self/fd")
MANY = 500 if TIMES > 1 else 120


def test_hundreds_of_sockets_at_once_in_threads(peers: Any) -> None:
    server = peers(echo)
    client, threads = make(SyncClient, server), threading.active_count()
    with ExitStack() as stack:
        chats = [stack.enter_context(client.socket(CHAT, kinds()[0], 0)) for _ in range(MANY)]
        for number, chat in enumerate(chats):
            chat.message.create(content=str(number))
        assert [next(chat).data.id for chat in chats] == [*map(str, range(MANY))]
    server.join()
    client.close()
    assert not [one for one in threading.enumerate() if one.name == "coze socket"]
    assert threading.active_count() <= threads + MANY + 1  # the server's own


@backend
def test_hundreds_of_sockets_at_once_in_tasks(peers: Any, backend: str) -> None:
    server = peers(echo)

    async def main() -> None:
        client = make(AsyncClient, server)

        async def use(number: int) -> None:
            async with client.socket(CHAT, kinds()[1], 0) as chat:
                await chat.message.create(content=str(number))
                assert (await anext(chat)).data.id == str(number)
                opened.append(number)
                if len(opened) == MANY:
                    all_open.set()
                await all_open.wait()

        opened: list[int] = []
        all_open = anyio.Event()
        async with anyio.create_task_group() as group:
            for number in range(MANY):
                group.start_soon(use, number)
        await client.aclose()

    anyio.run(main, backend=backend)
    server.join()


def test_no_descriptor_is_left_open(peers: Any, talk: Any) -> None:
    server = peers(echo)

    def count() -> int:
        gc.collect()
        return len([*DESCRIPTORS.iterdir()])

    if not DESCRIPTORS.is_dir():
        pytest.skip("needs /proc")
    counts = []
    for _ in range(4):
        with talk(server) as chat:
            chat.say()
            chat.next()
        server.join()
        counts.append(count())
    # Each client keeps what it has for its loop until the fixture closes it.
    assert counts[3] - counts[2] == counts[2] - counts[1]
    assert counts[3] - counts[2] <= 1


def test_a_client_opens_sockets_in_one_loop_after_another(peers: Any) -> None:
    server = peers(echo)
    client = make(AsyncClient, server)

    async def main() -> None:
        async with client.socket(CHAT, kinds()[1], 0) as chat:
            await chat.message.create(content="here")
            assert (await anext(chat)).data.id == "here"

    for _ in range(2):
        asyncio.run(main())
    threads = [threading.Thread(target=asyncio.run, args=[main()]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    asyncio.run(client.aclose())
    assert len(server.peers) == 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_refuses_what_its_parent_opened_and_leaves_it_alone(peers: Any) -> None:
    server = peers(echo)
    with make(SyncClient, server).socket(CHAT, kinds()[0], 0) as chat:
        child = os.fork()
        if child == 0:
            code = 1
            with suppress(BaseException):
                try:
                    chat.message.create(content="child")
                except CozeError as error:
                    code = 0 if "another process" in str(error) else 2
                chat.close()
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        chat.message.create(content="parent")
        assert next(chat).data.id == "parent"


def test_threads_that_close_at_once_all_return(peers: Any) -> None:
    server = peers(echo)
    with make(SyncClient, server).socket(CHAT, kinds()[0], 0) as chat:
        readers = [threading.Thread(target=lambda: list(chat)) for _ in range(3)]
        closers = [threading.Thread(target=chat.close) for _ in range(3)]
        for thread in [*readers, *closers]:
            thread.start()
        for thread in [*readers, *closers]:
            thread.join(10)
            assert not thread.is_alive()
