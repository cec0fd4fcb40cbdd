from __future__ import annotations

import re
from importlib.resources import files
from itertools import cycle, pairwise
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_core._sse import Decoder, EventTooLongError, ServerSentEvent
from tests.fuzz.effort import fuzzed, sampled

_Plain = tuple[str, str, str | None, int | None]

PIECES = [
    *(b"data", b"event", b"id", b"retry", b":", b" ", b"x", b"12", b"\n", b"\r", b"\r\n", b"\n\n"),
    *(b"data: {}\n\n", b"event: done\n", b"id:7\n", b": comment\n", b"retry: 10\n", b"data\n"),
    *(b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\0", b"\xff", b"\xe6\x98", b"\x85", b"\xc2\x85"),
    *("é".encode(), "\u2028".encode(), "🍓".encode()),
]
streams = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)


def by_the_letter(stream: bytes) -> list[_Plain]:
    """Follow the algorithm of the standard, word for word, for a stream that has ended."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    *lines, _ = re.split("\r\n|\n|\r", text)
    events: list[_Plain] = []
    data = name = ""
    last_id: str | None = None
    retry: int | None = None
    for line in lines:
        field, colon, value = line.partition(":")
        if not line:
            if data:
                events.append((name or "message", data.removesuffix("\n"), last_id, retry))
            data, name, retry = "", "", None
        elif colon and not field:
            continue
        elif field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data += value.removeprefix(" ") + "\n"
        elif field == "id" and "\0" not in value:
            last_id = value.removeprefix(" ")
        elif field == "retry" and re.fullmatch("[0-9]+", value.removeprefix(" ")):
            retry = int(value.removeprefix(" "))
    return events


def feed(decoder: Decoder, chunk: bytes) -> list[ServerSentEvent]:
    """Return the events that these bytes complete."""
    events = map(decoder.event, decoder.blocks(chunk))
    return [event for event in events if event is not None]


def plain(events: list[ServerSentEvent]) -> list[_Plain]:
    return [(e.event, e.data.decode(errors="replace"), e.id, e.retry) for e in events]


def decoded(*chunks: bytes) -> list[_Plain]:
    decoder = Decoder()
    return [event for chunk in chunks for event in plain(feed(decoder, chunk))]


@given(streams)
@fuzzed(60)
def test_every_event_comes_with_its_last_byte_and_as_the_standard_says(stream: bytes) -> None:
    decoder = Decoder()
    events: list[_Plain] = []
    for end in range(1, len(stream) + 1):
        events += plain(feed(decoder, stream[end - 1 : end]))
        assert events == by_the_letter(stream[:end])


@given(streams, st.data())
@fuzzed(60)
def test_no_cut_changes_the_events(stream: bytes, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=6))
    cuts = [0, *sorted(places), len(stream)]
    chunks = [stream[start:end] for start, end in pairwise(cuts)]
    assert decoded(*chunks) == by_the_letter(stream)


SCRIPTS = [file.read_bytes() for file in files("coze_sandbox").joinpath("streams").iterdir()]
ODD = (
    b"\xef\xbb\xbf: hello\nretry: 10\n\n"
    b"id: 1\nevent: a\ndata: \xe2\x80\xa8\xe2\x80\xa9\xc2\x85\n\n"
    b":\ndata: one\ndata:\n: between\ndata: three\nid\n\n"
    b"event: none\n\n\n\ndata:\xff\xe6\x98\n\nevent: cut\ndata: off"
)
ENDS = {"LF": [b"\n"], "CRLF": [b"\r\n"], "CR": [b"\r"], "mixed": [b"\n", b"\r\n", b"\r", b"\r"]}


@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("stream", [ODD, *SCRIPTS], ids=len)
def test_every_cut_through_a_stream_as_they_come_gives_the_same_events(
    stream: bytes, ends: list[bytes]
) -> None:
    *lines, rest = stream.split(b"\n")
    stream = b"".join(map(add, lines, cycle(ends))) + rest
    whole = by_the_letter(stream)
    assert whole
    for cut in sampled(range(len(stream) + 1), 5):
        assert decoded(stream[:cut], stream[cut:]) == whole


@given(streams)
@fuzzed(20)
def test_every_single_cut_gives_the_same_events(stream: bytes) -> None:
    expected = by_the_letter(stream)
    for cut in range(len(stream) + 1):
        assert decoded(stream[:cut], stream[cut:]) == expected


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data\n\n", [("message", "", None, None)]),
        (b"data:\ndata\n\n", [("message", "\n", None, None)]),
        (b"data:a\ndata: b\ndata:  c\n\n", [("message", "a\nb\n c", None, None)]),
        (b"event:x\n\ndata:1\n\n", [("message", "1", None, None)]),
        (b"id:1\n\ndata:1\n\n", [("message", "1", "1", None)]),
        (
            b"id:1\ndata:1\n\nid\ndata:2\n\n",
            [("message", "1", "1", None), ("message", "2", "", None)],
        ),
        (b"id:1\nid:a\0b\ndata:1\n\n", [("message", "1", "1", None)]),
        (
            b"retry:5\ndata:1\n\ndata:2\n\n",
            [("message", "1", None, 5), ("message", "2", None, None)],
        ),
        (b"retry:5\nretry:x\ndata:1\n\n", [("message", "1", None, 5)]),
        (b"id:\xff\ndata:1\n\n", [("message", "1", "\ufffd", None)]),
        (b"event:\xe6\x98\ndata:1\n\n", [("\ufffd", "1", None, None)]),
        (b"retry:-5\nretry:+5\nretry:5_0\nretry:\ndata:1\n\n", [("message", "1", None, None)]),
        ("retry:٣\ndata:1\n\n".encode(), [("message", "1", None, None)]),
        (b":c\n: data:1\n\ndata:1\n:\n\n", [("message", "1", None, None)]),
        (b"Data:1\n data:1\nfield:1\ndata:2\n\n", [("message", "2", None, None)]),
        (b"\xef\xbb\xbfdata:1\n\n", [("message", "1", None, None)]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata:1\n\n", []),
        (b"data:1\r\rdata:2\r\n\r\ndata:3\n\r\n", [("message", n, None, None) for n in "123"]),
        (
            "data:a\u2028b\u2029c\x85d\n\n".encode(),
            [("message", "a\u2028b\u2029c\x85d", None, None)],
        ),
        (b"data:\xff\xe6\x98\n\n", [("message", "\ufffd\ufffd", None, None)]),
        (b"event:done\ndata:[DONE]\n\n", [("done", "[DONE]", None, None)]),
        (b'event:done\ndata:"[DONE]"\n\n', [("done", '"[DONE]"', None, None)]),
        (
            b"id: 0\nevent: Message\ndata: {}\nid: 1\nevent: Done\ndata: {}\n\n",
            [("Done", "{}\n{}", "1", None)],
        ),
    ],
)
def test_the_grammar_is_kept_to_the_letter(stream: bytes, expected: list[_Plain]) -> None:
    assert by_the_letter(stream) == expected
    assert decoded(stream) == expected


def test_an_absurd_retry_is_no_error() -> None:
    assert decoded(b"retry:" + b"9" * 10_000 + b"\ndata:1\n\n") == [("message", "1", None, None)]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r", b"\r\n"])
def test_the_event_that_the_end_cut_off_is_kept_apart(end: bytes) -> None:
    decoder = Decoder()
    assert feed(decoder, b"data:1\n\nid:7\nevent: Done\ndata: {}" + end) == [
        ServerSentEvent("message", b"1")
    ]
    assert decoder.finish() == ServerSentEvent("Done", b"{}", "7")
    assert decoder.finish() is None


@pytest.mark.parametrize(
    "rest", [b"", b"data:1\n\n", b"event: Done\n", b": bye", b"\n", b"\xef\xbb"]
)
def test_nothing_is_left_where_no_data_began(rest: bytes) -> None:
    decoder = Decoder()
    feed(decoder, rest)
    assert decoder.finish() is None


def test_large_events_in_small_chunks_are_read_in_linear_time() -> None:
    data = b"x" * 10_000_000
    stream = b"data:" + data + b"\n\n"
    decoder = Decoder()
    events = [
        event
        for start in range(0, len(stream), 100)
        for event in feed(decoder, stream[start : start + 100])
    ]
    assert [event.data for event in events] == [data]


def test_many_data_lines_are_joined_in_linear_time() -> None:
    (event,) = feed(Decoder(), b"data:x\n" * 500_000 + b"\n")
    assert event.data == b"\n".join([b"x"] * 500_000)


def test_a_million_events_are_read_in_linear_time() -> None:
    chunk = b"data:1\n\n" * 1_000
    decoder = Decoder()
    assert sum(len(feed(decoder, chunk)) for _ in range(1_000)) == 1_000_000


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_comments_without_an_event_are_not_kept(size: int) -> None:
    decoder = Decoder(limit=5_000)
    stream = b"event: a\n" + b": ping\n" * 20_000 + b"data: 1\n: pong\n\n"
    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
    events = [event for chunk in chunks for event in feed(decoder, chunk)]
    assert events == [ServerSentEvent("a", b"1")]
    assert decoder.rest == b""


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize(
    ("begin", "goes_on"), [(b"data:", b"x"), (b"", b"data:x\n"), (b"", b"id\n"), (b"id:1\n:", b"x")]
)
def test_an_event_is_not_kept_beyond_the_limit(begin: bytes, goes_on: bytes, size: int) -> None:
    limit = 10_000
    stream = begin + goes_on * 2 * limit
    chunks = iter([stream[start : start + size] for start in range(0, len(stream), size)])
    with pytest.raises(EventTooLongError):
        list(map(Decoder(limit).blocks, chunks))
    fed = len(stream) - sum(map(len, chunks))
    assert limit < fed <= limit + 2 * size


def test_an_event_may_be_as_long_as_the_limit() -> None:
    event = b"data:" + b"x" * 95
    for rest in (b"\n\n", b"\n: comments do not count\n\n"):
        decoder = Decoder(limit=101)
        assert feed(decoder, event) == []
        assert [event.data for event in feed(decoder, rest)] == [b"x" * 95]
