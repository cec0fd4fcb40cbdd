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


def main() -> None:
    """Say whether the peer is able to run such laps, then run one for each line."""
    name, url, method = sys.argv[1:]
    peer = peers.load(name, url)
    if method in {"decode_page", "decode_documented"}:
        lap = getattr(decoding, method)(peer)
    else:
        lap = getattr(peer, method, None)
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
            _say(seen=seen, wall=wall, cpu=cpu, memory=peak_memory())


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
