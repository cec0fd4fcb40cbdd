"""Ask about an image: python examples/image_question.py BOT_ID IMAGE."""

import sys
from pathlib import Path

from coze_client import Coze
from coze_client.messages import image, user

_, bot_id, path = sys.argv

with Coze() as coze:
    picture = image(file_id=coze.files.upload(file=Path(path)).id)
    with coze.chat.stream(
        bot_id=bot_id, user_id="me", additional_messages=[user("What is this?", picture)]
    ) as stream:
        for text in stream.text:
            print(text, end="", flush=True)
