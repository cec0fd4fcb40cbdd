"""A process in which one peer runs the laps of one case, as it is told on standard input."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from time import perf_counter, process_time
from typing import Any

from benchmarks import decoding, peers
from benchmarks.memory import peak_memory
from benchmarks.peers._streams import Watch


def main() -> None:
    """Say whether the peer is able to run such laps, then run one for each line."""
    name, url, method = sys.argv[1:]
    peer = peers.load(name, url)
    timed = method.startswith("first_")  # a lap that tells itself how long this takes
    if method in {"decode_page", "decode_documented"}:
        lap = getattr(decoding, method)(peer) if hasattr(peer, "decoder") else None
    else:
        lap = getattr(peer, method.removeprefix("first_"), None)
    _say(able=lap is not None)
    if lap is None:
        return
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            wall, cpu = perf_counter(), process_time()
            seen = lap(int(line))
            if inspect.iscoroutine(seen):
                seen = runner.run(seen)
            wall, cpu = perf_counter() - wall, process_time() - cpu
            if timed:
                (wall, cpu), peer.watch = (peer.watch.wall, peer.watch.cpu), Watch()
            _say(seen=seen, wall=wall, cpu=cpu, memory=peak_memory())


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
