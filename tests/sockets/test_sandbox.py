"""The sockets of the package against the sandbox: every course of a chat, and every fault."""

from __future__ import annotations

from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any

import pytest

from coze_api.resources import websockets_chat
from coze_client import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AsyncCoze,
    AuthenticationError,
    Coze,
    CozeError,
    PermissionDeniedError,
    StreamError,
    turn_with_tools,
)
from coze_sandbox import Sandbox, Scenario
from tests.sockets.conftest import QUICK, Talk, entered, is_, names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.core.conftest import Runner

ANSWER = "Hello! This answer comes from the sandbox: no account, no network, just a café ☕ on your own machine."
SOUND = 862 * 24 * 2 - 160 * 48  # bytes of an answer: 702 ms at 24 kHz
COMPLETED = "conversation.chat.completed"


class Voice(Talk):
    """A voice chat, or another socket, whose senders are called by name."""

    def call(self, sender: str, **data: object) -> None:
        self.run(reduce(getattr, sender.split("."), self.socket), **data)

    def ask(self) -> None:
        self.call("conversation.message.create", role="user", content_type="text", content="hi")


@pytest.fixture
def voice(run: Runner, coze_sandbox: Sandbox) -> Callable[..., Any]:
    assert coze_sandbox

    @contextmanager
    def opened(
        name: str = "chat", *, auth: Any = None, reconnect: int = 0, **scenario: Any
    ) -> Iterator[Voice]:
        if scenario:
            operation = f"websockets.{name}.create"
            coze_sandbox.scenario(Scenario(**scenario), operation=operation, times=1)
        query = {"bot_id": "7"} if name == "chat" else {}
        coze: Any = Coze(auth=auth) if run.portal is None else AsyncCoze(auth=auth)
        made = reduce(getattr, name.split("."), coze.websockets).create(
            **query, reconnect=reconnect
        )
        try:
            with entered(run, made) as socket:
                yield Voice(run, socket)
        finally:
            run.close(coze)

    return opened


def text(events: list[Any], name: str = "conversation.message.delta") -> str:
    return "".join(event.data.content for event in events if event.event_type == name)


def sound(events: list[Any]) -> bytes:
    pieces = [one.data.content for one in events if one.event_type == "conversation.audio.delta"]
    return b"".join(pieces)


def test_a_question_in_writing_is_answered_in_text_and_sound(voice: Any) -> None:
    with voice() as chat:
        for _ in range(2):
            chat.ask()
            events = chat.turn()
            assert text(events) == ANSWER
            assert len(sound(events)) == SOUND
            assert events[-1].event_type == COMPLETED
            assert events[-1].data.usage.token_count == 33


def test_speech_is_answered_as_writing_is(voice: Any) -> None:
    with voice() as chat:
        chat.call("chat.update", input_audio={"format": "pcm", "sample_rate": 16_000})
        chat.call("input_audio_buffer.append", delta=bytes(640))
        chat.call("input_audio_buffer.complete")
        events = chat.turn()
        assert text(events, "conversation.audio_transcript.completed") == "What is the sandbox?"
        assert text(events) == ANSWER


def test_speech_of_another_format_than_was_set_is_an_error_and_the_socket_goes_on(
    voice: Any,
) -> None:
    with voice() as chat:
        chat.call("input_audio_buffer.append", delta=bytes(640))
        _, error = chat.read(chat.run_sync(chat.socket.turn))
        assert "input_audio.format is wav" in str(is_(error, StreamError))
        assert error.code == 4000
        chat.ask()
        assert chat.turn()[-1].event_type == COMPLETED


def test_a_text_is_spoken_without_a_chat(voice: Any) -> None:
    with voice() as chat:
        chat.call("input_text.generate_audio", mode="text", text="Good morning")
        events = chat.turn()
        assert events[-1].event_type == "conversation.audio.completed"
        assert len(sound(events)) == 160 * 48


def test_the_opening_words_are_spoken(voice: Any) -> None:
    with voice() as chat:
        chat.call("chat.update", need_play_prologue=True, prologue_content="Welcome")
        events = chat.until("conversation.audio.completed")
        assert [event.data.text for event in events if hasattr(event.data, "text")] == ["Welcome"]


@pytest.mark.parametrize("how", ["failed", "canceled", "requires_action"])
def test_a_turn_may_end_otherwise(voice: Any, how: str) -> None:
    with voice(script=how) as chat:
        chat.ask()
        assert chat.turn()[-1].event_type == f"conversation.chat.{how}"


def test_a_reply_is_cancelled(voice: Any) -> None:
    with voice(endless=True) as chat:
        chat.ask()
        chat.until("conversation.audio.delta")
        chat.call("conversation.chat.cancel")
        assert chat.turn()[-1].data.code == 2


def get_weather(location: str) -> str:
    return f"sunny in {location}"


async def get_weather_async(location: str) -> str:
    return get_weather(location)


@pytest.mark.parametrize("function", [get_weather, get_weather_async])
def test_tools_are_called_within_a_turn(
    voice: Any, coze_sandbox: Sandbox, function: Callable[..., Any]
) -> None:
    with voice(script="requires_action") as chat:
        chat.ask()
        tools = {"get_weather": function}
        events = chat.all(chat.run_sync(turn_with_tools, chat.socket, tools))
        chat.ask()
        assert chat.turn()[-1].event_type == COMPLETED
    assert names(events).count("conversation.chat.requires_action") == 1
    assert events[-1].event_type == COMPLETED
    submitted = coze_sandbox.requests[-1].events[1]
    assert submitted["data"] == {
        "chat_id": events[-1].data.id,
        "tool_outputs": [{"tool_call_id": "call-1", "output": "sunny in Tokyo"}],
    }


def test_a_tool_that_is_not_there_ends_the_turn(voice: Any) -> None:
    with voice(script="requires_action") as chat:
        chat.ask()
        turn = chat.run_sync(turn_with_tools, chat.socket, {"other": get_weather})
        events, error = chat.read(turn)
    assert events[-1].event_type == "conversation.chat.requires_action"
    assert str(error).startswith("turn_with_tools: the bot calls get_weather, and tools has other.")


def test_tools_are_for_chats_alone(voice: Any) -> None:
    with (
        voice("audio.speech") as speech,
        pytest.raises(CozeError, match=r"one of websockets\.chat, got (Async)?SpeechSocket"),
    ):
        turn_with_tools(speech.socket, {})


def test_text_goes_in_and_sound_comes_out(voice: Any) -> None:
    with voice("audio.speech") as speech:
        pieces = speech.all(speech.pipe(["Hel", "lo"]))
    assert len(b"".join(pieces)) == 630 * 48


def test_sound_goes_in_and_the_text_so_far_comes_out(voice: Any) -> None:
    with voice("audio.transcriptions") as socket:
        texts = socket.all(socket.pipe([b"RIFF", b"sound"]))
    assert texts == ["Hello", "Hello from", "Hello from the sandbox."]


def test_speech_is_interpreted(voice: Any) -> None:
    with voice("audio.simult_interpretation") as socket:
        socket.call("input_audio_buffer.append", delta=b"RIFF")
        socket.call("input_audio_buffer.complete")
        events = socket.turn()
    said = [one.data.delta for one in events if one.event_type.endswith("translation.delta")]
    assert "".join(said) == "沙盒向你问好。"


@pytest.mark.parametrize(
    "scenario",
    [
        {"fragment": 7},
        {"binary": True},
        {"late_ready": True},
        {"no_ready": True},
        {"delay": 0.001},
        {"oversize": 100_000},
        {"unknown_event": "conversation.dream"},
    ],
    ids=str,
)
def test_what_is_odd_but_whole_is_read(voice: Any, scenario: dict[str, Any]) -> None:
    with voice(**scenario) as chat:
        chat.ask()
        events = chat.turn()
    assert text(events) == ANSWER
    assert len(sound(events)) == SOUND
    unknown = [event.name for event in events if event.event_type == "unknown"]
    assert unknown == [name for name in scenario.values() if isinstance(name, str)]


def test_sound_that_is_no_base64_is_kept_as_it_came(voice: Any) -> None:
    with voice(bad_base64=True) as chat:
        chat.ask()
        events = chat.turn()
    pieces = {one.data.content for one in events if one.event_type == "conversation.audio.delta"}
    assert pieces == {"%%%"}
    assert events[-1].event_type == COMPLETED


def test_an_error_event_is_raised_and_the_socket_goes_on(voice: Any) -> None:
    with voice(error_event="error", code=4028, msg="no credits") as chat:
        chat.ask()
        events, error = chat.read(chat.run_sync(chat.socket.turn))
        assert is_(error, StreamError).code == 4028
        assert "no credits" in str(error)
        assert error.logid == chat.socket.response.logid
        assert events
        chat.ask()
        assert chat.turn()[-1].event_type == COMPLETED


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        *(({"close_code": code}, APIConnectionError) for code in (1001, 1006, 1011, 1012, 1013)),
        *(({"close_code": code}, StreamError) for code in (1000, 1005, 1008)),
        ({"close_code": 3000}, AuthenticationError),
        ({"close_code": 3003}, PermissionDeniedError),
        *(
            ({"cut_frame": frames, "reset": reset}, APIConnectionError)
            for frames in (0, 0.5, 3, 3.5)
            for reset in (False, True)
        ),
        *(({"cut_after": size}, APIConnectionError) for size in (1, 1_000, 9_999)),
        ({"bad_frame": True}, StreamError),
    ],
    ids=str,
)
def test_a_turn_that_breaks_off_gives_what_came_and_one_error(
    voice: Any, scenario: dict[str, Any], kind: type[CozeError]
) -> None:
    with voice(**scenario) as chat:
        events, error = [], None
        try:
            chat.ask()
        except CozeError as lost:  # it may be noticed here already
            error = lost
        else:
            events, error = chat.read(chat.run_sync(chat.socket.turn))
        is_(error, kind)
        assert COMPLETED not in names(events)
        assert "log id" in str(error)
        assert chat.socket.response.logid in error.report()


def test_silence_is_noticed(talk: Any, coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(silent=True))
    chats = websockets_chat._CREATE
    timing = QUICK._replace(interval=0.5, patience=1)  # the first event may take a while
    with talk(coze_sandbox.url, operation=chats, timing=timing) as chat:
        events, error = chat.read(chat.run_sync(chat.socket.turn))
    assert names(events) == ["chat.created"]
    is_(error, APITimeoutError)


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        ({"status": 403}, PermissionDeniedError),
        ({"code": 4028}, APIError),
        ({"html": True, "status": 404}, APIError),
        ({"plain": True}, APIError),
    ],
    ids=str,
)
def test_a_handshake_that_is_refused_is_the_error_of_a_call(
    voice: Any, scenario: dict[str, Any], kind: type[CozeError]
) -> None:
    with pytest.raises(kind) as refused, voice(**scenario):
        pass
    assert refused.value.report()


def test_a_handshake_is_sent_again_where_a_call_would_be(
    voice: Any, coze_sandbox: Sandbox, short_pauses: None
) -> None:
    del short_pauses
    with voice(status=503) as chat:
        chat.ask()
        assert chat.turn()[-1].event_type == COMPLETED
    assert len(coze_sandbox.requests) == 2


def test_a_lost_socket_is_opened_again_and_told_its_settings_alone(
    voice: Any, coze_sandbox: Sandbox, short_pauses: None
) -> None:
    del short_pauses
    with voice(reconnect=2, cut_frame=6) as chat:
        chat.call("chat.update", input_audio={"format": "pcm"})
        chat.ask()
        events, error = chat.read(chat.run_sync(chat.socket.turn))
        assert events[-1].event_type == "reconnected"
        is_(error, APIConnectionError)
        chat.ask()
        assert chat.turn()[-1].event_type == COMPLETED
    first, second = coze_sandbox.requests
    assert [event["event_type"] for event in first.events] == [
        "chat.update",
        "conversation.message.create",
    ]
    settings, asked = second.events
    assert asked["event_type"] == "conversation.message.create"
    assert settings["data"] == {
        "input_audio": {"format": "pcm"},
        "chat_config": {"conversation_id": "7400000000000000002"},
    }


def test_a_token_that_has_expired_is_renewed_in_the_handshake(
    voice: Any, coze_sandbox: Sandbox, jwt_auth: Any, keys: Any, short_pauses: None
) -> None:
    del short_pauses
    coze_sandbox.oauth.register("service", public_key=keys.public, public_key_id="key-1")
    with voice(auth=jwt_auth(), reconnect=1, expire_token=True, cut_frame=6) as chat:
        chat.ask()
        chat.read(chat.run_sync(chat.socket.turn))
        chat.ask()
        assert chat.turn()[-1].event_type == COMPLETED
    handshakes = [one for one in coze_sandbox.requests if one.path == "/v1/chat"]
    assert [len(one.events) for one in handshakes] == [1, 0, 2]


def test_a_token_that_can_not_be_renewed_ends_the_reconnecting(
    voice: Any, coze_sandbox: Sandbox, short_pauses: None
) -> None:
    del short_pauses
    with voice(reconnect=5, expire_token=True, cut_frame=6) as chat:
        chat.ask()
        _, error = chat.read(chat.run_sync(chat.socket.turn))
    is_(error, AuthenticationError)
    assert len(coze_sandbox.requests) == 2


def test_models_of_events_keep_what_the_document_lacks(coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(unknown_event="conversation.audio.sentence_start"))
    with Coze(keep_extra=True) as coze, coze.websockets.chat.create(bot_id="7") as socket:
        socket.conversation.message.create(role="user", content_type="text", content="hi")
        extras = [getattr(event.data, "extra", None) for event in socket.turn()]
    assert {"new": True} in extras
