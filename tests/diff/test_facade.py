"""The part of the client that is written by hand is compared with the rest."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from generator.diff.report import compare
from generator.diff.revisions import open_revision
from generator.diff.rules import Source
from generator.errors import GeneratorError
from tests.diff.diff_samples import compare_modules

if TYPE_CHECKING:
    from tests.diff.diff_project import Repository


CLIENT = "class Coze:\n    def __init__(self, *, max_retries: int = 2) -> None: ...\n"


@pytest.fixture
def project(project: Repository) -> Repository:
    (project.root / "facade" / "coze_client").mkdir(parents=True)
    project.write(
        "facade/coze_client/__init__.py",
        "from coze_client._client import Coze\n__all__ = ['Coze']\n",
    )
    project.write("facade/coze_client/_client.py", CLIENT)
    project.commit()
    return project


def test_a_renamed_argument_of_the_client_is_breaking(project: Repository) -> None:
    project.replace("facade/coze_client/_client.py", "max_retries", "retries")
    report = compare(
        open_revision("HEAD", project.root, raw=False), open_revision(None, project.root, raw=False)
    )
    (change,) = report.changes
    assert (change.id, change.client) == ("facade-parameter-removed", "breaking")
    assert change.python == ("coze_client.Coze(max_retries)",)
    assert change.source == Source("facade", PurePosixPath("facade/coze_client/_client.py"), 2)
    assert report.verdict.semver == "major"


def test_private_names_and_the_version_are_nobodys_business() -> None:
    old = "__all__ = ['__version__']\n__version__ = '1'\ndef _f(a: int) -> None: ...\n"
    assert compare_modules(old, "__all__ = ['__version__']\n__version__ = '2'\n") == ()


def test_base_classes_are_named_and_no_files_of_this_machine() -> None:
    old = "class A: ...\nclass B: ...\nclass C(A, B): ...\n"
    (change,) = compare_modules(old, "class A: ...\nclass B: ...\nclass C(B): ...\n")
    assert (change.id, change.old, change.new) == ("facade-class-removed-base", "A, B", "B")


def test_a_package_that_is_no_python_is_one_error() -> None:
    with pytest.raises(GeneratorError, match="coze_core can't be read"):
        compare_modules("A: int = 1", "def (")
