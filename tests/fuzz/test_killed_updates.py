"""Updates that are killed leave whole files; those that run out of disk change nothing."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from generator.build import Project, build
from generator.errors import GeneratorError
from generator.output import write
from generator.update import update
from tests.files import contents
from tests.fuzz.effort import TIMES
from tests.fuzz.killing import DOCUMENT, KillBefore, in_child, names, outcome

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    (root / "openapi").mkdir(parents=True)
    (root / "openapi" / "coze.yaml").write_text(DOCUMENT % 1)
    (root / "openapi" / "SOURCE.md").write_text(f"sha256: {'0' * 64}\n")
    return Project(root)


def test_an_update_killed_at_any_step_leaves_whole_files_and_is_completed_by_another(
    project: Project, tmp_path: Path
) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(DOCUMENT % 2)
    write(project.output, build(project, lambda _: None).files)
    before = contents(project.root)
    update(project, new, lambda _: None)
    after = contents(project.root)
    assert before.keys() == after.keys()
    mixed = 0
    # What an update does after its build is short; what comes before changes nothing.
    number = 0
    while True:
        write(project.root, before)
        started: list[KillBefore] = []

        def work(number: int = number, started: list[KillBefore] = started) -> None:
            def step(name: str) -> None:
                if name == "write":
                    started.append(KillBefore(number))
                    sys.addaudithook(started[0])

            update(project, new, step)

        done = outcome(in_child(work))
        assert done in {0, -signal.SIGKILL}
        assert contents(project.output) in (within(before), within(after))
        found = contents(project.root)
        assert all(found[file] in {before[file], after[file]} for file in before)
        left = {file: found[file] for file in before}
        mixed += left not in (before, after)
        if number % 9 == 0 or done == 0:
            update(project, new, lambda _: None)
            assert contents(project.root) == after
            assert names(project.root) == {"openapi", "generated"}
        if done == 0:
            break
        number += 1 if TIMES > 1 else 3
    assert mixed


def within(files: dict[str, bytes]) -> dict[str, bytes]:
    return {
        name.removeprefix("generated/"): content
        for name, content in files.items()
        if name.startswith("generated/")
    }


def test_a_disk_that_is_full_before_an_update_counts_changes_nothing(
    small_disk: Path, project: Project, tmp_path: Path
) -> None:
    root = small_disk / "project"
    write(root, contents(project.root))
    project = Project(root)
    write(project.output, build(project, lambda _: None).files)
    before = contents(root)
    new = tmp_path / "new.yaml"
    new.write_text(DOCUMENT % 2)
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    refused = 0
    for room in range(0, free, 8192):
        (small_disk / "ballast").write_bytes(bytes(free - room))
        with suppress(GeneratorError):
            update(project, new, lambda _: None)
            break
        refused += 1
        assert contents(root) == before
        assert names(root) == {"openapi", "generated"}
        (small_disk / "ballast").unlink()
    assert refused > 3
    assert project.document.read_text() == DOCUMENT % 2
