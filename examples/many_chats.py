"""Ask 500 questions, ten at a time: python examples/many_chats.py BOT_ID [HOW_MANY]."""

import asyncio
import sys

from coze_client import AsyncCoze
from coze_client.messages import user

bot_id, how_many = sys.argv[1], int((*sys.argv, "500")[2])


async def main() -> None:
    """Print the answers as they come."""
    ten = asyncio.Semaphore(10)
    async with AsyncCoze() as coze:

        async def ask(number: int) -> None:
            async with (
                ten,
                coze.chat.stream(
                    bot_id=bot_id,
                    user_id=f"user-{number}",
                    additional_messages=[user(f"Tell me about the number {number}.")],
                    recover=True,
                ) as stream,
            ):
                print(number, (await stream.final()).text)

        async with asyncio.TaskGroup() as group:
            for number in range(how_many):
                group.create_task(ask(number))


asyncio.run(main())
