"""A chat whose stream breaks is read on with calls that only read, and is never posted twice."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import APIConnectionError, APITimeoutError, CozeError, StreamError
from tests.core.scripted_server import answer, cut, drop, ok
from tests.families import httpx
from tests.faults.fault_shapes import TLS, events_of
from tests.faults.fault_table import CHUNKED, reset, stall

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Act, ScriptedServer, Serve

IDS = {"id": "c-1", "conversation_id": "v-1"}
ASKED = "conversation_id=v-1&chat_id=c-1"


def chat(status: str, **fields: Any) -> dict[str, Any]:
    return {**IDS, "status": status, **fields}


def message(number: int, content: str) -> dict[str, Any]:
    return {"id": f"m-{number}", "role": "assistant", "type": "answer", "content": content}


def event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


CREATED = event("conversation.chat.created", chat("created"))
FIRST = event("conversation.message.completed", message(1, "one"))
DELTA = event("conversation.message.delta", message(2, "tw"))
SECOND = event("conversation.message.completed", message(2, "two"))
COMPLETED = event("conversation.chat.completed", chat("completed", usage={"token_count": 3}))
DONE = event("done", "[DONE]")
WHOLE = CREATED + FIRST + DELTA + SECOND + COMPLETED + DONE
MESSAGES = ok([message(1, "one"), message(2, "two")])
FINISHED = ok(chat("completed", usage={"token_count": 3}))


def part(content: bytes) -> bytes:
    return CHUNKED % b"text/event-stream" + b"%x\r\n%s\r\n" % (len(content), content)


@pytest.fixture
def watch(run: Runner) -> Callable[..., tuple[list[Any], Exception | None]]:
    """Return a function that streams a chat over a pool of one connection."""

    def start(
        server: ScriptedServer,
        *,
        recover: bool = True,
        read: float = 5,
        deadline: float | None = None,
    ) -> tuple[list[Any], Exception | None]:
        http_client = run.httpx_client(verify=TLS, limits=httpx.Limits(max_connections=1))
        coze: Any = run.coze(
            "secret-token",
            base_url=server.url,
            http_client=http_client,
            timeout=httpx.Timeout(5, read=read),
            max_retries=0,
        ).with_options(deadline=deadline)
        stream = coze.chat.stream(bot_id="b", user_id="u", recover=recover)
        return events_of(run, run.enter(stream))

    return start


def text(events: list[Any]) -> list[str]:
    """Return the names of events, and what messages say."""
    return [
        f"{found.event.removeprefix('conversation.')} {getattr(found.data, 'content', '')}".strip()
        for found in events
    ]


ALL = [
    "chat.created",
    "message.completed one",
    "message.delta tw",
    "message.completed two",
    "chat.completed",
    "done",
]


@pytest.mark.parametrize(
    ("broken", "came"),
    [
        (cut(part(CREATED)), 1),
        (reset(part(CREATED + FIRST[:-3])), 1),
        (cut(part(CREATED + FIRST)), 2),
        (cut(part(CREATED + FIRST + DELTA)), 3),
        (cut(part(CREATED + FIRST + DELTA + SECOND)), 4),
        (part(CREATED + FIRST) + b"0\r\n\r\n", 2),
        (stall(part(CREATED + FIRST)), 2),
    ],
    ids=["at once", "in an event", "one message", "in a message", "both", "closed early", "silent"],
)
def test_what_is_missing_is_asked_for_and_nothing_comes_twice(
    run: Runner, serve: Serve, watch: Callable[..., Any], broken: Act, came: int
) -> None:
    del run
    server = serve(broken, FINISHED, MESSAGES)
    events, error = watch(server, read=0.5 if came == 2 else 5)  # one of these goes silent
    assert error is None
    missing = [name for name in ALL[came:5] if "delta" not in name]
    assert text(events) == ALL[:came] + missing
    assert events[-1].data.usage.token_count == 3
    assert [(seen.method, seen.target) for seen in server.seen] == [
        ("POST", "/v3/chat"),
        ("GET", f"/v3/chat/retrieve?{ASKED}"),
        ("GET", f"/v3/chat/message/list?{ASKED}"),
    ]


def test_a_chat_that_was_told_to_be_complete_ends_without_its_last_word(
    serve: Serve, watch: Callable[..., Any]
) -> None:
    server = serve(cut(part(WHOLE.removesuffix(DONE))), FINISHED, MESSAGES)
    events, error = watch(server)
    assert (text(events), error) == (ALL[:-1], None)


def test_a_chat_that_goes_on_is_waited_for(serve: Serve, watch: Callable[..., Any]) -> None:
    server = serve(cut(part(CREATED)), ok(chat("in_progress")), FINISHED, MESSAGES)
    events, error = watch(server)
    assert error is None
    assert text(events)[1:] == ["message.completed one", "message.completed two", "chat.completed"]
    assert [seen.method for seen in server.seen] == ["POST", "GET", "GET", "GET"]


def test_a_chat_that_goes_on_for_ever_is_the_error_that_broke_its_stream(
    serve: Serve, watch: Callable[..., Any]
) -> None:
    server = serve(cut(part(CREATED)), ok(chat("in_progress")))
    events, error = watch(server, read=1)
    assert type(error) is APIConnectionError
    assert text(events) == ["chat.created"]


def test_the_deadline_of_a_stream_ends_its_recovery(
    serve: Serve, watch: Callable[..., Any]
) -> None:
    server = serve(cut(part(CREATED)), ok(chat("in_progress")))
    events, error = watch(server, read=60, deadline=1.2)
    assert type(error) is APIConnectionError
    assert text(events) == ["chat.created"]
    assert len(server.seen) <= 4  # it is asked once a second, and once more at the end


def test_a_stream_that_its_deadline_broke_is_not_asked_for(
    serve: Serve, watch: Callable[..., Any]
) -> None:
    server = serve(stall(part(CREATED)), FINISHED, MESSAGES)
    events, error = watch(server, read=60, deadline=0.4)
    assert isinstance(error, APITimeoutError)
    assert error.phase == "deadline"
    assert text(events) == ["chat.created"]
    assert len(server.seen) == 1


def test_a_chat_that_wants_a_tool_ends_so(serve: Serve, watch: Callable[..., Any]) -> None:
    required = chat("requires_action", required_action={"type": "submit_tool_outputs"})
    events, error = watch(serve(cut(part(CREATED)), ok(required), ok([])))
    assert error is None
    assert text(events) == ["chat.created", "chat.requires_action"]
    assert events[-1].data.required_action.type == "submit_tool_outputs"


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_chat_that_failed_is_a_stream_error_after_what_it_said(
    serve: Serve, watch: Callable[..., Any], status: str
) -> None:
    failed = chat(status, last_error={"code": 4017, "msg": "it broke"})
    events, error = watch(serve(cut(part(CREATED)), ok(failed), ok([message(1, "one")])))
    assert isinstance(error, StreamError)
    assert (error.code, error.msg) == (4017, "it broke")
    assert text(events) == ["chat.created", "message.completed one"]


@pytest.mark.parametrize("nothing", [{"code": 0}, {"code": 0, "data": None}])
def test_a_chat_that_failed_without_messages_says_why(
    serve: Serve, watch: Callable[..., Any], nothing: dict[str, Any]
) -> None:
    failed = chat("failed", last_error={"code": 4017, "msg": "it broke"})
    events, error = watch(serve(cut(part(CREATED)), ok(failed), answer(body=nothing)))
    assert isinstance(error, StreamError)
    assert (error.code, error.msg) == (4017, "it broke")
    assert text(events) == ["chat.created"]


def test_a_whole_stream_asks_for_nothing(serve: Serve, watch: Callable[..., Any]) -> None:
    server = serve(answer(body=WHOLE, kind="text/event-stream"))
    events, error = watch(server)
    assert (text(events), error) == (ALL, None)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("content", "recover"),
    [(b"", True), (CREATED[:-9], True), (CREATED + FIRST, False)],
    ids=["nothing came", "no id came", "not wanted"],
)
def test_a_break_that_cannot_be_mended_is_raised_and_nothing_is_asked(
    serve: Serve, watch: Callable[..., Any], content: bytes, *, recover: bool
) -> None:
    broken = cut(part(content)) if content else cut(CHUNKED % b"text/event-stream")
    server = serve(broken, FINISHED, MESSAGES)
    _, error = watch(server, recover=recover)
    assert type(error) is APIConnectionError
    assert len(server.seen) == 1


def test_an_error_of_the_chat_is_raised_and_nothing_is_asked(
    serve: Serve, watch: Callable[..., Any]
) -> None:
    content = CREATED + event("error", {"code": 4000, "msg": "no"})
    server = serve(answer(body=content, kind="text/event-stream"), FINISHED)
    _, error = watch(server)
    assert isinstance(error, StreamError)
    assert error.code == 4000
    assert len(server.seen) == 1


@pytest.mark.parametrize("act", [drop, answer(500), answer(404, {"code": 4200, "msg": "gone"})])
def test_where_asking_fails_too_the_first_error_is_raised_with_a_note(
    serve: Serve, watch: Callable[..., Any], act: Act
) -> None:
    server = serve(cut(part(CREATED)), act)
    _, error = watch(server)
    assert type(error) is APIConnectionError
    assert "POST" in str(error)
    (note,) = error.__notes__
    assert note.startswith("The rest of the stream could not be asked for: chat.retrieve")
    assert [seen.method for seen in server.seen] == ["POST", "GET"]


def test_a_stream_that_never_began_is_never_posted_twice(
    serve: Serve, watch: Callable[..., Any]
) -> None:
    server = serve(drop, part(WHOLE))
    with pytest.raises(CozeError) as caught:
        watch(server)
    assert not isinstance(caught.value, APITimeoutError)
    assert len(server.seen) == 1


def test_closing_a_stream_ends_its_recovery(run: Runner, serve: Serve) -> None:
    server = serve(cut(part(CREATED + FIRST)), ok(chat("in_progress")))
    coze: Any = run.coze("t", base_url=server.url, max_retries=0)
    stream = coze.chat.stream(bot_id="b", user_id="u", recover=True)
    run.enter(stream)

    def stop() -> None:
        while len(server.seen) < 2:
            time.sleep(0.001)
        run.close(stream)

    thread = threading.Thread(target=stop)
    thread.start()
    names = [event.event for event in run.items(stream)]
    thread.join(10)
    assert names == ["conversation.chat.created", "conversation.message.completed"]
    assert len(server.seen) <= 3
