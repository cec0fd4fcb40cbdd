"""Relay a chat to the browser: for Starlette, and for FastAPI, which takes the same response.

COZE_BOT_ID=... uvicorn --app-dir examples relay:app; then curl -N 'localhost:8000/chat?question=hi'
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from coze_client import AsyncCoze
from coze_client.messages import user

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

coze = AsyncCoze()


async def chat(request: Request) -> StreamingResponse:
    """Answer a question, text as it arrives; a browser that leaves ends the chat's stream."""
    messages = [user(request.query_params["question"])]

    async def events() -> AsyncIterator[str]:
        async with coze.chat.stream(
            bot_id=os.environ["COZE_BOT_ID"], user_id="me", additional_messages=messages
        ) as stream:
            async for text in stream.text:
                yield f"data: {json.dumps(text)}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


app = Starlette(routes=[Route("/chat", chat)])
