"""One module for each peer, with a class `Peer` whose methods are laps.

A lap takes how much there is to do and says what it received, in the words of
`benchmarks.answers`. A peer that cannot do something lacks the method.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

RAW = "httpx + json"
RAW2 = "httpx2 + json"
MSGSPEC = "httpx + msgspec"
RAW_SOCKET = "websockets + json"
OURS = "coze-client"
OURS2 = "coze-client, httpx2"
MODULES = {
    RAW: "httpx_json",
    RAW2: "httpx2_json",
    MSGSPEC: "httpx_msgspec",
    OURS: "coze",
    OURS2: "coze_httpx2",
    "cozepy": "cozepy",
    "openai": "openai",
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
