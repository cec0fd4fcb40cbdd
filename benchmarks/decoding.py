"""Laps that decode answers, without any server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.answers import page

if TYPE_CHECKING:
    from collections.abc import Callable

_DOCUMENTED = Path(__file__).parent.parent / "tests" / "data" / "documented"


def decode_page(peer: Any) -> Callable[[int], str] | None:
    """Decode the page of bots that the server sends, once a lap."""
    return _lap(peer, {"bots.list": page(1)})


def decode_documented(peer: Any) -> Callable[[int], str] | None:
    """Decode the responses that the documentation of the API shows, once a lap."""
    return _lap(peer, _documented())


def page_decoded(count: int) -> str:
    """Return what a lap over the page yields."""
    return _seen([json.loads(page(1))["data"]], count)


def documented_decoded(count: int) -> str:
    """Return what a lap over the documented responses yields."""
    return _seen([json.loads(body)["data"] for body in _documented().values()], count)


def _documented() -> dict[str, bytes]:
    documents = {path.stem: json.loads(path.read_bytes()) for path in _DOCUMENTED.glob("*.json")}
    return {
        operation: json.dumps(document["responses"][0], ensure_ascii=False).encode()
        for operation, document in sorted(documents.items())
    }


def _lap(peer: Any, bodies: dict[str, bytes]) -> Callable[[int], str] | None:
    work = [(peer.decoder(operation), body) for operation, body in bodies.items()]
    if any(decode is None for decode, _ in work):
        return None

    def lap(count: int) -> str:
        results: list[Any] = []
        for _ in range(count):
            results = [decode(body) for decode, body in work]
        return _seen(results, count)

    return lap


def _seen(results: list[Any], count: int) -> str:
    """How often was decoded, and the length of the list in each result."""
    lengths = [len(_field(result, "items") or _field(result, "tools")) for result in results]
    return f"{count} times {lengths}"


def _field(result: Any, name: str) -> Any:
    return result.get(name) if isinstance(result, dict) else getattr(result, name, None)
