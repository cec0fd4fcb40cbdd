"""Callbacks as the platform sends them, and a server that receives them."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import uvicorn

import coze_api
from coze_client import callbacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Address: TypeAlias = tuple[str, int]
TOKEN = "planted-verify-token"
DOCUMENT = json.loads(Path(str(coze_api.__file__)).with_name("openapi.json").read_text("utf-8"))
(SENT,) = DOCUMENT["paths"]["/v1/api_apps/{api_app_id}"]["put"]["callbacks"]["event"].values()
EXAMPLES: dict[str, dict[str, Any]] = {
    name: example["value"]
    for name, example in SENT["post"]["requestBody"]["content"]["application/json"][
        "examples"
    ].items()
}


def body_of(event_type: str, *, event_id: str | None = None, **fields: object) -> bytes:
    """Return the body of an example, some fields of its event changed."""
    example = EXAMPLES[event_type]
    header = {**example["header"], **({"event_id": event_id} if event_id else {})}
    return json.dumps({"header": header, "event": {**example["event"], **fields}}).encode()


def signed(
    body: bytes, *, ago: float = 0.0, token: str = TOKEN, nonce: str = "n-1"
) -> dict[str, str]:
    """Return the headers of a callback about something that happened some seconds ago."""
    timestamp = str(int((time.time() - ago) * 1000))
    return {
        "Content-Type": "application/json",
        "X-Coze-Timestamp": timestamp,
        "X-Coze-Nonce": nonce,
        "X-Coze-Signature": callbacks.signature(timestamp, nonce, token, body),
    }


class Handler:
    """Keeps the events that it was given; answers or raises as it is told."""

    def __init__(self, *results: callbacks.Audit | Exception | None) -> None:
        self.events: list[callbacks.CallbackEvent] = []
        self._results = list(results)

    def __call__(self, event: callbacks.CallbackEvent) -> callbacks.Audit | None:
        self.events.append(event)
        result = self._results.pop(0) if self._results else None
        if isinstance(result, Exception):
            raise result
        return result


@contextmanager
def served(app: Any) -> Iterator[Address]:
    """Serve an ASGI application by a real uvicorn on loopback, and yield its host and port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="on")
    )
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join()


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
