"""What the server answers, and what a lap must have received after it."""

from __future__ import annotations

import json
from functools import cache

PAGE = 20
"""Items on a page, as the API has it by default."""
ITEMS = 20_000
EVENTS = 50_000
CHUNK = 16_384
"""Bytes of a large piece of a stream."""
AT_ONCE = 50
"""Requests in flight, where several are."""


@cache
def page(number: int) -> bytes:
    """Return the body of one page of bots."""
    first = (number - 1) * PAGE
    items = [_bot(first + index) for index in range(PAGE)]
    return _json(
        {
            "code": 0,
            "msg": "",
            "data": {"items": items, "total": ITEMS},
            "detail": {"logid": "20241210152726467C48D89D6DB2F00D"},
        }
    )


def stream() -> list[bytes]:
    """Return the events of a chat, each with its blank line, the last one included."""
    deltas = [_event("conversation.message.delta", message(number)) for number in range(EVENTS)]
    return [*deltas, _event("done", "[DONE]")]


def pages_seen(count: int) -> str:
    """Return what a lap over that many first pages yields."""
    return f"{count * PAGE} items, last {_bot(PAGE - 1)['name']}"


def items_seen(count: int) -> str:
    """Return what a lap over that many items of a collection yields."""
    return f"{count} items, last {_bot(count - 1)['name']}"


def events_seen(count: int) -> str:
    """Return what a lap over that many events yields."""
    characters = sum(len(str(message(number)["content"])) for number in range(count))
    return f"{count} events, {characters} characters"


def pieces_seen(count: int) -> str:
    """Return what a lap over that many pieces of audio yields."""
    return f"{count} pieces, {count * 960} bytes"


def texts_seen(count: int) -> str:
    """Return what a lap over that many pieces of one text yields."""
    return f"{count} events, {count * len(str(message(0)['content']))} characters"


def pieces_sent(count: int) -> str:
    """Return what the server says after a lap that sends so many pieces of audio."""
    return f"{count} pieces"


def _bot(number: int) -> dict[str, object]:
    return {
        "id": str(7493066380997000000 + number),
        "name": f"语音伴侣 {number}",
        "icon_url": f"https://example.com/icons/agent{number}.png",
        "folder_id": "7523161255335400000",
        "updated_at": 1718289297 + number,
        "description": "A bot that answers questions by voice. 语音伴侣",
        "is_published": number % 2 == 0,
        "published_at": 1718289297,
        "owner_user_id": "2342342300000",
    }


def message(number: int) -> dict[str, object]:
    """Return the data of an event that holds a piece of an answer."""
    return {
        "id": "7382159487131697202",
        "conversation_id": "7381473525342978089",
        "bot_id": "7379462189365198898",
        "role": "assistant",
        "type": "answer",
        "content": f"第 {number} 句",
        "content_type": "text",
        "chat_id": "7382159494123470858",
    }


def _event(name: str, data: object) -> bytes:
    return b"event:%s\ndata:%s\n\n" % (name.encode(), _json(data))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
