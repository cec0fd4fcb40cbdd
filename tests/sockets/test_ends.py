"""How a socket ends: closed, cut, silent; and how it is opened again."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from coze_core import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    CozeError,
    NotFoundError,
    PermissionDeniedError,
    Reconnected,
    StreamError,
)
from tests.fuzz.effort import TIMES
from tests.sockets.conftest import QUICK, is_, names
from tests.sockets.peer import LOGID, Peer, event, frame


def closing(code: int | None, reason: str = "", peer: Peer | None = None) -> Any:
    if peer is None:
        return partial(closing, code, reason)
    peer.accept()
    peer.send("chat.created")
    return peer.close(code, reason)


@pytest.mark.parametrize("code", [1000, None])
def test_a_socket_that_the_server_closes_in_good_order_has_an_end(
    peers: Any, talk: Any, code: int | None
) -> None:
    with talk(peers(closing(code))) as chat:
        assert names(chat.all()) == ["chat.created"]
        assert chat.all() == []
        with pytest.raises(StreamError, match="before the turn was over"):
            chat.turn()
        with pytest.raises(StreamError, match=r"before chat\.updated came") as caught:
            chat.until("chat.updated")
        assert caught.value.close_code == (code or 1005)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1001, APIConnectionError),
        (1002, StreamError),
        (1003, StreamError),
        (1007, StreamError),
        (1008, StreamError),
        (1009, StreamError),
        (1011, APIConnectionError),
        (1012, APIConnectionError),
        (1013, APIConnectionError),
        (3000, AuthenticationError),
        (3003, PermissionDeniedError),
        (3500, StreamError),
        (4001, NotFoundError),
        (4999, APIError),
    ],
)
def test_each_close_code_is_an_error_of_its_own(
    peers: Any, talk: Any, code: int, kind: type[CozeError]
) -> None:
    with talk(peers(closing(code, "said, with secret-token"))) as chat:
        got, error = chat.read()
        assert names(got) == ["chat.created"]
        error = is_(error, kind)
        assert (error.close_code, error.logid) == (code, LOGID)
        assert "said, with ***" in str(error)
        report = error.report()
        assert f"close code: {code}" in report
        assert LOGID in report
        assert "said" not in report
        assert "attempt 1: HTTP 101" in report
        assert "secret-token" not in str(error) + report
        is_(chat.read()[1], kind)  # and again, whoever asks
        with pytest.raises(kind):
            chat.say()


TWO = [event("chat.began", {"id": "1"}), event("chat.updated")]
STREAM = frame(TWO[0]) + frame(b"", 9) + frame(TWO[1][:9], fin=False) + frame(TWO[1][9:], 0)
STEP = 1 if TIMES > 1 else 37


@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
def test_a_cut_after_any_byte_gives_the_events_before_it_and_then_one_error(
    peers: Any, talk: Any, *, reset: bool
) -> None:
    def script(peer: Peer, size: int) -> None:
        peer.accept()
        peer.raw(STREAM[:size])
        if reset:
            peer.receive()  # what it was sent, so that a reset loses nothing of ours
        peer.cut(reset=reset)

    for size in [*range(0, len(STREAM), STEP), len(STREAM) - 1, len(STREAM)]:
        with talk(peers(partial(script, size=size))) as chat:
            if reset:
                due = (size >= len(frame(TWO[0]))) + (size == len(STREAM))
                got = [chat.next() for _ in range(due)]
                chat.say()
            else:
                got = []
            more, error = chat.read()
            assert [one.event_type for one in got + more] == [
                "chat.began",
                "chat.updated",
            ][: (size >= len(frame(TWO[0]))) + (size == len(STREAM))]
            error = is_(error, APIConnectionError)
            assert error.close_code == 1006
            assert error.sent


def test_a_silent_link_is_noticed_and_an_idle_one_lives(peers: Any, talk: Any) -> None:
    go_on = threading.Event()

    def silent(peer: Peer) -> None:
        peer.accept()
        peer.send("chat.created")
        go_on.wait(20)

    def idle(peer: Peer) -> None:
        peer.accept()
        while peer.pings < 5:
            got = peer._next()
            peer.pings += got.opcode == 9
        peer.send("chat.done")
        peer.drain()

    with talk(peers(silent), timing=QUICK) as chat:
        got, error = chat.read()
        assert names(got) == ["chat.created"]
        error = is_(error, APITimeoutError)
        assert (error.phase, error.seconds, error.logid) == ("read", 0.2, LOGID)
        go_on.set()
    with talk(peers(idle), timing=QUICK._replace(patience=5)) as chat:
        assert names(chat.turn()) == ["chat.done"]


def test_what_breaks_the_protocol_is_an_error_and_an_end(peers: Any, talk: Any) -> None:
    def script(peer: Peer) -> None:
        peer.accept()
        peer.raw(frame(event("chat.created")) + b"\xc1\x00")
        peer.drain()

    with talk(peers(script)) as chat:
        got, error = chat.read()
        assert names(got) == ["chat.created"]
        assert is_(error, StreamError).close_code == 1002


def test_a_message_that_is_too_long_is_an_error(peers: Any, talk: Any, run: Any) -> None:
    def script(peer: Peer) -> None:
        peer.accept()
        peer.raw(frame(b"x" * 5000))
        peer.drain()

    server = peers(script)
    client = run.client(server)
    client.settings = client.settings.changed(max_response_bytes=4000)
    original, run.client = run.client, lambda *_, **__: client
    with talk(server) as chat:
        run.client = original
        assert is_(chat.read()[1], StreamError).close_code == 1009


def lost_then(*more: Any) -> list[Any]:
    def lost(peer: Peer) -> None:
        peer.accept()
        peer.send("chat.created")
        while peer.receive()["event_type"] != "message.create":
            peer.send("chat.began", {"id": "1", "conversation_id": "c7"})
        peer.cut()

    return [lost, *more]


def back(peer: Peer) -> None:
    peer.accept()
    while sent := peer.receive():
        if sent["event_type"] == "message.create":
            peer.send("chat.done", {"id": "2"})


@pytest.mark.usefixtures("short_pauses")
def test_a_reconnect_sends_settings_and_nothing_else_again(peers: Any, talk: Any) -> None:
    server = peers(*lost_then(back))
    with talk(server, reconnect=3) as chat:
        chat.send("chat.update", {"audio": {"rate": 8000, "format": "pcm"}, "config": {"a": 1}})
        chat.send("chat.update", {"audio": {"rate": 16000}})
        chat.send("audio.append", {"delta": b"abc"})
        chat.until("chat.began")
        chat.say()
        got = []
        while not isinstance(event := chat.next(), Reconnected):
            got.append(event)
        error = is_(event.data, APIConnectionError)
        assert (event.event_type, event.logid, error.close_code) == ("reconnected", LOGID, 1006)
        chat.say("again")
        assert names(chat.turn()) == ["chat.done"]
    sent = [(one["event_type"], one["data"]) for one in server.peers[1].events]
    assert sent == [
        (
            "chat.update",
            {
                "audio": {"rate": 16000, "format": "pcm"},
                "config": {"a": 1, "conversation_id": "c7"},
            },
        ),
        ("message.create", {"content": "again", "role": "user"}),
    ]


@pytest.mark.usefixtures("short_pauses")
def test_a_turn_that_was_lost_ends_with_the_error_unless_it_is_begun_again(
    peers: Any, talk: Any
) -> None:
    with talk(peers(*lost_then(back)), reconnect=1) as chat:
        chat.say()
        got, error = chat.read(chat.run_sync(chat.socket.turn))
        assert names(got) == ["chat.created", "reconnected"]
        assert error is got[1].data
        chat.say()
        assert names(chat.turn()) == ["chat.done"]


@pytest.mark.usefixtures("short_pauses")
def test_a_reconnect_gives_up_after_so_many_attempts(peers: Any, talk: Any) -> None:
    def refuse(peer: Peer) -> None:
        peer.refuse(503, {"code": 0})

    server = peers(*lost_then(refuse))
    with talk(server, reconnect=2, max_retries=0) as chat:
        chat.say()
        got, error = chat.read()
        assert names(got) == ["chat.created"]
        assert is_(error, APIConnectionError).close_code == 1006
    assert len(server.peers) == 3


@pytest.mark.usefixtures("short_pauses")
def test_a_socket_that_is_closed_while_it_is_opened_again_just_ends(peers: Any, talk: Any) -> None:
    is_asked, go_on = threading.Event(), threading.Event()

    def slow(peer: Peer) -> None:
        is_asked.set()
        go_on.wait(20)
        peer.accept()
        peer.drain()

    with talk(peers(*lost_then(slow)), reconnect=1) as chat:
        chat.send("chat.update", {"config": {"a": 1}})
        chat.say()
        done: list[Any] = []
        reading = threading.Thread(target=lambda: done.append(chat.read()))
        reading.start()
        assert is_asked.wait(20)
        chat.close()
        go_on.set()
        reading.join(20)
        ((got, error),) = done
        assert (names(got)[0], error) == ("chat.created", None)


def test_nothing_is_opened_again_without_being_asked(peers: Any, talk: Any) -> None:
    server = peers(*lost_then(back))
    with talk(server) as chat:
        chat.say()
        is_(chat.read()[1], APIConnectionError)
    assert len(server.peers) == 1


@pytest.mark.parametrize("code", [3000, 4001, 1008])
def test_a_socket_that_was_closed_for_a_reason_is_not_opened_again(
    peers: Any, talk: Any, code: int
) -> None:
    server = peers(closing(code))
    with talk(server, reconnect=3) as chat:
        assert chat.read()[1].close_code == code
    assert len(server.peers) == 1


@pytest.mark.parametrize("reconnect", [-1, 1.5, True, "3", None])
def test_a_number_of_reconnects_that_is_none_is_refused(
    peers: Any, talk: Any, reconnect: Any
) -> None:
    with (
        pytest.raises(CozeError, match="reconnect must be a whole number"),
        talk(peers(back), reconnect=reconnect),
    ):
        pass


def test_closing_ends_what_waits_and_answers_the_server(peers: Any, talk: Any) -> None:
    server = peers(back)
    with talk(server) as chat:
        waiting = threading.Thread(target=lambda: done.append(chat.read()))
        done: list[Any] = []
        waiting.start()
        threading.Event().wait(0.05)
        chat.close()
        waiting.join(10)
        assert done == [([], None)]
    server.join()
    assert server.peers[0].protocol.close_rcvd.code == 1000


def test_closing_the_client_ends_its_sockets(peers: Any, talk: Any, run: Any) -> None:
    server = peers(back)
    client = run.client(server)
    original, run.client = run.client, lambda *_, **__: client
    with talk(server) as chat:
        run.client = original
        run.close(client)
        assert chat.read() == ([], None)
