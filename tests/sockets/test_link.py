"""The state of a connection without I/O: whatever the bytes, the same messages and the same end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close, Opcode

from coze_core._ws._link import Closed, Link
from coze_core._ws._timing import Timing
from tests.fuzz.effort import TIMES, fuzzed
from tests.sockets.peer import event, frame

MESSAGES = [event("a", {"n": 1}), event("b", {"text": "你好" * 40}), event("c"), b"x" * 70000]
PING = frame(b"are you there", Opcode.PING)
STREAM = b"".join(
    [
        frame(MESSAGES[0]),
        PING,
        frame(MESSAGES[1][:30], fin=False),
        PING,
        frame(MESSAGES[1][30:60], Opcode.CONT, fin=False),
        frame(MESSAGES[1][60:], Opcode.CONT),
        frame(MESSAGES[2], Opcode.BINARY),
        frame(MESSAGES[3]),
        frame(Close(1000, "bye").serialize(), Opcode.CLOSE),
    ]
)


def make(messages: list[bytes] | None = None, **options: Any) -> Link:
    return Link(1_000_000, Timing(), ([] if messages is None else messages).append, **options)


def read(pieces: list[bytes]) -> tuple[list[bytes], Link]:
    messages: list[bytes] = []
    link = make(messages)
    for piece in pieces:
        link.receive(piece)
    return messages, link


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
@fuzzed(60)
def test_any_splitting_of_the_bytes_gives_the_same_messages_and_end(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in pairwise(places)]
    messages, link = read([piece for piece in pieces if piece])
    assert messages == MESSAGES
    assert link.closed == Closed(1000, "bye")
    assert link.outgoing().count(b"\x8a") >= 2  # pongs


@given(st.lists(st.binary(max_size=300), max_size=6), st.data())
@fuzzed(60)
def test_any_fragments_are_joined(messages: list[bytes], data: st.DataObject) -> None:
    stream = b""
    for message in messages:
        size = data.draw(st.integers(1, len(message) + 1))
        parts = [message[at : at + size] for at in range(0, len(message), size)] or [b""]
        for number, part in enumerate(parts):
            opcode = Opcode.CONT if number else Opcode.TEXT
            stream += frame(part, opcode, fin=number == len(parts) - 1)
            stream += data.draw(st.sampled_from([b"", PING]))
    assert read([stream])[0] == messages if stream else messages == []


@pytest.mark.parametrize("size", range(0, len(STREAM[:900]), 1 if TIMES > 1 else 7))
def test_a_cut_after_any_byte_gives_the_messages_before_it_and_one_end(size: int) -> None:
    messages, link = read([STREAM[:size], b""] if size else [b""])
    assert messages == MESSAGES[: len(messages)]
    assert link.closed == Closed(1006)
    before = [*messages]
    link.receive(frame(b"more"))
    assert messages == before


@given(st.binary(min_size=1, max_size=400))
@fuzzed(100)
def test_no_bytes_of_a_peer_raise(data: bytes) -> None:
    link = make()
    link.receive(data)
    link.receive(b"")
    assert link.closed is not None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xc1\x00", 1002),  # a reserved bit
        (b"\x83\x00", 1002),  # no such opcode
        (b"\x81\x81abcdx", 1002),  # masked by a server
        (frame(b"x" * 1_000_001), 1009),
        (frame(b"x", Opcode.CONT), 1002),
        (frame(b"x", fin=False) + frame(b"y"), 1002),
    ],
    ids=["reserved", "opcode", "masked", "too long", "no beginning", "no continuation"],
)
def test_what_breaks_the_protocol_ends_the_connection_with_its_code(data: bytes, code: int) -> None:
    for cut in range(1, 8):  # however it arrives, after a message that is whole
        messages, link = read([frame(b"whole") + data[:cut], data[cut:] or b"more"])
        assert messages == [b"whole"]
        assert link.closed is not None
        assert link.closed.code == code
        assert not link.closed.quiet
        assert link.outgoing()  # the peer is told


@pytest.mark.parametrize("size", [4_000, 4_001])
def test_a_message_may_be_as_long_as_the_limit(size: int) -> None:
    messages: list[bytes] = []
    link = Link(4_000, Timing(), messages.append)
    link.receive(frame(b"x" * size))
    assert [len(one) for one in messages] == [4_000] * (size == 4_000)
    assert link.closed is None or link.closed.code == 1009


@pytest.mark.parametrize(("sent", "code"), [(Close(4100, "no"), 4100), (None, 1005)])
def test_the_code_of_the_peer_is_kept(sent: Close | None, code: int) -> None:
    link = make()
    link.receive(frame(sent.serialize() if sent else b"", Opcode.CLOSE))
    assert link.closed == Closed(code, "no" if sent else "")


def test_an_answer_to_our_own_close_frame_is_a_quiet_end() -> None:
    link = make()
    link.close()
    link.close()
    assert link.outgoing()
    assert not link.outgoing()
    link.receive(frame(Close(1000, "").serialize(), Opcode.CLOSE))
    assert link.closed is not None
    assert link.closed.ours
    assert link.closed.quiet


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_silence_is_noticed_after_interval_and_patience() -> None:
    clock = Clock()
    link = make(clock=clock)
    clock.now += link.wait()
    assert clock.now == 1020
    link.tick()
    assert link.outgoing()[:1] == b"\x89"
    clock.now += link.wait()
    assert clock.now == 1040
    assert link.closed is None
    link.tick()
    assert link.closed == Closed(1006, "nothing came", silent=True)


def test_an_hour_of_audio_in_both_directions_needs_no_ping_and_has_no_end() -> None:
    clock, pings = Clock(), 0
    messages: list[bytes] = []
    link = make(messages, clock=clock)
    for number in range(180_000):  # pieces of 20 ms
        clock.now += 0.02
        link.send(b"up")
        if number % 5 == 0:
            link.receive(frame(b"down"))
            assert messages.pop() == b"down"
        if link.wait() <= 0:
            link.tick()
            pings += 1
        link.outgoing()
    assert link.closed is None
    assert pings == 0


def test_an_idle_hour_is_a_hundred_and_eighty_pings() -> None:
    clock, pings = Clock(), 0
    link = make(clock=clock)
    while clock.now < 4600:
        clock.now += link.wait()
        link.tick()
        pings += bool(link.outgoing())
        clock.now += 0.05
        link.receive(frame(b"", Opcode.PONG))
    assert link.closed is None
    assert pings == 180
