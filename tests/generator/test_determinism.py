"""The same inputs give the same bytes, wherever and whenever they are built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INPUTS = ("openapi", "overlays", "generator")

# Python runs it before anything else: folders list their files backwards.
BACKWARDS = """
import os

_scandir, _listdir = os.scandir, os.listdir


class _Backwards:
    def __init__(self, path):
        with _scandir(path) as entries:
            self._entries = iter(sorted(entries, key=lambda entry: entry.name, reverse=True))

    def __iter__(self):
        return self._entries

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def close(self):
        pass


os.scandir = lambda path=".": _Backwards(path)
os.listdir = lambda path=".": sorted(_listdir(path), reverse=True)
"""

PLAIN = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "80"}
OTHER = {
    "PYTHONHASHSEED": "4242",
    "LC_ALL": "C",
    "LANG": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "TZ": "Asia/Shanghai",
    "COLUMNS": "20",
    "TERM": "dumb",
}


def copied(target: Path) -> Path:
    for name in INPUTS:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def built(
    root: Path, cwd: Path, environment: dict[str, str], *paths: Path
) -> subprocess.Popen[str]:
    """Start a build of a project by the generator that is in it."""
    inherited = {name: value for name, value in os.environ.items() if name[:2] not in {"LC", "PY"}}
    python_path = os.pathsep.join(map(str, (*paths, root)))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "generator", "build", "--root", str(root)],
        cwd=cwd,
        env={**inherited, **environment, "PYTHONPATH": python_path, "HOME": str(root)},
        stderr=subprocess.PIPE,
        text=True,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def builds(tmp_path: Path) -> tuple[Path, Path]:
    """Return two builds of one project, which differ in all that must make no difference."""
    one, other = copied(tmp_path / "one"), copied(tmp_path / "another folder")
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(BACKWARDS, encoding="utf-8")
    running = [
        built(one, one, PLAIN),
        built(other, tmp_path, OTHER, hook),
    ]
    for process in running:
        _, message = process.communicate()
        assert process.returncode == 0, message
    return one / "generated", other / "generated"


def test_two_builds_give_the_same_bytes(builds: tuple[Path, Path]) -> None:
    one, other = map(contents, builds)
    assert one.keys() == other.keys()
    different = [name for name in one if one[name] != other[name]]
    assert different == []
    assert len(one) > 200


def test_folders_are_listed_backwards_in_the_second_build(tmp_path: Path) -> None:
    listed, hook = tmp_path / "listed", tmp_path / "hook"
    listed.mkdir()
    hook.mkdir()
    for name in "abc":
        (listed / name).touch()
    (hook / "sitecustomize.py").write_text(BACKWARDS, encoding="utf-8")
    code = "import os, pathlib; print([p.name for p in pathlib.Path('.').glob('?')], os.listdir())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=listed,
        env={**os.environ, "PYTHONPATH": str(hook)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['c', 'b', 'a'] ['c', 'b', 'a']\n"
