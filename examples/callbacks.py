"""Receive callbacks: a server that verifies what it is told, and a platform that tells it.

Run it with ``.venv/bin/python examples/callbacks.py``; no account is needed. To receive real
callbacks, set COZE_VERIFY_TOKEN to the verify_token of a callback app, serve this file's ``app``
at an address that the platform can reach, and enter the address in the callback app:

    COZE_VERIFY_TOKEN=... .venv/bin/uvicorn --app-dir examples callbacks:app --port 8080
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING

import httpx
import uvicorn
from rich.console import Console

from coze_client import callbacks

if TYPE_CHECKING:
    from collections.abc import Mapping

console = Console(highlight=False, soft_wrap=True)
TOKEN = os.environ.get("COZE_VERIFY_TOKEN") or secrets.token_urlsafe()


async def handle(event: callbacks.CallbackEvent) -> callbacks.Audit | None:
    """Handle an event, once; be done within 3 seconds, or put the event into a queue."""
    if event.event_type == "bot.published":
        console.print(f"  {event.event.bot_name} ({event.event.bot_id}) was published")
        if event.header.connector_id:  # by a channel, which judges the bot
            return callbacks.Audit("approved", share_link="https://channel.example/weather")
    elif event.event_type == "benefit.usage":
        console.print(f"  {event.event.change_balance} used by {event.event.root_entity_id}")
    elif event.event_type == "unknown":
        console.print(f"  {event.name}: {event.event}")
    return None


app = callbacks.ASGIApp(callbacks.Receiver(TOKEN), handle)


def main() -> None:
    """Serve the app on loopback and send it what the platform would."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    host, port = listener.getsockname()
    try:
        tour(f"http://{host}:{port}/coze")
    finally:
        server.should_exit = True
        thread.join()


def tour(url: str) -> None:
    """Tell the app of some events."""
    console.print(f"receiving at {url}\n\na new address is asked to repeat a challenge")
    send(url, "url_verification", {"challenge": "0b0f4f0c"}, verify_token=None)
    console.print("\na bot was published, and the same is told again")
    bot = {"bot_id_str": "7493066380997000000", "bot_name": "Weather"}
    for _ in range(2):
        send(url, "bot.published", bot, connector_id="7493066380997000001")
    console.print("\na kind of event that did not exist when this client was made")
    send(url, "bot.renamed", {"bot_id": 7493066380997000000, "bot_name": "Rain"})
    console.print("\nsomebody who does not know the verify_token")
    send(url, "bot.deleted", bot, verify_token="a guess")


def send(
    url: str,
    event_type: str,
    event: Mapping[str, object],
    *,
    verify_token: str | None = TOKEN,
    connector_id: str | None = None,
) -> None:
    """Send a callback as the platform does, and show the answer."""
    header = {"event_type": event_type, "event_id": f"event of {event_type}"}
    if connector_id:
        header["connector_id"] = connector_id
    body = json.dumps({"header": header, "event": event}).encode()
    headers = {"content-type": "application/json"}
    if verify_token:
        timestamp, nonce = str(int(time.time() * 1000)), "n-1"
        headers["x-coze-timestamp"] = timestamp
        headers["x-coze-nonce"] = nonce
        headers["x-coze-signature"] = callbacks.signature(timestamp, nonce, verify_token, body)
    answer = httpx.post(url, content=body, headers=headers)
    console.print(f"  answered {answer.status_code} {answer.text}")


if __name__ == "__main__":
    main()
