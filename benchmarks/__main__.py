"""The command line: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import building, cold, laps, machine
from benchmarks.peers import RAW
from benchmarks.processes import PYTHON, ROOT, MeasuringError, serving
from benchmarks.readme import PAGES, with_figures
from benchmarks.table import report

if TYPE_CHECKING:
    from benchmarks.figures import Measured

_QUICK_ROUNDS = 2


def main() -> None:
    """Measure, print the report, and write it unless it was a quick look."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quick look: nothing is written")
    arguments = parser.parse_args()
    if not PYTHON.exists():
        sys.exit("error: the environment of the benchmarks is missing. Run make bench.")
    quick: bool = arguments.quick
    try:
        measured = _measured(quick=quick)
    except MeasuringError as error:
        sys.exit(f"error: {error}")
    page = report(measured, machine.description())
    sys.stdout.write(page)
    if not quick:
        (ROOT / "docs" / "benchmarks.md").write_text(page, encoding="utf-8")
        for readme in PAGES:
            text = with_figures(readme.read_text(encoding="utf-8"), page)
            readme.write_text(text, encoding="utf-8")
        _draw(measured, ROOT / "docs" / "benchmarks.svg")


def _measured(*, quick: bool) -> list[Measured]:
    """All cases, one after the other."""
    measured: list[Measured] = []
    rounds = _QUICK_ROUNDS if quick else None
    with tempfile.TemporaryDirectory() as name, serving() as url:
        folder = Path(name)
        _say("openapi-python-client: its own output")
        building.generate_stock_client(folder)
        _say("import and first call")
        measured += cold.measure(url, [folder], rounds)
        for case in laps.CASES:
            _say(case.title)
            measured.append(laps.measure(case, url, [folder], rounds))
        for one in building.measure(folder, quick=quick):
            _say(one.title)
            measured.append(one)
    return measured


def _draw(measured: list[Measured], target: Path) -> None:
    ratios = {
        one.title: {peer: one.ratio(peer, RAW, "cpu") for peer in one.laps}
        for one in measured
        if RAW in one.laps
    }
    subprocess.run(  # our own module
        [PYTHON, "-m", "benchmarks.plot", target],
        input=json.dumps(ratios),
        text=True,
        check=True,
        cwd=ROOT,
    )


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
