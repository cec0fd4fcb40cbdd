"""The command line: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import building, cold, growth, laps, machine, sandbox
from benchmarks.peers import OURS, RAW
from benchmarks.processes import PYTHON, ROOT, MeasuringError, serving
from benchmarks.readme import PAGES, with_figures
from benchmarks.table import report

if TYPE_CHECKING:
    from benchmarks.figures import Measured
    from benchmarks.growth import Growth

_QUICK_ROUNDS = 2


def main() -> None:
    """Measure, print the report, and write it unless it was a quick look."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quick look: nothing is written")
    parser.add_argument(
        "--only", default="", help="cases whose title begins so: nothing is written"
    )
    arguments = parser.parse_args()
    if not PYTHON.exists():
        sys.exit("error: the environment of the benchmarks is missing. Run make bench.")
    quick: bool = arguments.quick
    only: str = arguments.only
    try:
        measured, growths = _measured(quick=quick, only=only)
    except MeasuringError as error:
        sys.exit(f"error: {error}")
    page = report(measured, growths, machine.description())
    sys.stdout.write(page)
    if not quick and not only:
        (ROOT / "docs" / "benchmarks.md").write_text(page, encoding="utf-8")
        for readme in PAGES:
            text = with_figures(readme.read_text(encoding="utf-8"), page)
            readme.write_text(text, encoding="utf-8")
        _draw(measured, ROOT / "docs" / "benchmarks.svg")


def _measured(*, quick: bool, only: str) -> tuple[list[Measured], list[Growth]]:
    """Return all cases, measured one after the other, and how some grow."""
    measured: list[Measured] = []
    growths: list[Growth] = []
    rounds = _QUICK_ROUNDS if quick else None
    with tempfile.TemporaryDirectory() as name, serving() as server:
        folder = Path(name)
        _say("openapi-python-client: its own output")
        building.generate_stock_client(folder)
        if not only:
            _say("import and first call")
            measured += cold.measure(server.url, [folder], rounds)
        for case in laps.CASES:
            if case.title.startswith(only):
                _say(case.title)
                measured.append(laps.measure(case, server, [folder], rounds))
        if only:
            return measured, growths
        for line in () if quick else growth.measure(server):
            _say(f"growth: {line.title}")
            growths.append(line)
        _say(sandbox.TITLE)
        measured.append(sandbox.measure(rounds))
        for one in building.measure(folder, quick=quick):
            _say(one.title)
            measured.append(one)
    return measured, [*growths, building.growth(measured)] if not quick else growths


def _draw(measured: list[Measured], target: Path) -> None:
    ratios = {
        one.title: {peer: one.ratio(peer, RAW, "cpu") for peer in one.laps}
        for one in measured
        if {RAW, OURS} <= one.laps.keys()
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
