"""What the scripts of the sandbox say over a socket; the client is plain `websockets`."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from coze_sandbox import Sandbox, Scenario
from tests.sandbox.sockets.talking import (
    ANSWER,
    CHAT,
    INTERPRETATION,
    PCM,
    QUESTION,
    SPEECH,
    SPOKEN,
    TRANSCRIPTIONS,
    WAV,
    hear,
    names,
    opened,
    say,
    texts,
)


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
