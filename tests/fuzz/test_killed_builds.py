"""Builds that are killed, run out of disk, or run beside each other: the old tree or the new one.

A child process does the writing and is killed with SIGKILL: before each single thing that it does
to the file system, and at random moments. Audit hooks tell the moments; nothing is patched.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from generator.build import Project
from generator.errors import GeneratorError
from generator.lock import locked
from generator.tree import install, stage, write
from generator.update import check_complete, rebuild, update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OLD = {"openapi.yaml": b"old" * 2000, "package/__init__.py": b"", "package/old.py": b"old = 1\n"}
NEW = {
    "openapi.yaml": b"new" * 3000,
    "package/__init__.py": b"",
    "package/new/new.py": b"new = 1\n",
}
TOUCHING = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "open", "ctypes.dlsym"}
DOCUMENT = """
openapi: 3.0.3
info: {title: Test, version: '%s'}
servers: [{url: 'https://api.example.com'}]
paths:
  /v1/things:
    get:
      operationId: things.retrieve
      responses: {'200': {description: ok}}
"""


def without_exchange(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook that takes the system call for exchanging folders away."""
    if event == "ctypes.dlsym" and arguments[1] == "renameat2":
        raise AttributeError(arguments[1])


def in_child(work: Callable[[], object], *hooks: Callable[[str, tuple[Any, ...]], None]) -> int:
    """Start a process that does the work, under audit hooks, and ends."""
    child = os.fork()
    if child:
        return child
    try:
        for hook in hooks:
            sys.addaudithook(hook)
        work()
    except BaseException:  # noqa: BLE001  # whatever it is, the child must not go on in the tests
        os._exit(1)
    os._exit(0)


def outcome(child: int) -> int:
    """How it ended: minus the signal, or the exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class KillBefore:
    """Kills its process before the n-th thing that it does to the file system."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, event: str, _: tuple[Any, ...]) -> None:
        if event in TOUCHING:
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
            self.left -= 1


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


HOOKS = pytest.mark.parametrize("hooks", [(), (without_exchange,)], ids=["exchange", "renames"])


@HOOKS
@pytest.mark.parametrize("before", [OLD, {}], ids=["replaced", "first"])
def test_a_build_killed_at_any_step_leaves_a_whole_tree_or_a_state_that_the_next_completes(
    tmp_path: Path,
    hooks: tuple[Callable[[str, tuple[Any, ...]], None], ...],
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
    tmp_path: Path, hooks: tuple[Callable[[str, tuple[Any, ...]], None], ...]
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


def test_two_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    output = tmp_path / "generated"
    moments = random.Random(8)  # noqa: S311  # nothing is secret here
    files = {f"package/module_{number}.py": os.urandom(500) for number in range(20)}
    trees = [files | {"tree": b"one"}, files | {"tree": b"two"}]
    write(output, trees[0])
    kills = 0
    while kills < 200:

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


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    (root / "openapi").mkdir(parents=True)
    (root / "openapi" / "coze.yaml").write_text(DOCUMENT % 1)
    (root / "openapi" / "SOURCE.md").write_text(f"sha256: {'0' * 64}\n")
    return Project(root)


def test_an_update_killed_at_any_step_is_not_begun_or_completed_by_the_next_build(
    project: Project, tmp_path: Path
) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(DOCUMENT % 2)
    rebuild(project, lambda _: None)
    before = contents(project.root)
    update(project, new, lambda _: None)
    after = contents(project.root)
    assert before.keys() == after.keys()
    states: list[str] = []
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
        if project.pending.exists():
            states.append("pending")
            with pytest.raises(GeneratorError, match=r"interrupted.*python -m generator build"):
                check_complete(project)
        elif project.document.read_text() == DOCUMENT % 1:
            states.append("old")
            assert without_leftovers(project) == before
        else:
            states.append("new")
            assert without_leftovers(project) == after
        if number % 9 == 0 or states[-1] != states[-2]:
            rebuild(project, lambda _: None)
            assert contents(project.root) == (before if states[-1] == "old" else after)
            assert names(project.root) == {"openapi", "generated"}
        if done == 0:
            break
        number += 1
    # Once it counts, it goes on to count.
    assert states == sorted(states, key=["old", "pending", "new"].index)
    assert set(states) == {"old", "pending", "new"}


def within(files: dict[str, bytes]) -> dict[str, bytes]:
    return {
        name.removeprefix("generated/"): content
        for name, content in files.items()
        if name.startswith("generated/")
    }


def without_leftovers(project: Project) -> dict[str, bytes]:
    return {
        name: content
        for name, content in contents(project.root).items()
        if not name.startswith(".generated-")
    }


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or not umount:
        pytest.skip("there is no mount here")
    command = [mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may mount nothing")
    yield disk
    subprocess.run([umount, disk], check=True)


def test_a_full_disk_is_one_error_and_the_old_tree(small_disk: Path) -> None:
    output = small_disk / "generated"
    write(output, OLD)
    with pytest.raises(GeneratorError, match=r"No space left.*Make room"):
        write(output, NEW | {"large": bytes(300_000)})
    assert contents(output) == OLD
    assert names(small_disk) == {"generated"}
    write(output, NEW)
    assert contents(output) == NEW


def test_a_disk_that_is_full_before_an_update_counts_changes_nothing(
    small_disk: Path, project: Project, tmp_path: Path
) -> None:
    root = small_disk / "project"
    write(root, contents(project.root))
    project = Project(root)
    rebuild(project, lambda _: None)
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
    assert not project.pending.exists()


def test_a_write_that_fails_half_way_is_one_error_and_the_old_tree(tmp_path: Path) -> None:
    output = tmp_path / "generated"
    write(output, OLD)

    def work() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (7000, 7000))
        with pytest.raises(GeneratorError, match="File too large"):
            write(output, NEW)

    assert outcome(in_child(work)) == 0
    assert contents(output) == OLD
    assert names(tmp_path) == {"generated"}


def test_a_folder_without_permission_is_one_error_and_the_old_tree(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    output = folder / "generated"
    write(output, OLD)

    def work() -> None:
        if os.getuid() == 0:
            os.setuid(65534)
        with pytest.raises(GeneratorError, match="Permission denied"):
            write(output, NEW)

    for parent in (tmp_path, *list(tmp_path.parents)[:2]):
        parent.chmod(0o755)
    folder.chmod(0o555)
    try:
        assert outcome(in_child(work)) == 0
    finally:
        folder.chmod(0o755)
    assert contents(output) == OLD
    assert names(folder) == {"generated"}


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
        for _ in range(5):
            with locked(tmp_path, lambda _: None):
                write(output, tree)

    children = [in_child(lambda tree=tree: work(tree)) for tree in trees]
    assert [outcome(child) for child in children] == [0] * len(children)
    assert contents(output) in trees
    assert names(tmp_path) == {"generated"}


def test_what_is_staged_shows_only_when_it_is_installed(tmp_path: Path) -> None:
    output = tmp_path / "generated"
    write(output, OLD)
    stage(output, NEW)
    assert contents(output) == OLD
    install(output)
    assert contents(output) == NEW
    assert names(tmp_path) == {"generated"}
