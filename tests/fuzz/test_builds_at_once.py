"""Builds of one project beside each other: one after the other, and one whole tree."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from generator.lock import locked
from generator.tree import write
from tests.fuzz.killing import contents, in_child, names, outcome

if TYPE_CHECKING:
    from pathlib import Path


def test_builds_of_one_project_wait_for_each_other(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def tell(text: str) -> None:
        assert text == f"waiting: another build is at work in {tmp_path}"
        order.append("waits")
        waiting.set()

    def second() -> None:
        with locked(tmp_path, tell):
            order.append("second")

    thread = threading.Thread(target=second)
    with locked(tmp_path, pytest.fail):
        thread.start()
        assert waiting.wait(30)
        order.append("first is done")
    thread.join(30)
    assert order == ["waits", "first is done", "second"]


def test_a_killed_build_gives_its_lock_back(tmp_path: Path) -> None:
    reader, writer = os.pipe()

    def work() -> None:
        with locked(tmp_path, pytest.fail):
            os.write(writer, b"x")
            signal.pause()

    child = in_child(work)
    assert os.read(reader, 1) == b"x"
    os.kill(child, signal.SIGKILL)
    assert outcome(child) == -signal.SIGKILL
    with locked(tmp_path, pytest.fail):
        pass
    os.close(reader)
    os.close(writer)


def test_many_builds_at_once_leave_one_whole_tree(tmp_path: Path) -> None:
    output = tmp_path / "generated"
    trees = [{f"file_{number}": bytes([tree]) for number in range(20)} for tree in range(6)]

    def work(tree: dict[str, bytes]) -> None:
        for _ in range(2):
            with locked(tmp_path, lambda _: None):
                write(output, tree)

    children = [in_child(lambda tree=tree: work(tree)) for tree in trees]
    assert [outcome(child) for child in children] == [0] * len(children)
    assert contents(output) in trees
    assert names(tmp_path) == {"generated"}
