"""Create a bot with an avatar, publish it: python examples/publish_bot.py WORKSPACE_ID IMAGE."""

import sys
from pathlib import Path

from coze_client import Coze

_, workspace_id, avatar = sys.argv
API = "1024"  # the connector of the API

with Coze() as coze:
    bot = coze.bots.create(
        space_id=workspace_id,
        name="Translator",
        icon_file_id=coze.files.upload(file=Path(avatar)).id,
        prompt_info={"prompt": "Translate what the user says into English."},
    )
    coze.bots.update(bot_id=bot.bot_id, description="Translates anything")
    coze.bots.publish(bot_id=bot.bot_id, connector_ids=[API])
    print(bot.bot_id)
