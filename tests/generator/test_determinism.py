"""The same inputs give the same bytes, wherever and whenever they are built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.files import contents
from tests.processes import python

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


def test_a_build_anywhere_gives_the_committed_bytes(tmp_path: Path) -> None:
    root, hook = tmp_path / "another folder", tmp_path / "hook"
    for name in INPUTS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(BACKWARDS, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if name[:2] not in {"LC", "PY"}}
    python_path = os.pathsep.join(map(str, (hook, root)))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "generator", "build", "--root", str(root)],
        cwd=tmp_path,
        env={**inherited, **OTHER, "PYTHONPATH": python_path, "HOME": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    committed, built = (contents(folder / "generated") for folder in (ROOT, root))
    committed = {name: text for name, text in committed.items() if "__pycache__" not in name}
    assert built.keys() == committed.keys()
    assert [name for name in built if built[name] != committed[name]] == []
    assert len(built) > 200


def test_folders_are_listed_backwards_in_the_second_build(tmp_path: Path) -> None:
    listed, hook = tmp_path / "listed", tmp_path / "hook"
    listed.mkdir()
    hook.mkdir()
    for name in "abc":
        (listed / name).touch()
    (hook / "sitecustomize.py").write_text(BACKWARDS, encoding="utf-8")
    code = "import os, pathlib; print([p.name for p in pathlib.Path('.').glob('?')], os.listdir())"
    done = python("-P", "-c", code, env={"PYTHONPATH": str(hook)}, cwd=listed)
    assert done.stdout == "['c', 'b', 'a'] ['c', 'b', 'a']\n"
