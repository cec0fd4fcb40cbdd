"""Bots and their connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coze_client.messages import user

if TYPE_CHECKING:
    from pathlib import Path

    from coze_client import Coze


def bot_create(coze: Coze, file: Path) -> None:
    avatar = coze.files.upload(file=file)
    print(coze.bots.create(space_id="1", name="Helper", icon_file_id=avatar.id).bot_id)


def bot_publish(coze: Coze, file: Path) -> None:
    avatar = coze.files.upload(file=file)
    bot = coze.bots.create(space_id="1", name="Helper", icon_file_id=avatar.id)
    coze.bots.update(bot_id=bot.bot_id, description="Helps")
    coze.bots.publish(bot_id=bot.bot_id, connector_ids=["1024"])
    with coze.chat.stream(
        bot_id=bot.bot_id, user_id="me", additional_messages=[user("hi")]
    ) as stream:
        print(*stream.text)


def bot_retrieve(coze: Coze) -> None:
    print(coze.bots.retrieve(bot_id="1"))


def bot_unpublish(coze: Coze) -> None:
    coze.bots.unpublish(bot_id="1", connector_id="1024")


def bot_update(coze: Coze) -> None:
    coze.bots.update(bot_id="1", name="Helper")


def bots_list(coze: Coze) -> None:
    for bot in coze.bots.list(workspace_id="1"):
        print(bot.id)


def connector_bot_update(coze: Coze) -> None:
    coze.connectors.bots.update(connector_id="1", bot_id="2", audit_status=1)
