"""httpx2 and the json module."""

from __future__ import annotations

import httpx2

from benchmarks.peers import httpx_json


class Peer(httpx_json.Peer):
    """As over httpx."""

    def __init__(self, url: str) -> None:
        super().__init__(url, httpx2)
