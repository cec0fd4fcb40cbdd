"""Talks to the sandbox by plain `websockets`."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Generator

    from websockets.sync.client import ClientConnection

    from coze_sandbox import Sandbox

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
