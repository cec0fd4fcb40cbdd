"""Both type checkers find every planted mistake, and nothing where there is none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
CHAINS = ROOT / "tests" / "typing" / "chains.py"
RIGHT = [
    ROOT / "tests" / "typing" / f"{name}.py"
    for name in ("consumer", "callbacks", "chains", "sockets")
]
MISTAKES = ROOT / "tests" / "typing" / "mistakes.py"
LINES = dict(enumerate(MISTAKES.read_text(encoding="utf-8").splitlines(), 1))
PLANTED = {number for number, line in LINES.items() if "# mistake:" in line}


def run(program: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


Found = dict[Path, dict[int, str]]


def by_basedpyright(files: list[Path]) -> Found:
    """Return the lines of each file in which basedpyright sees an error, with what it says."""
    report = json.loads(run("basedpyright", "--outputjson", "--level", "error", *files))
    assert report["summary"]["filesAnalyzed"] == len(files)
    found: Found = {file: {} for file in files}
    for one in report["generalDiagnostics"]:
        found[Path(one["file"])][one["range"]["start"]["line"] + 1] = one["message"]
    return found


def by_mypy(files: list[Path]) -> Found:
    """Return the lines of each file in which mypy sees an error, with what it says."""
    said = run("mypy", "--no-pretty", *files)
    assert re.search(rf"\b(in|checked) {len(files)} source files\b", said), said
    found: Found = {file: {} for file in files}
    for name, line, message in re.findall(r"^(.*?):(\d+): error: (.*)$", said, re.MULTILINE):
        found[ROOT / name][int(line)] = message
    return found


@pytest.mark.parametrize("check", [by_mypy, by_basedpyright])
def test_every_planted_mistake_is_found_and_what_is_right_is_no_error(
    check: Callable[[list[Path]], Found],
) -> None:
    found = check([MISTAKES, *RIGHT])
    mistakes = found.pop(MISTAKES)
    assert {file.stem: lines for file, lines in found.items() if lines} == {}
    assert {line: LINES[line] for line in PLANTED - mistakes.keys()} == {}
    assert {line: mistakes[line] for line in mistakes.keys() - PLANTED} == {}
    assert len(PLANTED) > 85


def test_every_method_stands_in_a_chain() -> None:
    text = CHAINS.read_text(encoding="utf-8")
    called = set(re.findall(r"\bcoze\.([\w.]+)\(", text))
    methods = json.loads(files("coze_api").joinpath("manifest.json").read_text("utf-8"))["surface"][
        "methods"
    ]
    deprecated = {"bots.list_published", "bots.retrieve_online"}
    due = {name for name, method in methods.items() if method["kind"] != "socket"}
    assert due - called - deprecated == set()
