"""Builds of one project beside each other: one after the other, and one whole tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.output import locked, write
from tests.files import contents
from tests.fuzz.killing import in_child, names, outcome

if TYPE_CHECKING:
    from pathlib import Path


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
