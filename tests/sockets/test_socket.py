"""What a user sees of an open socket, in threads, asyncio and trio alike."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

import anyio
import pytest

from coze_core import APIConnectionError, CozeError, Reconnected, StreamError, UnknownSocketEvent
from tests.sockets.conftest import is_, names
from tests.sockets.peer import LOGID, Peer, frame
from tests.sockets.socket_samples import HEARING, SPEECH, Audio, Chat, Delta, Text


def serve_chat(peer: Peer) -> None:
    """Answer each message with a turn, like the service."""
    peer.accept()
    peer.send("chat.created")
    while sent := peer.receive():
        match sent["event_type"]:
            case "message.create":
                peer.send("chat.began", {"id": "1", "conversation_id": "c1"})
                peer.send("audio.delta", {"content": base64.b64encode(b"\x00\xffhi").decode()})
                peer.send("audio.done")
                peer.send("chat.done", {"id": "1"})
            case "text.speak":
                peer.send("audio.done")
            case "audio.append":
                peer.send("text.delta", {"content": sent["data"]["delta"]})
                peer.send("chat.done", {"id": "2"})
            case "chat.update":
                peer.send("chat.updated")
            case _:
                peer.send("error", {"code": 4000, "msg": "no, secret-token"})


def test_a_turn_is_its_events_up_to_the_one_that_ends_it(peers: Any, talk: Any) -> None:
    with talk(peers(serve_chat)) as chat:
        for first in (["chat.created"], []):
            chat.say("hi")
            events = chat.turn()
            assert names(events) == [*first, "chat.began", "audio.delta", "audio.done", "chat.done"]
        assert events[0].data == Chat("1", "c1")
        assert events[1].data == Audio(b"\x00\xffhi")
        assert (events[3].id, events[3].logid) == ("e1", LOGID)
        assert chat.socket.response.logid == LOGID


def test_a_turn_that_was_begun_by_other_means_ends_with_its_own_event(
    peers: Any, talk: Any
) -> None:
    with talk(peers(serve_chat)) as chat:
        chat.send("text.speak", {"text": "hi"})
        assert names(chat.turn()) == ["chat.created", "audio.done"]
        chat.say()
        assert names(chat.turn())[-1] == "chat.done"


def test_until_ends_with_the_event_that_was_named(peers: Any, talk: Any) -> None:
    with talk(peers(serve_chat)) as chat:
        chat.send("chat.update", {"config": {"a": 1}})
        assert names(chat.until("chat.updated")) == ["chat.created", "chat.updated"]


@pytest.mark.parametrize("name", ["chat.udpated", "error", ""])
def test_until_refuses_what_never_comes(peers: Any, talk: Any, name: str) -> None:
    with talk(peers(serve_chat)) as chat, pytest.raises(CozeError, match="no event that this"):
        chat.until(name)


def test_bytes_go_up_as_base64_and_ids_are_made(peers: Any, talk: Any) -> None:
    server = peers(serve_chat)
    with talk(server) as chat:
        for audio in (b"\x00\x01\xff", bytearray(b"\x00\x01\xff"), memoryview(b"\x00\x01\xff")):
            chat.send("audio.append", {"delta": audio})
            assert chat.turn()[-2].data == Text("AAH/")
        ids = {sent["id"] for sent in server.peers[0].events}
        assert len(ids) == 3
        chat.run(chat.socket.send, {"event_type": "chat.cancel", "id": "mine"})
    server.join()
    assert server.peers[0].events[3] == {"event_type": "chat.cancel", "id": "mine"}


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"event_type": "chat.updat"}, "no event that this socket sends. Send one of chat.update"),
        ({"event_type": "hearing.update", "data": {}}, "no event that this socket sends"),
        ({"event_type": "audio.append", "data": {"delta": "text"}}, "delta .* must be bytes"),
        ({"event_type": "audio.append", "data": {"delta": [1]}}, "delta .* must be bytes"),
        ({"event_type": "message.create", "data": {"content": b"x"}}, "must be no bytes"),
        ({"event_type": "message.create", "data": {"content": object()}}, "written as JSON"),
        ({"event_type": "message.create", "data": {"content": float("nan")}}, "NaN|nan|number"),
        ({"event_type": "message.create", "data": ["x"]}, "an event is a dict"),
        ({"event_type": 5}, "an event is a dict"),
        ({"event": "chat.update"}, "'event'"),
        ("chat.update", "an event is a dict"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_the_call(
    peers: Any, talk: Any, event: Any, says: str
) -> None:
    server = peers(serve_chat)
    with talk(server) as chat:
        with pytest.raises(CozeError, match=says):
            chat.run(chat.socket.send, event)
        chat.say()  # it is as usable as before
        assert names(chat.turn())[-1] == "chat.done"
    assert [sent["event_type"] for sent in server.peers[0].events] == ["message.create"]


def test_an_error_event_is_raised_and_the_socket_stays_usable(peers: Any, talk: Any) -> None:
    with talk(peers(serve_chat)) as chat:
        chat.next()
        chat.send("chat.cancel")
        got, error = chat.read(chat.run_sync(chat.socket.turn))
        error = is_(error, StreamError)
        assert (got, error.code, error.msg, error.logid) == ([], 4000, "no, ***", LOGID)
        assert "secret-token" not in str(error) + error.report() + repr(error.data)
        assert "no, " not in error.report()
        assert "code: 4000" in error.report()
        chat.say()
        assert names(chat.turn())[-1] == "chat.done"


def test_an_error_event_whose_data_are_a_text_says_that_text(peers: Any, talk: Any) -> None:
    def serve(peer: Peer) -> None:
        peer.accept()
        peer.send("error", "no credits")
        peer.receive()

    with talk(peers(serve)) as chat:
        error = is_(chat.read(chat.run_sync(chat.socket.turn))[1], StreamError)
        assert (error.code, error.msg) == (None, "no credits")
        assert "the API reports an error: no credits" in str(error)


@pytest.mark.parametrize(
    ("message", "data"),
    [
        (b'{"event_type": "new.event", "data": {"a": [1]}}', {"a": [1]}),
        (b'{"event_type": "new.event"}', None),
        (b'{"event_type": "new.event", "data": "\xff"}', "\ufffd"),
        (b'{"event_type": "new.event", "data": "\\ud800"}', "\ud800"),
        (b'{"event_type": "new.event", "data": 1e999}', float("inf")),
        (b"not JSON", "not JSON"),
        (b"\xff\xfe\x00", b"\xff\xfe\x00"),
        (b"[1, 2]", [1, 2]),
        (b'{"event_type": 5, "data": 1}', {"event_type": 5, "data": 1}),
        (b"", ""),
    ],
)
def test_what_nothing_describes_is_delivered_as_it_is(
    peers: Any, talk: Any, message: bytes, data: object
) -> None:
    def script(peer: Peer) -> None:
        peer.accept()
        peer.raw(frame(message))
        peer.send("chat.done", {"id": "1"})
        peer.drain()

    with talk(peers(script)) as chat:
        event = chat.turn()[0]
        assert isinstance(event, UnknownSocketEvent)
        assert event.event_type == "unknown"
        assert event.name in {"new.event", ""}
        assert event.data == data


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"content": "YWI"}, Audio(b"ab")),  # without its padding
        ({"content": "_-8="}, Audio(b"\xff\xef")),  # the other alphabet
        ({"content": "**"}, Audio("**")),  # type: ignore[arg-type]
        ({}, Audio(None)),  # type: ignore[arg-type]
        (None, None),
        (7, 7),
    ],
)
def test_incomplete_and_broken_events_are_delivered_as_far_as_they_can_be_read(
    peers: Any, talk: Any, data: object, kept: object
) -> None:
    def script(peer: Peer) -> None:
        peer.accept()
        peer.send("audio.delta", data)
        peer.send("chat.done")
        peer.drain()

    with talk(peers(script)) as chat:
        events = chat.turn()
        assert names(events) == ["audio.delta", "chat.done"]
        assert events[0].data == kept


@pytest.mark.parametrize("text", ["\ud800", 10**40])
def test_an_event_is_read_though_two_of_its_parts_do_not_fit(
    peers: Any, talk: Any, text: object
) -> None:
    def script(peer: Peer) -> None:
        peer.accept()
        event = {"id": 5, "event_type": "text.delta", "data": {"content": text}}
        peer.raw(frame(json.dumps(event).encode()))
        peer.send("chat.done")
        peer.drain()

    with talk(peers(script)) as chat:
        event = chat.turn()[0]
        assert (event.id, event.data) == ("5", Text(str(text)))


def test_a_socket_is_used_inside_of_its_block_and_once(peers: Any, run: Any) -> None:
    from tests.sockets.socket_samples import CHAT, AsyncChatSocket, ChatSocket

    kind: Any = ChatSocket if run.portal is None else AsyncChatSocket
    client = run.client(peers(serve_chat))
    made = client.socket(CHAT, kind, 0)
    with pytest.raises(CozeError, match="is not open"):
        made.turn()
    with pytest.raises(CozeError, match="is not open"):
        _ = made.response
    assert "not open" in repr(made)
    opened = made if run.portal is None else run.portal.wrap_async_context_manager(made)
    with opened as socket:
        assert "open" in repr(socket)
    with pytest.raises(CozeError, match="is closed"):
        made.turn()
    with pytest.raises(CozeError, match="is closed"):
        run(made.send, {"event_type": "chat.cancel"})
    with pytest.raises(CozeError, match="only once"):
        run(made.__enter__ if run.portal is None else made.__aenter__)


def serve_speech(peer: Peer) -> None:
    peer.accept()
    while sent := peer.receive():
        if sent["event_type"] == "text.append":
            piece = sent["data"]["delta"].encode()
            assert len(piece) <= 8
            peer.send("speech.delta", {"delta": base64.b64encode(piece).decode()})
        else:
            peer.send("speech.delta", {"delta": ""})
            peer.send("speech.done")


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("reconnect", [0, 1])
def test_a_pipe_ends_with_the_error_of_a_connection_that_is_lost(
    peers: Any, talk: Any, reconnect: int
) -> None:
    def lost(peer: Peer) -> None:
        peer.accept()
        peer.receive()
        peer.send("speech.delta", {"delta": "b25l"})
        peer.cut()

    with talk(peers(lost, serve_speech), operation=SPEECH, reconnect=reconnect) as speech:
        got, error = speech.read(speech.pipe("one"))
        assert got == [b"one"]
        assert is_(error, APIConnectionError).close_code == 1006
        if reconnect:
            assert speech.all(speech.pipe("two")) == [b"two"]


@pytest.mark.parametrize(
    "source", ["你好, 你好, and a longer text", ["你好, ", "", "你好, and a ", "longer text"]]
)
def test_a_pipe_sends_pieces_and_yields_what_comes_of_them(
    peers: Any, talk: Any, source: Any
) -> None:
    server = peers(serve_speech)
    with talk(server, operation=SPEECH) as speech:
        for _ in range(2):
            assert b"".join(speech.all(speech.pipe(source))) == "".join(source).encode()
    assert len(server.peers[0].events) > 8


@pytest.mark.parametrize(("source", "pieces"), [(b"ab" * 40000, 3), ([b"ab", b"cd"], 2), ([], 0)])
def test_a_pipe_of_audio_cuts_long_bytes(peers: Any, talk: Any, source: Any, pieces: int) -> None:
    def script(peer: Peer) -> None:
        peer.accept()
        while peer.receive()["event_type"] == "audio.append":
            peer.send("text.update", {"content": f"{len(peer.events)} heard"})
        peer.send("text.done")
        peer.drain()

    server = peers(script)
    with talk(server, operation=HEARING) as hearing:
        assert hearing.all(hearing.pipe(source)) == [f"{n} heard" for n in range(1, pieces + 1)]
    got = [base64.b64decode(sent["data"]["delta"]) for sent in server.peers[0].events[:-1]]
    assert b"".join(got) == b"".join([source] if isinstance(source, bytes) else source)


class SourceError(Exception):
    pass


def test_an_error_of_the_source_ends_the_pipe_and_comes_as_it_is(peers: Any, talk: Any) -> None:
    def source() -> Any:
        yield "one"
        raise SourceError

    with talk(peers(serve_speech), operation=SPEECH) as speech:
        got, error = speech.read(speech.pipe(source()))
        assert b"".join(got) in {b"", b"one"}
        is_(error, SourceError)


@pytest.mark.parametrize("source", [5, None, b"bytes", [b"bytes"], [5]])
def test_a_pipe_refuses_what_it_cannot_send(peers: Any, talk: Any, source: Any) -> None:
    with (
        talk(peers(serve_speech), operation=SPEECH) as speech,
        pytest.raises(CozeError, match="pipe takes text"),
    ):
        speech.all(speech.pipe(source))


def test_one_pipe_feeds_a_socket_at_a_time(peers: Any, talk: Any) -> None:
    go_on = threading.Event()

    def source() -> Any:
        yield "one"
        go_on.wait(10)
        yield "two"

    with talk(peers(serve_speech), operation=SPEECH) as speech:
        if speech.run.portal is None:
            flow = speech.pipe(source())
            assert next(flow) == b"one"
            with pytest.raises(CozeError, match="another pipe"):
                speech.pipe("text")
            go_on.set()
            assert list(flow) == [b"two"]


def test_an_async_source_is_awaited_while_events_come(peers: Any, talk: Any, run: Any) -> None:
    async def source() -> Any:
        for word in ("one", "two"):
            await anyio.sleep(0.01)
            yield word

    with talk(peers(serve_speech), operation=SPEECH) as speech:
        if run.portal is not None:
            assert speech.all(speech.pipe(source())) == [b"one", b"two"]


def test_a_socket_without_a_pipe_says_so(peers: Any, talk: Any) -> None:
    with talk(peers(serve_chat)) as chat, pytest.raises(CozeError, match="has no pipe"):
        chat.pipe("text")


def test_events_know_their_type_and_show_little_in_their_repr() -> None:
    long = Delta(b"x" * 10_000)
    from coze_core import SocketEvent

    assert len(repr(SocketEvent("a", long))) < 300
    assert issubclass(Reconnected, SocketEvent)
