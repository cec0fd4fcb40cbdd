"""A ready ASGI application, to be served by uvicorn and its like, alone or mounted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from coze_client.callbacks._answers import Answer, error_answer
from coze_client.callbacks._receiver import AsyncHandler, Handler, Receiver, too_large
from coze_core import CozeError

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_DIGITS = 18  # more than any body has bytes


class ASGIApp:
    """Answers callbacks on any path.

    A body that is too long is refused as soon as that is known, without reading the rest. If the
    handler raises, the answer has status 500, and the server gets the exception to report it.

    Args:
        receiver: Verifies the callbacks and remembers the events.
        handler: Called with each event once, as `Receiver.areceive` says; async or not.
    """

    def __init__(
        self,
        receiver: Receiver,
        handler: Handler | AsyncHandler,
    ) -> None:
        self._receiver = receiver
        self._handler = handler

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or the life span of the server."""
        match scope["type"]:
            case "http" if scope["method"] == "POST":
                await self._post(scope, receive, send)
            case "http":
                await _send(send, Answer(405, headers={"allow": "POST"}))
            case "lifespan":
                await _serve_lifespan(receive, send)
            case other:
                raise CozeError(f"Callbacks come by HTTP; {other} is not served here.")

    async def _post(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        body = await self._body(headers, receive)
        if isinstance(body, Answer):
            await _send(send, body)
        elif body is not None:
            try:
                answer = await self._receiver.areceive(headers, body, self._handler)
            except Exception:
                await _send(send, Answer(500))
                raise
            await _send(send, answer)

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes | Answer | None:
        """Return the body, the answer to a longer one, or ``None`` if its sender has gone."""
        limit = self._receiver.limit(headers)
        length = headers.get("content-length", "0")
        body = bytearray()
        more = not (length.isdecimal() and int(length[:_DIGITS]) > limit)
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = len(body) <= limit
            if more and not message.get("more_body", False):
                return bytes(body)
        answer = error_answer(too_large(limit))
        return answer._replace(headers={**answer.headers, "connection": "close"})


async def _send(send: Send, answer: Answer) -> None:
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})


async def _serve_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
