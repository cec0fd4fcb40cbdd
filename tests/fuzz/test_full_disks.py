"""Builds that can't write: one error, and the old tree."""

from __future__ import annotations

import os
import resource
import signal
from typing import TYPE_CHECKING

import pytest

from generator.errors import GeneratorError
from generator.output import write
from tests.files import contents
from tests.fuzz.killing import NEW, OLD, in_child, names, outcome

if TYPE_CHECKING:
    from pathlib import Path


def test_a_full_disk_is_one_error_and_the_old_tree(small_disk: Path) -> None:
    output = small_disk / "generated"
    write(output, OLD)
    with pytest.raises(GeneratorError, match=r"No space left.*Make room"):
        write(output, NEW | {"large": bytes(300_000)})
    assert contents(output) == OLD
    assert names(small_disk) == {"generated"}
    write(output, NEW)
    assert contents(output) == NEW


def test_a_write_that_fails_half_way_is_one_error_and_the_old_tree(tmp_path: Path) -> None:
    output = tmp_path / "generated"
    write(output, OLD)

    def work() -> None:
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
