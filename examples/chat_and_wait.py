"""Start a chat and wait for its answer: python examples/chat_and_wait.py BOT_ID QUESTION."""

import sys

from coze_client import Coze
from coze_client.messages import user

_, bot_id, question = sys.argv

with Coze() as coze:
    result = coze.chat.create_and_poll(
        bot_id=bot_id,
        user_id="me",
        additional_messages=[user(question)],
        deadline=60,
        cancel_on_deadline=True,
    )
    print(result.text)
    print(result.usage)
