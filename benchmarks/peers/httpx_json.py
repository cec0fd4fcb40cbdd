"""httpx and the json module: what all figures are a ratio to."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import httpx

from benchmarks.peers._raw import RawPeer

if TYPE_CHECKING:
    from collections.abc import Callable


class Peer(RawPeer):
    """Answers become dicts."""

    def __init__(self, url: str, package: Any = httpx) -> None:
        super().__init__(package, url, _items, json.loads, itemgetter)

    def decoder(self, _: str) -> Callable[[bytes], object]:
        """Return what decodes a response."""
        return lambda body: json.loads(body)["data"]


def _items(body: bytes) -> list[Any]:
    answer = json.loads(body)
    if answer["code"]:
        raise RuntimeError(answer["msg"])
    return answer["data"]["items"]
