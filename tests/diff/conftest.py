from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.diff.diff_project import Repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return the small project, which tests leave as it is."""
    return Repository.make(tmp_path_factory.mktemp("untouched"))


@pytest.fixture
def project(untouched: Repository, tmp_path: Path) -> Repository:
    """Return a copy of the small project."""
    return Repository(shutil.copytree(untouched.root, tmp_path / "project"))


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
