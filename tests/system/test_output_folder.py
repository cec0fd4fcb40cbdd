"""The folder that a build writes: locked, and exchanged."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from generator.output import _exchange, locked, write
from tests.files import contents
from tests.system.conftest import ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path

OLD = {"openapi.yaml": b"old", "package/old.py": b"old = 1\n"}
NEW = {"openapi.yaml": b"new", "package/new/new.py": b"new = 1\n"}


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    output = tmp_path / "generated"
    for files in (OLD, NEW, OLD):
        write(output, files)
        assert contents(output) == files
        assert [path.name for path in tmp_path.iterdir()] == ["generated"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can't exchange folders")
def test_folders_change_places_in_one_step(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write(one, OLD)
    write(other, NEW)
    assert _exchange(one, other)
    assert (contents(one), contents(other)) == (NEW, OLD)
    assert not _exchange(one, tmp_path / "none")
    assert contents(one) == NEW


def test_builds_wait_for_each_other(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def say(text: str) -> None:
        order.append(text)
        waiting.set()

    def second() -> None:
        with locked(tmp_path, say):
            order.append("second")

    thread = threading.Thread(target=second)
    with locked(tmp_path, pytest.fail):
        thread.start()
        assert waiting.wait(30)
        order.append("first is done")
    thread.join(30)
    said = f"waiting: another build is at work in {tmp_path}"
    assert order == [said, "first is done", "second"]


HOLDING = """
import sys
from pathlib import Path
from generator.output import locked
with locked(Path(sys.argv[1]), print):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_killed_build_gives_its_lock_back(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as program:
        assert program.stdout
        assert program.stdout.readline().strip() == b"held"
        program.kill()
    with locked(tmp_path, pytest.fail):
        pass
