"""Builds that are killed: the old tree, the new one, or a state that the next build completes.

A child process does the writing and is killed with SIGKILL: before each single thing that it does
to the file system, and at random moments. Audit hooks tell the moments; nothing is patched.
"""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from generator.errors import GeneratorError
from generator.output import install, stage, write
from tests.files import contents
from tests.fuzz.effort import TIMES
from tests.fuzz.killing import HOOKS, NEW, OLD, Hook, KillBefore, in_child, names, outcome

if TYPE_CHECKING:
    from pathlib import Path


@HOOKS
@pytest.mark.parametrize("before", [OLD, {}], ids=["replaced", "first"])
def test_a_build_killed_at_any_step_leaves_a_whole_tree_or_a_state_that_the_next_completes(
    tmp_path: Path,
    hooks: tuple[Hook, ...],
    before: dict[str, bytes],
) -> None:
    states: set[str] = set()
    for number in range(1000):
        folder = tmp_path / str(number)
        folder.mkdir()
        output = folder / "generated"
        if before:
            write(output, before)
        done = outcome(in_child(lambda: write(output, NEW), *hooks, KillBefore(number)))  # noqa: B023  # done at once
        if not output.exists():
            states.add("absent")
            # Only where there was none, or between the two renames.
            assert not before or names(folder) == {".generated-new", ".generated-old"}
            assert not before or contents(folder / ".generated-new") == NEW
        else:
            found = contents(output)
            assert found in (before, NEW)
            states.add("new" if found == NEW else "old")
        write(output, NEW)
        assert names(folder) == {"generated"}
        assert contents(output) == NEW
        if done == 0:
            break
        assert done == -signal.SIGKILL
    assert number > 10
    assert states == {"new", *(["old"] if before else ["absent"]), *(["absent"] if hooks else [])}


@HOOKS
def test_the_next_build_takes_the_complete_tree_even_if_it_fails_itself(
    tmp_path: Path, hooks: tuple[Hook, ...]
) -> None:
    output = tmp_path / "generated"
    write(output, OLD)
    for number in range(1000):
        done = outcome(in_child(lambda: write(output, NEW), *hooks, KillBefore(number)))
        with pytest.raises(GeneratorError, match="as it was"):
            write(output, {"a": b"", "a/b": b"a file is in the way"})
        assert contents(output) in (OLD, NEW)
        assert names(tmp_path) == {"generated"}
        if done == 0:
            break


def test_a_build_killed_at_a_random_moment_leaves_a_whole_tree(tmp_path: Path) -> None:
    output = tmp_path / "generated"
    moments = random.Random(8)  # noqa: S311  # nothing is secret here
    files = {f"package/module_{number}.py": os.urandom(500) for number in range(20)}
    trees = [files | {"tree": b"one"}, files | {"tree": b"two"}]
    write(output, trees[0])
    kills = 0
    while kills < 30 * TIMES:

        def work() -> None:
            while True:
                for tree in trees:
                    write(output, tree)

        child = in_child(work)
        time.sleep(moments.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        kills += outcome(child) == -signal.SIGKILL
        assert contents(output) in trees
    write(output, trees[0])
    assert names(tmp_path) == {"generated"}


def test_what_is_staged_shows_only_when_it_is_installed(tmp_path: Path) -> None:
    output = tmp_path / "generated"
    write(output, OLD)
    stage(output, NEW)
    assert contents(output) == OLD
    install(output)
    assert contents(output) == NEW
    assert names(tmp_path) == {"generated"}
