"""How many answers a second the sandbox gives, on a core of its own."""

from __future__ import annotations

import sys

from benchmarks.figures import Lap, Measured
from benchmarks.peers import RAW
from benchmarks.processes import ROOT, Worker, environment, running

TITLE = "answer of the sandbox"
_COUNT = 200
_ROUNDS = 7
_PROGRAM = """
from time import sleep
from coze_sandbox import Sandbox
with Sandbox() as sandbox:
    print(sandbox.url, flush=True)
    sleep(3600)
"""


def measure(rounds: int | None) -> Measured:
    """Ask for a list again and again with a client that costs less than the answers.

    Args:
        rounds: Laps, instead of the usual number.
    """
    packages = [ROOT / name for name in ("facade", "generated", "sandbox")]
    with running([sys.executable, "-c", _PROGRAM], environment(packages)) as url:
        worker = Worker(RAW, url, "list_call")
        try:
            laps = [worker.lap(_COUNT) for _ in range(1 + (rounds or _ROUNDS))]
        finally:
            worker.close()
    counted = [Lap(lap["wall"], lap["cpu"], lap["memory"]) for lap in laps[1:]]
    return Measured(TITLE, "answer", _COUNT, {RAW: counted})
