"""Ask twice in one conversation, then clear it: python examples/conversation.py BOT_ID."""

import sys

from coze_client import Coze
from coze_client.messages import user

_, bot_id = sys.argv

with Coze() as coze:
    conversation = coze.conversations.create(bot_id=bot_id)
    for question in ("My name is Ada.", "What is my name?"):
        result = coze.chat.create_and_poll(
            bot_id=bot_id,
            user_id="me",
            conversation_id=conversation.id,
            additional_messages=[user(question)],
        )
        print(question, result.text)
    for message in coze.conversations.messages.list(conversation_id=conversation.id):
        print(message.role, message.content)
    coze.conversations.clear(conversation_id=conversation.id)
