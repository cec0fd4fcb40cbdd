"""This client over httpx2."""

from __future__ import annotations

from benchmarks.peers import coze


class Peer(coze.Peer):
    """As over httpx."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "httpx2")
