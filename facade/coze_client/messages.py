"""Build the messages that chats and conversations take.

    from coze_client import Coze
    from coze_client.messages import image, user

    question = user("What is this?", image(url="https://..."))
    with Coze() as coze:
        coze.chat.create(bot_id="...", user_id="me", additional_messages=[question])

A message of one text is sent as ``text``. One with images, files or audio is sent as
``object_string``: its content is the JSON text of a list of items, at most one of which is text.
API page: https://docs.coze.cn/developer_guides/chat_v3
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict, cast

import msgspec

from coze_api import models, params  # hints resolve at run time
from coze_core import CozeError

__all__ = ["Attachment", "again", "assistant", "audio", "file", "image", "tool", "user"]


class Attachment(TypedDict):
    """An image, a file or a recording in a message: uploaded, or at a public URL."""

    type: Literal["image", "file", "audio"]
    file_id: NotRequired[str]
    file_url: NotRequired[str]


def user(*content: str | Attachment) -> params.EnterMessage:
    """Return a message of the user.

    Args:
        content: One text at most, and any number of attachments. A message of attachments alone
            has to stand before or after one of text, else the API refuses it with code 4000.

    Raises:
        CozeError: There is no content, more than one text, or something that is neither.
    """
    content_type, text = _content(content)
    return {"role": "user", "type": "question", "content_type": content_type, "content": text}


def assistant(*content: str | Attachment) -> params.EnterMessage:
    """Return an earlier answer of the bot; see `user`.

    Raises:
        CozeError: As for `user`.
    """
    content_type, text = _content(content)
    return {"role": "assistant", "type": "answer", "content_type": content_type, "content": text}


def again(message: models.Message | models.ChatMessage) -> params.EnterMessage:
    """Return a message of an answer as one of a request, to go on with its conversation.

    Args:
        message: What a list of messages or an event of a stream brought.
    """
    # Nothing checks the values that the API sent: it takes them back as they are.
    return cast(
        "params.EnterMessage",
        {
            name: value
            for name in ("role", "type", "content_type", "content", "meta_data")
            if (value := getattr(message, name)) is not None
        },
    )


def tool(call_id: str, output: object) -> params.ToolOutput:
    """Return the output of a tool call, for `chat.submit_tool_outputs`.

    Args:
        call_id: The id of the call, from ``required_action`` of the chat.
        output: Text, or a value that is sent as JSON text.

    Raises:
        CozeError: The output cannot be written as JSON.
    """
    return {"tool_call_id": call_id, "output": output if isinstance(output, str) else _json(output)}


def image(*, file_id: str | None = None, url: str | None = None) -> Attachment:
    """Return an image for a message.

    Args:
        file_id: The id that `files.upload` gave, to the same account.
        url: Its public address, instead.

    Raises:
        CozeError: Both are given, or neither.
    """
    return _attachment("image", file_id, url)


def file(*, file_id: str | None = None, url: str | None = None) -> Attachment:
    """Return a file for a message; see `image`.

    Raises:
        CozeError: As for `image`.
    """
    return _attachment("file", file_id, url)


def audio(*, file_id: str | None = None, url: str | None = None) -> Attachment:
    """Return a recording for a message; see `image`.

    Raises:
        CozeError: As for `image`.
    """
    return _attachment("audio", file_id, url)


def _attachment(
    kind: Literal["image", "file", "audio"], file_id: str | None, url: str | None
) -> Attachment:
    if file_id and not url:
        return {"type": kind, "file_id": file_id}
    if url and not file_id:
        return {"type": kind, "file_url": url}
    raise CozeError(f"{kind}() takes either file_id= of an uploaded file or url= of a public one.")


def _content(content: tuple[str | Attachment, ...]) -> tuple[Literal["text", "object_string"], str]:
    texts = [one for one in content if isinstance(one, str)]
    attachments = [one for one in content if not isinstance(one, str)]
    for one in attachments:
        if not isinstance(one, dict) or "type" not in one:  # pyright: ignore[reportUnnecessaryIsInstance]  # of callers without a checker
            raise CozeError(
                f"a message takes text and what image(), file() and audio() return, "
                f"got {type(one).__name__}."
            )
    if len(texts) > 1:
        raise CozeError(f"a message holds one text at most, got {len(texts)}. Join them into one.")
    if not attachments:
        if not texts:
            raise CozeError("a message needs a text or an attachment.")
        return "text", texts[0]
    items = [*({"type": "text", "text": text} for text in texts), *attachments]
    return "object_string", _json(items)


def _json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise CozeError(f"the output of a tool cannot be written as JSON: {error}.") from error
