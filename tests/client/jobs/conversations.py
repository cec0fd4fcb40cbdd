"""Conversations and their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coze_client.messages import user

if TYPE_CHECKING:
    from coze_client import Coze


def conversation(coze: Coze) -> None:
    made = coze.conversations.create()
    print(coze.conversations.retrieve(conversation_id=made.id))
    coze.conversations.messages.create(
        conversation_id=made.id, role="user", content="hi", content_type="text"
    )
    coze.conversations.clear(conversation_id=made.id)


def conversation_create(coze: Coze) -> None:
    print(coze.conversations.create(meta_data={"a": "b"}, messages=[user("hi")]).id)


def conversation_delete(coze: Coze) -> None:
    coze.conversations.delete(conversation_id="1")


def conversation_list(coze: Coze) -> None:
    for one in coze.conversations.list(bot_id="1"):
        print(one.id)


def conversation_update(coze: Coze) -> None:
    coze.conversations.update(conversation_id="1", name="Plans")
