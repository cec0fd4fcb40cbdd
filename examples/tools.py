"""Let a bot call your functions: python examples/tools.py BOT_ID QUESTION."""

import sys

from coze_client import Coze
from coze_client.messages import user

_, bot_id, question = sys.argv


def get_weather(location: str, days: int = 1) -> dict[str, object]:
    """Return the weather; the bot's arguments are checked against the hints."""
    return {"location": location, "forecast": ["sunny"] * days}


with (
    Coze() as coze,
    coze.chat.run(
        bot_id=bot_id,
        user_id="me",
        additional_messages=[user(question)],
        tools={"get_weather": get_weather},
    ) as stream,
):
    for text in stream.text:
        print(text, end="", flush=True)
