"""What Coze reports by itself: callbacks (webhooks), received safely.

    from coze_client import callbacks

    def handle(event: callbacks.CallbackEvent) -> callbacks.Audit | None:
        if event.event_type == "bot.published":
            print(event.event.bot_id, event.header.api_app_id)
        return None

    receiver = callbacks.Receiver("the verify_token of the callback app")
    app = callbacks.ASGIApp(receiver, handle)  # for uvicorn and its like
    answer = receiver.receive(headers, body, handle)  # for any other framework

Each name is loaded when it is first used.
"""

from __future__ import annotations

from coze_core._lazy import lazy

TYPE_CHECKING = bool()  # noqa: UP018  # Jedi takes what stands below a plain False for dead
if TYPE_CHECKING:
    from coze_api.events import CallbackEvent
    from coze_client.callbacks._answers import Answer, Audit
    from coze_client.callbacks._asgi import ASGIApp
    from coze_client.callbacks._errors import (
        BodyTooLargeError,
        CallbackError,
        InProgressError,
        PayloadError,
        SignatureError,
        StoreFullError,
        TimestampError,
    )
    from coze_client.callbacks._parsing import parse
    from coze_client.callbacks._receiver import Receiver
    from coze_client.callbacks._signature import signature
    from coze_client.callbacks._store import EventStore, MemoryStore
    from coze_core import Callback, UnknownCallback
else:
    __getattr__, __dir__ = lazy(
        __name__,
        {
            "coze_api.events": "CallbackEvent",
            "coze_client.callbacks._answers": "Answer Audit",
            "coze_client.callbacks._asgi": "ASGIApp",
            "coze_client.callbacks._errors": (
                "BodyTooLargeError CallbackError InProgressError PayloadError SignatureError "
                "StoreFullError TimestampError"
            ),
            "coze_client.callbacks._parsing": "parse",
            "coze_client.callbacks._receiver": "Receiver",
            "coze_client.callbacks._signature": "signature",
            "coze_client.callbacks._store": "EventStore MemoryStore",
            "coze_core": "Callback UnknownCallback",
        },
    )

__all__ = [
    "ASGIApp",
    "Answer",
    "Audit",
    "BodyTooLargeError",
    "Callback",
    "CallbackError",
    "CallbackEvent",
    "EventStore",
    "InProgressError",
    "MemoryStore",
    "PayloadError",
    "Receiver",
    "SignatureError",
    "StoreFullError",
    "TimestampError",
    "UnknownCallback",
    "parse",
    "signature",
]
