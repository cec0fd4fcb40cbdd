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


def by_basedpyright(file: Path) -> dict[int, str]:
    """Return the lines in which basedpyright sees an error, with what it says."""
    report = json.loads(run("basedpyright", "--outputjson", "--level", "error", file))
    assert report["summary"]["filesAnalyzed"] == 1
    return {
        one["range"]["start"]["line"] + 1: one["message"] for one in report["generalDiagnostics"]
    }


def by_mypy(file: Path) -> dict[int, str]:
    """Return the lines in which mypy sees an error, with what it says."""
    said = run("mypy", "--no-pretty", file)
    found = re.findall(r"^(.*?):(\d+): error: (.*)$", said, re.MULTILINE)
    assert {name for name, _, _ in found} <= {str(file.relative_to(ROOT))}, said
    assert re.search(r"\bin 1 source file\b|\bchecked 1 source file\b", said), said
    return {int(line): message for _, line, message in found}


checkers = pytest.mark.parametrize("check", [by_mypy, by_basedpyright])


@checkers
@pytest.mark.parametrize("file", RIGHT, ids=lambda path: path.stem)
def test_what_is_right_is_no_error(check: Callable[[Path], dict[int, str]], file: Path) -> None:
    assert check(file) == {}


def test_every_method_stands_in_a_chain() -> None:
    text = CHAINS.read_text(encoding="utf-8")
    called = set(re.findall(r"\bcoze\.([\w.]+)\(", text))
    methods = json.loads(files("coze_api").joinpath("manifest.json").read_text("utf-8"))["surface"][
        "methods"
    ]
    deprecated = {"bots.list_published", "bots.retrieve_online"}
    due = {name for name, method in methods.items() if method["kind"] != "socket"}
    assert due - called - deprecated == set()


@checkers
def test_every_planted_mistake_is_found_and_nothing_else(
    check: Callable[[Path], dict[int, str]],
) -> None:
    found = check(MISTAKES)
    assert {line: LINES[line] for line in PLANTED - found.keys()} == {}
    assert {line: found[line] for line in found.keys() - PLANTED} == {}
    assert len(PLANTED) > 85
