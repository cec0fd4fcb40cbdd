"""The sandbox speaks the sockets of the API; the client here is plain `websockets`."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from coze_sandbox import Sandbox, Scenario

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from websockets.sync.client import ClientConnection

CHAT = "/v1/chat?bot_id=7"
SPEECH = "/v1/audio/speech"
TRANSCRIPTIONS = "/v1/audio/transcriptions"
INTERPRETATION = "/v1/audio/simult_interpretation"
SCENARIO = "x-sandbox-scenario"
TOKEN = {"authorization": "Bearer sandbox"}
QUESTION = {
    "event_type": "conversation.message.create",
    "data": {"role": "user", "content_type": "text", "content": "hi"},
}
WAV = {
    "event_type": "input_audio_buffer.append",
    "data": {"delta": base64.b64encode(b"RIFFsound").decode()},
}
PCM = {"event_type": "input_audio_buffer.append", "data": {"delta": "AAAA"}}
SPOKEN = {"event_type": "input_audio_buffer.complete"}
ANSWER = "Hello! This answer comes from the sandbox: no account, no network, just a café ☕ on your own machine."
TURN_ENDS = {
    f"conversation.chat.{how}" for how in ("completed", "failed", "canceled", "requires_action")
} | {
    "speech.audio.completed",
    "transcriptions.message.completed",
    "simult_interpretation.message.completed",
    "error",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@contextmanager
def opened(
    sandbox: Sandbox, path: str, headers: dict[str, str] = TOKEN
) -> Generator[ClientConnection]:
    url = sandbox.url.replace("http", "ws") + path
    with connect(url, additional_headers=headers, close_timeout=0.2) as socket:
        yield socket


def say(socket: ClientConnection, *events: dict[str, Any]) -> None:
    for event in events:
        socket.send(json.dumps(event))


def hear(socket: ClientConnection, *ends: str) -> list[dict[str, Any]]:
    """Read up to and with the event that ends a turn."""
    heard = [json.loads(socket.recv(timeout=10))]
    while heard[-1]["event_type"] not in (ends or TURN_ENDS):
        heard.append(json.loads(socket.recv(timeout=10)))
    return heard


def names(events: list[dict[str, Any]]) -> list[str]:
    """Return the names of events, each run of the same one as one."""
    found = [event["event_type"] for event in events]
    return [name for number, name in enumerate(found) if found[number - 1 : number] != [name]]


def texts(events: list[dict[str, Any]], name: str, field: str = "content") -> str:
    return "".join(event["data"][field] for event in events if event["event_type"] == name)


def test_a_question_in_writing_gets_a_spoken_answer(sandbox: Sandbox) -> None:
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        heard = hear(socket)
    assert heard[0]["event_type"] == "chat.created"
    assert heard[1]["event_type"] == "conversation.message.completed"
    assert heard[1]["data"]["content"] == "hi"
    assert texts(heard, "conversation.message.delta") == ANSWER
    assert names(heard)[-3:] == [
        "conversation.audio.delta",
        "conversation.audio.completed",
        "conversation.chat.completed",
    ]
    assert {event["data"]["bot_id"] for event in heard if "bot_id" in event.get("data", {})} == {
        "7"
    }


def test_events_have_one_log_id_and_rising_times(sandbox: Sandbox) -> None:
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        heard = hear(socket)
        assert socket.response is not None
        logid = socket.response.headers["x-tt-logid"]
    assert {event["detail"]["logid"] for event in heard} == {logid}
    times = [int(event["detail"]["respond_at"]) for event in heard]
    assert times == sorted(set(times))
    assert len({event["id"] for event in heard}) == len(heard)


def test_speech_is_understood_and_answered(sandbox: Sandbox) -> None:
    with opened(sandbox, CHAT) as socket:
        say(socket, WAV, PCM, SPOKEN)
        heard = hear(socket)
    assert names(heard)[1:5] == [
        "input_audio_buffer.completed",
        "conversation.audio_transcript.update",
        "conversation.audio_transcript.completed",
        "conversation.chat.created",
    ]


def test_each_turn_is_a_chat_of_its_own(sandbox: Sandbox) -> None:
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION, QUESTION)
        first, second = hear(socket), hear(socket)
    assert first[-1]["event_type"] == second[-1]["event_type"] == "conversation.chat.completed"
    assert first[-1]["data"]["id"] != second[-1]["data"]["id"]


def test_settings_are_repeated_and_kept(sandbox: Sandbox) -> None:
    settings = {"chat_config": {"conversation_id": "9"}, "input_audio": {"format": "pcm"}}
    with opened(sandbox, CHAT) as socket:
        say(socket, {"event_type": "chat.update", "data": settings}, PCM, SPOKEN)
        heard = hear(socket)
    assert heard[1]["data"] == settings
    assert heard[-1]["event_type"] == "conversation.chat.completed"
    assert heard[-1]["data"]["conversation_id"] == "9"


def test_tools_are_asked_for_and_the_turn_goes_on(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(script="requires_action"))
    outputs = [{"tool_call_id": "call-1", "output": "sunny"}]
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        asked = hear(socket)[-1]
        action = asked["data"]["required_action"]["submit_tool_outputs"]
        assert action["tool_calls"][0]["function"]["name"] == "get_weather"
        submit = {"chat_id": asked["data"]["id"], "tool_outputs": outputs}
        say(socket, {"event_type": "conversation.chat.submit_tool_outputs", "data": submit})
        heard = hear(socket)
    assert texts(heard, "conversation.message.delta") == ANSWER
    assert heard[-1]["data"]["id"] == asked["data"]["id"]


@pytest.mark.parametrize("how", ["failed", "canceled"])
def test_a_reply_ends_otherwise_and_the_next_one_well(sandbox: Sandbox, how: str) -> None:
    sandbox.scenario(Scenario(script=how))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION, QUESTION)
        ends = [hear(socket)[-1]["event_type"] for _ in range(2)]
    assert ends == [f"conversation.chat.{how}", "conversation.chat.completed"]


def test_a_text_is_spoken_without_a_chat(sandbox: Sandbox) -> None:
    data = {"mode": "text", "text": "Good morning"}
    with opened(sandbox, CHAT) as socket:
        say(socket, {"event_type": "input_text.generate_audio", "data": data})
        heard = hear(socket, "conversation.audio.completed")
    assert texts(heard, "conversation.audio.sentence_start", "text") == "Good morning"
    assert heard[-2]["data"]["chat_id"] == "0"


def test_the_opening_words_are_spoken(sandbox: Sandbox) -> None:
    data = {"need_play_prologue": True, "prologue_content": "Welcome"}
    with opened(sandbox, CHAT) as socket:
        say(socket, {"event_type": "chat.update", "data": data})
        heard = hear(socket, "conversation.audio.completed")
    assert texts(heard, "conversation.audio.sentence_start", "text") == "Welcome"


def test_context_starts_no_reply(sandbox: Sandbox) -> None:
    said = {"role": "assistant", "content_type": "text", "content": "hi"}
    context = {**QUESTION, "data": said}
    with opened(sandbox, CHAT) as socket:
        say(socket, context, {"event_type": "conversation.clear"})
        heard = hear(socket, "conversation.cleared")
    assert names(heard) == [
        "chat.created",
        "conversation.message.completed",
        "conversation.cleared",
    ]


@pytest.mark.parametrize(
    ("event", "code"), [({"event_type": "conversation.chat.cancel"}, 2), (QUESTION, 3)]
)
def test_a_reply_under_way_is_interrupted(
    sandbox: Sandbox, event: dict[str, Any], code: int
) -> None:
    sandbox.scenario(Scenario(endless=True))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        hear(socket, "conversation.audio.delta")
        say(socket, event)
        ended = hear(socket)[-1]
    assert (ended["event_type"], ended["data"]["code"]) == ("conversation.chat.canceled", code)


def test_what_is_no_reply_is_not_interrupted(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(delay=0.01))
    with opened(sandbox, CHAT) as socket:
        say(socket, {"event_type": "chat.update", "data": {}}, QUESTION)
        heard = hear(socket)
    assert names(heard)[:2] == ["chat.created", "chat.updated"]
    assert heard[-1]["event_type"] == "conversation.chat.completed"


def test_text_becomes_a_tone(sandbox: Sandbox) -> None:
    piece = {"event_type": "input_text_buffer.append", "data": {"delta": "hi"}}
    with opened(sandbox, SPEECH) as socket:
        say(socket, piece, {"event_type": "input_text_buffer.complete"})
        heard = hear(socket)
    pieces = [one["data"]["delta"] for one in heard if one["event_type"] == "speech.audio.update"]
    sound = b"".join(map(base64.b64decode, pieces))
    assert len(sound) == 24 * 630 * 2  # 630 ms of 16-bit samples at 24 kHz
    assert all(len(base64.b64decode(piece)) % 2 == 0 for piece in pieces)
    assert len(set(map(len, pieces))) > 1


@pytest.mark.parametrize(
    ("output", "size"),
    [
        ({"codec": "pcm", "pcm_config": {"sample_rate": 8000}}, 8 * 630 * 2),
        ({"codec": "opus"}, 630 * 6),
    ],
)
def test_the_tone_follows_the_settings(sandbox: Sandbox, output: dict[str, Any], size: int) -> None:
    settings = {"event_type": "speech.update", "data": {"output_audio": output}}
    with opened(sandbox, SPEECH) as socket:
        say(socket, settings, {"event_type": "input_text_buffer.complete"})
        heard = hear(socket)
    pieces = [one["data"]["delta"] for one in heard if one["event_type"] == "speech.audio.update"]
    assert sum(len(base64.b64decode(piece)) for piece in pieces) == size


def test_a_transcript_is_whole_each_time(sandbox: Sandbox) -> None:
    with opened(sandbox, TRANSCRIPTIONS) as socket:
        say(socket, WAV, SPOKEN)
        heard = hear(socket)
    said = [one["data"]["content"] for one in heard if one["event_type"].endswith("message.update")]
    assert said[-1] == "Hello from the sandbox."
    assert all(last.startswith(one) for one, last in pairwise(said))
    assert "data" not in heard[-1]


def test_speech_is_interpreted(sandbox: Sandbox) -> None:
    with opened(sandbox, INTERPRETATION) as socket:
        say(socket, WAV, SPOKEN)
        heard = hear(socket)
    assert texts(heard, "simult_interpretation.translation.delta", "delta") == "沙盒向你问好。"
    assert any(one["event_type"] == "simult_interpretation.audio.delta" for one in heard)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("nothing", "no JSON"),
        (b"binary", "no JSON in a text frame"),
        ("[]", "None is no event of this socket; it takes chat.update"),
        ('{"event_type": "transcriptions.update"}', "'transcriptions.update' is no event"),
        ('{"event_type": "chat.update", "data": {"a": 1}}', "body.data: unknown field a"),
        ('{"event_type": "chat.update", "data": {}, "b": 1}', "body: unknown field b"),
        ('{"event_type": "conversation.message.create"}', "'data' is a required property"),
        ('{"event_type": "conversation.clear", "data": {"a": 1}}', "body.data"),
        ('{"event_type": "chat.update", "data": {"input_audio": {"channel": 3}}}', "channel: 3"),
        ('{"event_type": "input_audio_buffer.append", "data": {"delta": "?"}}', "'byte'"),
        (json.dumps(PCM), "input_audio.format is wav, and this is not wav; send chat.update"),
    ],
)
def test_what_breaks_the_document_is_refused_and_the_socket_goes_on(
    sandbox: Sandbox, sent: str | bytes, said: str
) -> None:
    with opened(sandbox, CHAT) as socket:
        socket.send(sent)
        refused = hear(socket)[-1]
        say(socket, QUESTION)
        assert hear(socket)[-1]["event_type"] == "conversation.chat.completed"
    assert refused["event_type"] == "error"
    assert refused["data"]["code"] == 4000
    assert said in refused["data"]["msg"]


def test_a_lenient_sandbox_notes_unknown_fields() -> None:
    with Sandbox(strict=False) as sandbox, opened(sandbox, CHAT) as socket:
        say(socket, {"event_type": "chat.update", "data": {"a": 1, "prologue_content": None}})
        hear(socket, "chat.updated")
        assert len(sandbox.requests[0].unknown) == 1
        assert "unknown field a" in sandbox.requests[0].unknown[0]


def test_what_was_sent_is_recorded_without_the_token(sandbox: Sandbox) -> None:
    headers = {"authorization": "Bearer planted-secret"}
    with opened(sandbox, CHAT, headers) as socket:
        say(socket, QUESTION)
        hear(socket)
    (request,) = sandbox.requests
    assert request.operation == "websockets.chat.create"
    assert request.events == [QUESTION]
    assert "planted-secret" not in f"{request!r} {request.headers}"


def test_a_token_in_the_query_is_not_recorded(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidStatus), opened(sandbox, f"{CHAT}&authorization=planted-secret"):
        pass
    assert "planted-secret" not in repr(sandbox.requests)


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        (CHAT, {}, (401, 4101, "no bearer token")),
        (CHAT, {"authorization": "Bearer expired"}, (401, 4100, "expired")),
        ("/v1/chat", TOKEN, (400, 4000, "query bot_id: required")),
        (f"{CHAT}&a=1", TOKEN, (400, 4000, "query a: unknown parameter")),
        ("/v1/bots?workspace_id=1", TOKEN, (400, 4000, "bots.list is no WebSocket")),
        ("/v1/nothing", TOKEN, (404, 4000, "no operation")),
        (CHAT, {SCENARIO: "script=none"}, (400, 4000, "no script 'none'")),
        (CHAT, {SCENARIO: "error_event=x"}, (400, 4000, "there are error")),
        (CHAT, {SCENARIO: "status=503"}, (503, 5000, "told to fail")),
        (CHAT, {SCENARIO: "code=4028"}, (200, 4028, "told to fail")),
    ],
)
def test_a_handshake_is_refused_by_an_envelope(
    sandbox: Sandbox, path: str, headers: dict[str, str], expected: tuple[int, int, str]
) -> None:
    headers = {**TOKEN, **headers} if SCENARIO in headers else headers
    with pytest.raises(InvalidStatus) as refused, opened(sandbox, path, headers):
        pass
    response = refused.value.response
    envelope = json.loads(response.body or b"")
    assert (response.status_code, envelope["code"]) == expected[:2]
    assert expected[2] in envelope["msg"]
    assert envelope["detail"]["logid"] == response.headers["x-tt-logid"]


def test_a_plain_request_is_told_to_upgrade(sandbox: Sandbox) -> None:
    answer = httpx.get(sandbox.url + CHAT, headers=TOKEN)
    assert answer.json()["msg"] == "websockets.chat.create is a WebSocket; ask for an upgrade"


def test_a_handshake_is_cut(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(cut_after=0))
    with pytest.raises((InvalidMessage, EOFError)), opened(sandbox, CHAT):
        pass


def test_a_token_expires_with_the_socket(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(expire_token=True), times=1)
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        assert hear(socket)
    with pytest.raises(InvalidStatus) as refused, opened(sandbox, CHAT):
        pass
    assert refused.value.response.status_code == 401
    with opened(sandbox, CHAT, {"authorization": "Bearer another"}) as socket:
        assert json.loads(socket.recv(timeout=10))["event_type"] == "chat.created"


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1013, 3000, 4028])
def test_a_socket_is_closed_in_the_middle_of_a_turn(sandbox: Sandbox, code: int) -> None:
    sandbox.scenario(Scenario(close_code=code, msg="no more"))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        with pytest.raises(ConnectionClosed) as closed:
            hear(socket)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (code, "no more")


@pytest.mark.parametrize(("code", "received"), [(1005, 1005), (1006, None)])
def test_a_close_may_lack_its_code_or_all_of_it(
    sandbox: Sandbox, code: int, received: int | None
) -> None:
    sandbox.scenario(Scenario(close_code=code))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        with pytest.raises(ConnectionClosed) as closed:
            hear(socket)
    assert (closed.value.rcvd and closed.value.rcvd.code) == received


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("frames", [0, 0.5, 1, 5, 5.5])
def test_a_socket_is_cut_between_frames_and_inside_one(
    sandbox: Sandbox, frames: float, *, reset: bool
) -> None:
    sandbox.scenario(Scenario(cut_frame=frames, reset=reset))
    received = 0
    with opened(sandbox, CHAT) as socket:
        with pytest.raises((ConnectionClosed, OSError)):  # noqa: PT012  # it breaks on the way
            say(socket, QUESTION)
            while True:
                socket.recv(timeout=10)
                received += 1
        assert socket.protocol.close_code == 1006
    assert received <= frames if reset else received == int(frames)


@pytest.mark.parametrize("size", [7, 100])
def test_messages_come_in_fragments_with_a_ping_between(sandbox: Sandbox, size: int) -> None:
    sandbox.scenario(Scenario(fragment=size))
    with opened(sandbox, SPEECH) as socket:
        first = list(socket.recv_streaming())
        say(socket, {"event_type": "input_text_buffer.complete"})
        assert hear(socket)[-1]["event_type"] == "speech.audio.completed"
    assert max(len(str(piece).encode()) for piece in first) == size


def test_a_silent_socket_answers_nothing(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(silent=True))
    with opened(sandbox, CHAT) as socket:
        assert hear(socket, "chat.created")
        say(socket, QUESTION)
        pong = socket.ping()
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.3)
        assert not pong.is_set()


@pytest.mark.parametrize(("late", "place"), [(False, 0), (True, 1)])
def test_the_socket_may_be_late_to_be_ready(sandbox: Sandbox, place: int, *, late: bool) -> None:
    sandbox.scenario(Scenario(late_ready=late))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        heard = hear(socket)
    assert [event["event_type"] for event in heard].index("chat.created") == place


def test_the_socket_may_never_be_ready(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(no_ready=True))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        assert "chat.created" not in names(hear(socket))


def test_messages_may_be_binary(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(binary=True))
    with opened(sandbox, CHAT) as socket:
        assert isinstance(socket.recv(timeout=10), bytes)


def test_a_bad_frame_breaks_the_protocol(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(bad_frame=True))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        with pytest.raises(ConnectionClosed):
            hear(socket)
        assert socket.protocol.close_sent is not None
        assert socket.protocol.close_sent.code == 1002


def test_an_unknown_event_is_in_the_turn(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(unknown_event="conversation.dream"))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        heard = hear(socket)
    assert "conversation.dream" in names(heard)
    assert heard[-1]["event_type"] == "conversation.chat.completed"


def test_audio_may_be_no_base64(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(bad_base64=True))
    with opened(sandbox, SPEECH) as socket:
        say(socket, {"event_type": "input_text_buffer.complete"})
        assert set(texts(hear(socket), "speech.audio.update", "delta")) == {"%"}


def test_an_event_may_be_oversize(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(oversize=2_000_000))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION)
        with pytest.raises(ConnectionClosed):
            hear(socket)
        assert socket.protocol.close_sent is not None
        assert socket.protocol.close_sent.code == 1009


def test_an_error_breaks_the_first_turn_and_the_socket_goes_on(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(error_event="error", code=4028, msg="no credits"))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION, QUESTION)
        first, second = hear(socket), hear(socket)
    assert first[-1]["data"] == {"code": 4028, "msg": "no credits"}
    assert second[-1]["event_type"] == "conversation.chat.completed"


def test_a_turn_may_lack_its_end(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(no_end=True))
    with opened(sandbox, CHAT) as socket:
        say(socket, QUESTION, {"event_type": "conversation.clear"})
        heard = hear(socket, "conversation.cleared")
    assert "conversation.chat.completed" not in names(heard)
    assert "conversation.audio.completed" in names(heard)


def test_a_delay_comes_before_each_event(sandbox: Sandbox) -> None:
    sandbox.scenario(Scenario(delay=60))
    with opened(sandbox, CHAT) as socket, pytest.raises(TimeoutError):
        socket.recv(timeout=0.2)


def test_a_sandbox_stops_while_sockets_are_open() -> None:
    sandbox = Sandbox().start()
    sandbox.scenario(Scenario(endless=True))
    with opened(sandbox, CHAT) as talking, opened(sandbox, CHAT) as waiting:
        say(talking, QUESTION)
        hear(talking, "conversation.chat.created")
        sandbox.stop()
        with pytest.raises(ConnectionClosed):
            hear(waiting)
    with sandbox, opened(sandbox, CHAT) as socket:
        assert hear(socket, "chat.created")


def test_a_sandbox_stops_while_a_socket_is_closing() -> None:
    sandbox = Sandbox().start()
    sandbox.scenario(Scenario(silent=True), operation="websockets.chat.create")
    failures: list[object] = []
    with opened(sandbox, CHAT) as socket, pytest.MonkeyPatch.context() as patch:
        hear(socket, "chat.created")
        socket.socket.sendall(Frame(Opcode.CLOSE, b"").serialize(mask=True))
        httpx.get(f"{sandbox.url}/v1/nothing")  # which is answered after that
        patch.setattr(threading, "excepthook", failures.append)
        sandbox.stop()
    assert failures == []


def test_a_hundred_sockets_talk_at_once(sandbox: Sandbox) -> None:
    async def talk() -> str:
        url = sandbox.url.replace("http", "ws") + CHAT
        async with connect_async(url, additional_headers=TOKEN) as socket:
            await socket.send(json.dumps(QUESTION))
            async for message in socket:
                name: str = json.loads(message)["event_type"]
                if name in TURN_ENDS:
                    return name
        return ""

    async def talk_all() -> list[str]:
        return await asyncio.gather(*(talk() for _ in range(100)))

    assert asyncio.run(talk_all()) == ["conversation.chat.completed"] * 100
    assert len(sandbox.requests) == 100


def test_nothing_of_websockets_is_loaded_with_the_package() -> None:
    import subprocess
    import sys

    code = "import sys, coze_sandbox; print('websockets' in sys.modules, 'uvicorn' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
