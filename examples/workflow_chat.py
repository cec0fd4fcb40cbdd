"""Chat with a workflow: python examples/workflow_chat.py WORKFLOW_ID QUESTION."""

import sys

from coze_client import Coze
from coze_client.messages import user

_, workflow_id, question = sys.argv

with Coze() as coze:
    conversation = coze.conversations.create()
    with coze.workflows.chat.stream(
        workflow_id=workflow_id,
        conversation_id=conversation.id,
        additional_messages=[user(question)],
        parameters={},
    ) as stream:
        for text in stream.text:
            print(text, end="", flush=True)
