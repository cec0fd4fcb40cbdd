"""Locks between processes, by files."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from coze_client import CozeError
from coze_client._oauth.file_store import file_lock
from tests.system.conftest import ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path


def test_a_lock_that_is_held_for_too_long_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        file_lock(path, 0),
        pytest.raises(CozeError, match="Another process holds"),
        file_lock(path, 0.05),
    ):
        pass
    with file_lock(path, 0):
        pass


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held, order = threading.Event(), list[str]()

    def hold() -> None:
        with file_lock(path, 5):
            held.set()
            order.append("first")

    thread = threading.Thread(target=hold)
    with file_lock(path, 0):
        thread.start()
        order.append("before")
        assert not held.is_set()
    thread.join()
    assert order == ["before", "first"]


HOLDING = """
import sys
from pathlib import Path
from coze_client._oauth.file_store import file_lock
with file_lock(Path(sys.argv[1]), 0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_killed_process_gives_its_lock_back(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as program:
        assert program.stdout
        assert program.stdout.readline().strip() == b"held"
        with pytest.raises(CozeError, match="Another process holds"), file_lock(path, 0):
            pass
        program.kill()
    with file_lock(path, 5):
        pass
