"""Relay a chat to the browser, with FastAPI.

COZE_BOT_ID=... uvicorn --app-dir examples relay:app; then curl -N 'localhost:8000/chat?question=hi'
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from coze_client import AsyncCoze
from coze_client.messages import user

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

app = FastAPI()
coze = AsyncCoze()


@app.get("/chat")
async def chat(question: str) -> StreamingResponse:
    """Answer a question, text as it arrives; a browser that leaves ends the chat's stream."""

    async def events() -> AsyncIterator[str]:
        async with coze.chat.stream(
            bot_id=os.environ["COZE_BOT_ID"], user_id="me", additional_messages=[user(question)]
        ) as stream:
            async for text in stream.text:
                yield f"data: {json.dumps(text)}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")
