"""How the sandbox refuses, breaks and ends sockets; the client is plain `websockets`."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.frames import Frame, Opcode

from coze_sandbox import Sandbox, Scenario
from tests.sandbox.sockets.talking import (
    CHAT,
    QUESTION,
    SCENARIO,
    SPEECH,
    TOKEN,
    TURN_ENDS,
    hear,
    names,
    opened,
    say,
    texts,
)


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
    # websockets 13 has an error of the connection for it.
    with pytest.raises((InvalidMessage, EOFError, ConnectionError)), opened(sandbox, CHAT):
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
