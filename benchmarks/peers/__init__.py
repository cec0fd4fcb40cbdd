"""One module for each peer, with a class `Peer` whose methods are laps.

A lap takes how much there is to do and says what it received, in the words of
`benchmarks.answers`. A peer that cannot do something lacks the method.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

RAW = "httpx + json"
RAW_SOCKET = "websockets + json"
MODULES = {
    RAW: "httpx_json",
    "httpx + msgspec": "httpx_msgspec",
    "coze-client": "coze",
    "cozepy": "cozepy",
    "openapi-python-client": "stock",
    RAW_SOCKET: "websockets_json",
}


def load(name: str, url: str) -> Any:
    """Make a peer.

    Args:
        name: One of `MODULES`.
        url: Where the server answers.
    """
    return import_module(f"benchmarks.peers.{MODULES[name]}").Peer(url)
