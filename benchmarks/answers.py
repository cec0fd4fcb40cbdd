"""What the server answers, and what a lap must have received after it."""

from __future__ import annotations

import json
from functools import cache

PAGE = 20
"""Items on a page, as the API has it by default."""
ITEMS = 20_000
EVENTS = 50_000
DELTAS = 20
"""Parts of an answer in a short stream, as a usual chat has them."""
CHUNK = 16_384
"""Bytes of a large piece of a stream."""
AT_ONCE = 50
"""Requests in flight, where several are."""


FILE = 100 * 2**20
"""Bytes of a file that is sent or received."""


@cache
def page(number: int, items: int = ITEMS, nested: int = 0) -> bytes:
    """Return the body of one page of bots.

    Args:
        number: The page.
        items: How many there are on all pages.
        nested: How many arrays a field holds that nobody knows, each in another.
    """
    first = (number - 1) * PAGE
    data: dict[str, object] = {
        "items": [_bot(first + index) for index in range(PAGE)],
        "depths": [],
        "total": items,
    }
    return _answer(data).replace(b"[]", b"[" * nested + b"0" + b"]" * nested)


def stream(count: int = EVENTS, characters: int = 0) -> list[bytes]:
    """Return the events of a chat, each with its blank line, the last one included.

    Args:
        count: The parts of its answer.
        characters: How many the text of each has beyond the usual ones.
    """
    more = "x" * characters
    return [
        *(_event("conversation.message.delta", message(number, more)) for number in range(count)),
        END,
    ]


def tool_stream(*, asks: bool) -> list[bytes]:
    """Return the events of a chat that asks for a tool, or those after its output."""
    chat = {"id": "2", "conversation_id": "1", "bot_id": "1", "status": "completed"}
    call = {"id": "3", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}}
    if not asks:
        return [*stream(DELTAS)[:-1], _event("conversation.chat.completed", chat), END]
    asked = chat | {"status": "requires_action", "required_action": action}
    return [_event("conversation.chat.requires_action", asked), END]


def pages_seen(count: int) -> str:
    """Return what a lap over that many first pages says."""
    return f"{count * PAGE} items, last {_bot(PAGE - 1)['name']}"


def items_seen(count: int) -> str:
    """Return what a lap over that many items of a collection says."""
    return f"{count} items, last {_bot(count - 1)['name']}"


def events_seen(count: int) -> str:
    """Return what a lap over that many events says."""
    characters = sum(len(str(message(number)["content"])) for number in range(count))
    return f"{count} events, {characters} characters"


def short_seen(count: int) -> str:
    """Return what a lap over that many short streams says."""
    characters = sum(len(str(message(number)["content"])) for number in range(DELTAS))
    return f"{count * DELTAS} events, {count * characters} characters"


def pieces_seen(count: int) -> str:
    """Return what a lap over that many pieces of audio yields."""
    return f"{count} pieces, {count * 960} bytes"


def texts_seen(count: int) -> str:
    """Return what a lap over that many pieces of one text yields."""
    return f"{count} events, {count * len(str(message(0)['content']))} characters"


def pieces_sent(count: int) -> str:
    """Return what the server says after a lap that sends so many pieces of audio."""
    return f"{count} pieces"


def file_seen(_: int) -> str:
    """Return what a lap over a file says."""
    return f"{FILE} bytes"


def done_seen(count: int) -> str:
    """Return what a lap over that many things says that have no other outcome."""
    return f"{count} done"


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


def message(number: int, more: str = "") -> dict[str, object]:
    """Return the data of an event that holds a piece of an answer."""
    return {
        "id": "7382159487131697202",
        "conversation_id": "7381473525342978089",
        "bot_id": "7379462189365198898",
        "role": "assistant",
        "type": "answer",
        "content": f"第 {number} 句{more}",
        "content_type": "text",
        "chat_id": "7382159494123470858",
    }


def _event(name: str, data: object) -> bytes:
    return b"event:%s\ndata:%s\n\n" % (name.encode(), _json(data))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _answer(data: object) -> bytes:
    return _json({"code": 0, "msg": "", "data": data, "detail": {"logid": _LOGID}})


_LOGID = "20241210152726467C48D89D6DB2F00D"
END = _event("done", "[DONE]")
"""The event that ends a stream."""
_CHAT = {"id": "2", "conversation_id": "1", "bot_id": "1", "status": "completed"}
BODIES = {
    "v1/files/upload": _answer({"id": "1", "bytes": FILE, "file_name": "file", "created_at": 1}),
    "v3/chat": _answer(_CHAT),
    "v3/chat/retrieve": _answer(_CHAT),
    "v3/chat/message/list": _answer([message(0)]),
    "api/permission/oauth2/token": _json(
        {"access_token": "token", "expires_in": 900, "token_type": "Bearer"}
    ),
}
"""What stands under some paths."""
