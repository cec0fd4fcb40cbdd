"""Stream a chat, text as it arrives: python examples/chat.py BOT_ID QUESTION."""

import sys

from coze_client import Coze
from coze_client.messages import user

_, bot_id, question = sys.argv

with (
    Coze() as coze,
    coze.chat.stream(bot_id=bot_id, user_id="me", additional_messages=[user(question)]) as stream,
):
    for text in stream.text:
        print(text, end="", flush=True)
    if usage := stream.final().usage:
        print(f"\n{usage.token_count} tokens")
