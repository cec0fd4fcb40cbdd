from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError, StreamError
from coze_core._events import Event, UnknownEvent
from coze_core._operation import StreamOperation
from coze_core._response import response_of
from coze_core._streams import AsyncStream, Stream
from tests.core.sample_models import Message, Usage
from tests.core.stream_sources import (
    CHAT,
    DONE,
    DONE_EVENT,
    ERRORS,
    HELLO,
    HELLO_EVENT,
    USAGE,
    USAGE_EVENT,
    AsyncSource,
    Source,
    SyncSource,
    read_async,
    read_sync,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.core.conftest import Runner

ENDLESS: StreamOperation[Any] = StreamOperation(
    "chat.watch", "GET", "/watch", events=lambda: {"usage": Usage}
)


@pytest.fixture(params=[read_sync, read_async], ids=["sync", "async"])
def read(request: pytest.FixtureRequest) -> Any:
    return request.param


def named(name: str, data: object) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return f"event: {name}\ndata: {text}\n\n".encode()


def test_events_are_typed_by_their_names(read: Any) -> None:
    outcome = read(CHAT, HELLO + USAGE[:9], USAGE[9:], DONE)
    assert outcome.events == [
        HELLO_EVENT,
        USAGE_EVENT,
        Event("done", "[DONE]", "3"),
    ]
    assert outcome.error is None
    assert outcome.source.closed.is_set()


@given(
    st.lists(st.integers(0, len(HELLO + USAGE + DONE)), max_size=8),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
)
@settings(deadline=None)
def test_no_cut_changes_the_events(places: list[int], end: bytes) -> None:
    stream = (HELLO + USAGE + DONE).replace(b"\n", end)
    cuts = [0, *sorted(places), len(stream)]
    chunks = [stream[start:end] for start, end in pairwise(cuts)]
    for read_all in (read_sync, read_async):
        assert read_all(CHAT, *chunks)[:2] == (
            [HELLO_EVENT, USAGE_EVENT, Event("done", "[DONE]", "3")],
            None,
        )


def test_unknown_events_come_as_text_under_their_names(read: Any) -> None:
    outcome = read(CHAT, b"event: new\ndata: a\xff\nid: 5\nretry: 10\n\n", b"data: {}\n\n", DONE)
    assert outcome.events[:2] == [
        UnknownEvent("unknown", "a\ufffd", "5", 10, name="new"),
        UnknownEvent("unknown", "{}", "5", name="message"),
    ]
    assert outcome.events[0].event == "unknown"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ('"[DONE]"', "[DONE]"),
        ("[DONE]", "[DONE]"),
        ("", ""),
        ('{"debug_url": "u"}', '{"debug_url": "u"}'),
        ("5", "5"),
        ('"a\\nb"', "a\nb"),
    ],
)
def test_text_is_the_json_string_or_else_the_data_itself(read: Any, data: str, text: str) -> None:
    assert read(CHAT, named("done", data)).events == [Event("done", text)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"token_count": "7"}, Usage(token_count="7")),  # pyright: ignore[reportArgumentType]
        ({"token_count": None}, Usage(token_count=None)),  # pyright: ignore[reportArgumentType]
        ([1], [1]),
        ("no json", "no json"),
        ('{"token_count": 1', '{"token_count": 1'),
    ],
)
def test_data_that_does_not_fit_comes_all_the_same(
    read: Any, data: object, expected: object
) -> None:
    outcome = read(CHAT, named("usage", data), DONE)
    assert outcome.events == [Event("usage", expected), DONE_EVENT]
    assert outcome.error is None


@pytest.mark.parametrize(
    ("name", "data", "code", "msg"),
    [
        ("error", {"code": 4000, "msg": "bad"}, 4000, "bad"),
        ("error", {"code": "720702204", "msg": "bad"}, 720702204, "bad"),
        ("error", {"error_code": 5000, "error_message": "bad"}, 5000, "bad"),
        ("error", {"code": 4000}, 4000, "the event error, without a reason"),
        ("error", {"code": 0, "msg": "", "last_error": {"code": 5, "msg": "deep"}}, 5, "deep"),
        ("error", {"zip_code": "12", "last_error": {"code": 5, "msg": "deep"}}, 5, "deep"),
        ("error", {}, None, "the event error, without a reason"),
        ("error", [], None, "the event error, without a reason"),
        ("error", None, None, "the event error, without a reason"),
        ("error", "it broke", None, "it broke"),
        ("error", '"it broke"', None, "it broke"),
    ],
)
def test_error_events_are_raised_after_what_came_before(
    read: Any, name: str, data: object, code: int | None, msg: str
) -> None:
    outcome = read(CHAT, HELLO + named(name, data) + HELLO, DONE)
    assert outcome.events == [HELLO_EVENT]
    assert outcome.source.closed.is_set()
    error = outcome.error
    assert isinstance(error, StreamError)
    assert (error.code, error.msg, error.logid) == (code, msg, "L")
    assert error.data == (data if not isinstance(data, str) else data.strip('"'))
    assert response_of(error).status_code == 200


def test_the_data_of_an_error_event_is_typed_where_its_type_is_known(read: Any) -> None:
    reason = {"code": 4028, "msg": "paid up"}
    data: dict[str, Any] = {"id": "1", "role": "a", "content": "", "extra": reason}
    error = read(CHAT, named("failed", data | {"detail": {"logid": "own"}})).error
    assert (error.code, error.msg, error.logid) == (4028, "paid up", "own")
    assert error.data == Message(**data)


def test_nothing_comes_after_an_error_event() -> None:
    with Stream(CHAT, SyncSource([named("error", {}) + HELLO, HELLO]).open, ERRORS) as stream:
        with pytest.raises(StreamError):
            next(stream)
        assert list(stream) == []


def test_the_end_event_is_the_last_one_and_nothing_is_waited_for(read: Any) -> None:
    outcome = read(CHAT, HELLO, DONE + HELLO, HELLO, APIConnectionError("never reached"))
    assert outcome.events == [HELLO_EVENT, DONE_EVENT]
    assert outcome.error is None
    assert outcome.source.left == 2


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_an_end_event_without_its_blank_line_is_the_end(read: Any, end: bytes) -> None:
    outcome = read(CHAT, HELLO, DONE.strip() + end)
    assert outcome.events == [HELLO_EVENT, DONE_EVENT]
    assert outcome.error is None


def test_events_without_blank_lines_between_them_still_end_the_stream(read: Any) -> None:
    stream = b'id: 0\nevent: usage\ndata: {"token_count":7}\nid: 1\nevent: done\ndata: {}'
    outcome = read(CHAT, stream)
    assert outcome.events == [Event("done", '{"token_count":7}\n{}', "1")]
    assert outcome.error is None


@pytest.mark.parametrize("last", [USAGE, USAGE.strip(), USAGE + b": bye\n", USAGE + b"\n\n"])
def test_a_connection_may_end_after_a_pause(read: Any, last: bytes) -> None:
    outcome = read(CHAT, HELLO, last)
    assert outcome.events == [HELLO_EVENT, USAGE_EVENT]
    assert outcome.error is None


@pytest.mark.parametrize(
    ("chunks", "events"),
    [
        ([], []),
        ([HELLO], [HELLO_EVENT]),
        ([HELLO.strip()], []),
        ([USAGE, HELLO], [USAGE_EVENT, Event("delta", HELLO_EVENT.data, "3")]),
        ([USAGE, b"event: delta\ndata: {"], [USAGE_EVENT]),
        ([HELLO, USAGE[:-10]], [HELLO_EVENT]),
        ([HELLO, b"event: done\n"], [HELLO_EVENT]),
    ],
)
def test_a_connection_that_ends_too_early_is_an_error(
    read: Any, chunks: list[bytes], events: list[object]
) -> None:
    outcome = read(CHAT, *chunks)
    assert outcome.events == events
    assert isinstance(outcome.error, StreamError)
    assert outcome.error.msg
    assert "closed before the end" in outcome.error.msg
    assert outcome.source.closed.is_set()


def test_an_error_event_without_its_blank_line_is_raised(read: Any) -> None:
    error = read(CHAT, b'event: error\ndata: {"code": 1, "msg": "x"}').error
    assert (error.code, error.msg) == (1, "x")


def test_a_stream_without_an_end_event_ends_with_the_connection(read: Any) -> None:
    outcome = read(ENDLESS, USAGE, USAGE.strip())
    assert outcome.events == [USAGE_EVENT]
    assert outcome.error is None


def test_a_lost_connection_is_raised_after_what_came_before(read: Any) -> None:
    lost = APIConnectionError("lost")
    outcome = read(CHAT, HELLO + HELLO, HELLO[:5], lost)
    assert outcome.events == [HELLO_EVENT, HELLO_EVENT]
    assert outcome.error is lost
    assert outcome.source.closed.is_set()


def test_a_request_that_fails_is_raised_by_with() -> None:
    def fail() -> Any:
        raise APIConnectionError("no connection")

    stream = Stream(CHAT, fail, ERRORS)
    with pytest.raises(APIConnectionError), stream:
        pytest.fail("not reached")
    with pytest.raises(CozeError, match="opened only once"), stream:
        pytest.fail("not reached")


def test_events_can_be_read_one_by_one_and_in_several_loops() -> None:
    with Stream(CHAT, SyncSource([HELLO + USAGE * 3, HELLO + DONE]).open, ERRORS) as stream:
        assert next(stream) == HELLO_EVENT
        for event in stream:
            assert event == USAGE_EVENT
            break
        names = [next(iter(stream)).event, *(event.event for event in stream)]
        assert names == ["usage", "usage", "delta", "done"]


def made(run: Runner, *chunks: bytes) -> tuple[Any, Source]:
    if run.portal is None:
        source = SyncSource(chunks)
        return Stream(CHAT, source.open, ERRORS), source
    other = AsyncSource(chunks)
    return AsyncStream(CHAT, other.open, ERRORS), other


def leave_by_break(run: Runner, stream: Any) -> None:
    with run.entered(stream):
        run.next(stream)


def leave_by_error(run: Runner, stream: Any) -> None:
    with pytest.raises(KeyError), run.entered(stream):
        raise KeyError(run.next(stream))


def leave_by_close(run: Runner, stream: Any) -> None:
    with run.entered(stream):
        run.next(stream)
        run.close(stream)
        with pytest.raises(CozeError, match="is closed"):
            run.next(stream)


@pytest.mark.parametrize("leave", [leave_by_break, leave_by_error, leave_by_close])
def test_the_connection_is_closed_however_the_stream_is_left(
    run: Runner, leave: Callable[[Runner, Any], None]
) -> None:
    stream, source = made(run, HELLO, HELLO, DONE)
    leave(run, stream)
    assert source.closed.is_set()
    assert source.left == 2


def test_the_connection_is_closed_with_the_generator_that_reads_the_stream() -> None:
    source = SyncSource([HELLO, HELLO, DONE])

    def events() -> Iterator[Any]:
        with Stream(CHAT, source.open, ERRORS) as stream:
            yield from stream

    next(events())
    assert source.closed.is_set()
    assert source.left == 2


def test_a_stream_is_read_only_while_it_is_open(run: Runner) -> None:
    stream, source = made(run, HELLO, DONE)
    name = type(stream).__name__
    assert repr(stream) == f"<{name} chat.stream, not open>"
    for use in (lambda: run.items(stream), lambda: run.next(stream), lambda: stream.response):
        with pytest.raises(CozeError, match=r"chat\.stream: this stream is not open\. .*with"):
            use()
    assert source.left == 2
    with run.entered(stream):
        assert repr(stream) == f"<{name} chat.stream, open>"
        assert response_of(stream).logid == "L"
        with pytest.raises(CozeError, match="opened only once"):
            run.enter(stream)
        assert run.items(stream) == [HELLO_EVENT, DONE_EVENT]
    assert repr(stream) == f"<{name} chat.stream, closed>"
    assert stream.response.logid == "L"
    with pytest.raises(CozeError, match="is closed"):
        run.items(stream)
    run.close(stream)
    with pytest.raises(CozeError, match="opened only once"):
        run.enter(stream)


def test_a_stream_closed_before_it_was_opened_stays_closed(run: Runner) -> None:
    stream, _ = made(run)
    run.close(stream)
    with pytest.raises(CozeError, match="opened only once"):
        run.enter(stream)
