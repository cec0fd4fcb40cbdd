"""What type checkers know of callbacks."""

from __future__ import annotations

from typing import Any, assert_type

from coze_client import callbacks, models


def narrowed(event: callbacks.CallbackEvent) -> callbacks.Audit | None:
    assert_type(event.header, models.CallbackHeader)
    assert_type(event.header.event_id, str)
    if event.event_type == "bot.published":
        assert_type(event.event, models.BotPublishedEvent)
        assert_type(event.event.bot_id, str)
        return callbacks.Audit("approved")
    if event.event_type == "benefit.usage":
        assert_type(event.event, models.BenefitUsageEvent)
    elif event.event_type == "unknown":
        assert_type(event.name, str)
        assert_type(event.event, dict[str, Any])
    return None


async def narrowed_async(event: callbacks.CallbackEvent) -> callbacks.Audit | None:
    return narrowed(event)


def silent(event: callbacks.CallbackEvent) -> None:
    del event


def received(receiver: callbacks.Receiver, headers: dict[str, str], body: bytes) -> None:
    answer = receiver.receive(headers, body, narrowed)
    assert_type(answer.status, int)
    assert_type(answer.body, bytes)
    assert_type(answer.error, callbacks.CallbackError | None)
    receiver.receive(headers, body, silent)
    for handler in (narrowed_async, narrowed, silent):
        callbacks.ASGIApp(receiver, handler)
    callbacks.Receiver("token", store=callbacks.MemoryStore(limit=10))
