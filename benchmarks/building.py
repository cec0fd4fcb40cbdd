"""The generator beside the two that it drives, on one document; and by itself on larger ones."""

from __future__ import annotations

import os
import shutil
import subprocess
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.enlarge import enlarged
from benchmarks.figures import Lap, Measured
from benchmarks.growth import Growth
from benchmarks.peers import OURS
from benchmarks.processes import BIN, ROOT, MeasuringError, environment
from generator.spec import dump, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BOTH = "the two generators together"
_COMMANDS = {
    OURS: ["python", "-m", "generator", "build", "--root", "."],
    "openapi-python-client": [
        *("openapi-python-client", "generate", "--path", "effective.yaml"),
        *("--output-path", "stock_client", "--meta", "none", "--overwrite"),
    ],
    "datamodel-code-generator": [
        *("datamodel-codegen", "--input", "effective.yaml", "--input-file-type", "openapi"),
        *("--output", "shapes.py"),
    ],
}
CHECK = "check"
DIFF = "diff of two folders"
_MORE = {CHECK: ("check", "--root", "."), DIFF: ("diff", ".", str(ROOT))}
_ROUNDS = 3
_SIZES = {3: 2, 10: 2}
"""How often our own build is measured, by size of the document."""


def title(times: int) -> str:
    """Return the title of a case."""
    return f"generate, document x {times}"


def generate_stock_client(folder: Path) -> None:
    """Put what openapi-python-client makes of our document into a folder, as ``stock_client``.

    Raises:
        MeasuringError: It failed.
    """
    shutil.copy(ROOT / "generated" / "openapi.yaml", folder / "effective.yaml")
    _lap(_COMMANDS["openapi-python-client"], folder)


def measure(folder: Path, *, quick: bool) -> Iterator[Measured]:
    """Measure a build of the client, and the generators that it drives, on one document.

    The document of the build is the upstream one with copies of the corrected one, and all overlays
    are applied; the others get the corrected one.

    Args:
        folder: An empty folder to work in.
        quick: Whether to measure each once, and no large document.

    Raises:
        MeasuringError: A generator failed.
    """
    place = folder / "1"
    _prepare(place, 1)
    laps: dict[str, list[Lap]] = {name: [] for name in _COMMANDS}
    for _ in range(1 if quick else _ROUNDS):
        for name, command in _COMMANDS.items():
            laps[name].append(_lap(command, place))
    _, *others = laps.values()
    yield Measured(title(1), "build", 1, {**laps, BOTH: list(map(_sum, *others))})
    for name, arguments in _MORE.items():
        command = ["python", "-m", "generator", *arguments]
        more = [_lap(command, place) for _ in range(1 if quick else _ROUNDS)]
        yield Measured(name, "run", 1, {OURS: more})
    for times, rounds in ({} if quick else _SIZES).items():
        place = folder / str(times)
        _prepare(place, times)
        more = [_lap(_COMMANDS[OURS], place) for _ in range(rounds)]
        yield Measured(title(times), "build", 1, {OURS: more})


def growth(measured: Sequence[Measured]) -> Growth:
    """Return how a build grows with the document."""
    by_title = {one.title: one for one in measured}
    sizes = [size for size in (1, *_SIZES) if title(size) in by_title]
    seconds = {size: by_title[title(size)].typical(OURS, "cpu") for size in sizes}
    return Growth("document of a build, times", seconds)


def _prepare(place: Path, times: int) -> None:
    effective = load(ROOT / "generated" / "openapi.yaml")
    upstream = load(ROOT / "openapi" / "coze.yaml")
    shutil.copytree(ROOT / "overlays", place / "overlays")
    (place / "openapi").mkdir()
    (place / "openapi" / "coze.yaml").write_text(dump(enlarged(upstream, effective, times)))
    (place / "effective.yaml").write_text(dump(enlarged(effective, effective, times)))


def _lap(command: Sequence[str], folder: Path) -> Lap:
    started = perf_counter()
    with (
        subprocess.Popen(  # programs of our own environment
            [BIN / command[0], *command[1:]],
            cwd=folder,
            env=environment([ROOT]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process
    ):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = perf_counter() - started
    if process.returncode:
        raise MeasuringError(f"{command[0]} failed. Run it in {folder} to see why.")
    return Lap(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def _sum(one: Lap, other: Lap) -> Lap:
    return Lap(one.wall + other.wall, one.cpu + other.cpu, max(one.memory, other.memory))
