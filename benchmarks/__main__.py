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
    measured: list[Measured] = []
    growths: list[Growth] = []
    failure = ""
    try:
        _measure(measured, growths, quick=quick, only=only)
    except MeasuringError as error:
        failure = f"error: {error}"
    page = report(measured, growths, machine.description())
    sys.stdout.write(page)
    if failure:
        sys.exit(f"{failure} What was measured before stands above; nothing is written.")
    if not quick and not only:
        (ROOT / "docs" / "benchmarks.md").write_text(page, encoding="utf-8")
        for readme in PAGES:
            text = with_figures(readme.read_text(encoding="utf-8"), page)
            readme.write_text(text, encoding="utf-8")
        _draw(measured, ROOT / "docs" / "benchmarks.svg")


def _measure(measured: list[Measured], growths: list[Growth], *, quick: bool, only: str) -> None:
    """Measure all cases, one after the other, and how some grow; add each as it is ready."""
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
            return
        for line in () if quick else growth.measure(server):
            _say(f"growth: {line.title}")
            growths.append(line)
        _say(sandbox.TITLE)
        measured.append(sandbox.measure(rounds))
        for one in building.measure(folder, quick=quick):
            _say(one.title)
            measured.append(one)
    if not quick:
        growths.append(building.growth(measured))


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
