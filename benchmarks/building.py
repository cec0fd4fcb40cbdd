"""The generator beside the two that it drives, on one document and on larger ones."""

from __future__ import annotations

import os
import shutil
import subprocess
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.enlarge import enlarged
from benchmarks.figures import Lap, Measured
from benchmarks.processes import BIN, ROOT, MeasuringError, environment
from generator.spec import dump, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

OURS = "coze-client"
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
_ROUNDS = {1: 5, 10: 2, 50: 1}
"""By size of the document."""


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
    are applied; the others get the corrected one as often.

    Args:
        folder: An empty folder to work in.
        quick: Whether to measure each once, and no large document.

    Raises:
        MeasuringError: A generator failed.
    """
    for times, rounds in ({1: 1} if quick else _ROUNDS).items():
        place = folder / str(times)
        _prepare(place, times)
        laps: dict[str, list[Lap]] = {name: [] for name in _COMMANDS}
        for _ in range(rounds):
            for name, command in _COMMANDS.items():
                laps[name].append(_lap(command, place))
        _, *others = laps.values()
        yield Measured(title(times), "build", 1, {**laps, BOTH: list(map(_sum, *others))})


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
