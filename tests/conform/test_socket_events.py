"""Documented events of a WebSocket are held against the senders and the types of the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conform.conftest import Checker


def example(**events: Any) -> dict[str, Any]:
    return {"method": "GET", "path": "/v1/chat", "requests": [], "responses": [], **events}


SAID = {"role": "user", "content_type": "text", "content": "hi"}
RIGHT = example(
    sent=[
        {"event_type": "conversation.message.create", "data": SAID},
        {"id": "e1", "event_type": "input_audio_buffer.append", "data": {"delta": "AAECAw=="}},
        {"event_type": "conversation.clear"},
        {"event_type": "chat.update", "data": {"input_audio": {"format": "pcm"}}},
    ],
    received=[
        {"event_type": "chat.created"},
        {"event_type": "conversation.audio.delta", "data": {"id": "1", "content": "AAECAw=="}},
        {"event_type": "conversation.chat.canceled", "data": {"code": 2, "msg": "cancelled"}},
        {"event_type": "error", "data": {"code": 4000, "msg": "should be wav"}},
    ],
)


def test_what_fits_is_right(check: Checker) -> None:
    report = check(RIGHT)
    assert not report.failed, report.text()
    assert report.summary["requests"]["plain"] == 4
    assert report.summary["events"]["plain"] == 4


@pytest.mark.parametrize(
    ("side", "event", "words"),
    [
        ("sent", {"event_type": "chat.updates"}, "no method sends 'chat.updates'"),
        ("sent", {"event_type": "chat.update", "data": {"voice": 1}}, "no argument for voice"),
        ("sent", {"event_type": "conversation.clear", "data": {"a": 1}}, "no argument for a"),
        (
            "sent",
            {"event_type": "conversation.message.create", "data": {"role": "user"}},
            "missing 2 required keyword-only arguments",
        ),
        ("received", {"event_type": "chat.made"}, "chat.made is an unknown event"),
        ("received", {"event_type": "chat.created", "data": {"a": 1}}, "nothing is read of a"),
        ("received", {"event_type": "error", "data": {"code": 1, "msg": "", "a": 1}}, "lost $.a"),
        (
            "received",
            {"event_type": "conversation.audio.delta", "data": {"content": "no base64"}},
            "decoded leniently",
        ),
    ],
)
def test_what_does_not_fit_is_told(
    check: Checker, side: str, event: dict[str, Any], words: str
) -> None:
    report = check(example(**{side: [event]}))
    assert report.failed
    assert words in report.text()
