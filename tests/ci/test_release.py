"""A release is prepared from a clean tree, with a version that the changes allow."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.diff.diff_project import Repository

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "release.py"))


@pytest.fixture
def project(project: Repository) -> Repository:
    (project.root / "facade/coze_client").mkdir(parents=True)
    project.write("facade/coze_client/_version.py", '"""The version."""\n\n__version__ = "0.1.0"\n')
    project.write(
        "CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n### Added\n\n- It.\n\n## 0.1.0\n"
    )
    project.commit()
    project.git("tag", "v0.1.0")
    return project


Release = Callable[[str], str]


@pytest.fixture
def release(project: Repository, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Return a function that prepares a release, and returns why it is refused."""
    monkeypatch.chdir(project.root)

    def prepared(version: str) -> str:
        try:
            SCRIPT["main"](version)
        except SystemExit as refused:
            return str(refused)
        return ""

    return prepared


def change(project: Repository, file: str, old: str, new: str) -> None:
    project.replace(file, old, new)
    project.build()
    project.commit()


def test_what_is_unreleased_becomes_the_release(project: Repository, release: Release) -> None:
    assert release("0.1.1") == ""
    changelog = (project.root / "CHANGELOG.md").read_text()
    assert changelog.startswith("# Changelog\n\n## Unreleased\n\n## 0.1.1 - 2")
    assert changelog.endswith("\n\n### Added\n\n- It.\n\n## 0.1.0\n")
    version = (project.root / "facade/coze_client/_version.py").read_text()
    assert version == '"""The version."""\n\n__version__ = "0.1.1"\n'


@pytest.mark.parametrize(
    ("file", "old", "new", "low", "lowest"),
    [
        ("overlays/20-bots.yaml", "bots.create", "bots.make", "0.2.0", "1.0.0"),
        ("openapi/coze.yaml", "size: {type: integer}",
         "size: {type: integer}\n        kind: {type: string}", "0.1.1", "0.2.0"),
        ("CHANGELOG.md", "- It.", "- It works.", "0.1.0", "0.1.1"),
    ],
)  # fmt: skip
def test_a_version_below_the_advice_is_refused(  # noqa: PLR0913, PLR0917  # an edit and its versions
    project: Repository, release: Release, file: str, old: str, new: str, low: str, lowest: str
) -> None:
    change(project, file, old, new)
    assert f"which is {lowest} or above" in release(low)
    assert release(lowest) == ""


def test_what_is_not_ready_is_refused_and_nothing_changes(
    project: Repository, release: Release
) -> None:
    for version in (
        "",
        "v1.2.3",
        "1.2",
        "01.2.3",
        "1.2.3-rc1",
        "1.2.3.dev1",
        "1.2.3rc01",
        "1!1.2.3",
    ):
        assert "is no version" in release(version)
    project.write("note.txt", "")
    assert "the tree has changes" in release("0.1.1")
    change(project, "CHANGELOG.md", "### Added\n\n- It.\n\n", "")
    assert "says nothing under '## Unreleased'" in release("0.1.1")
    assert '"0.1.0"' in (project.root / "facade/coze_client/_version.py").read_text()


def tagged(project: Repository, release: Release, version: str) -> None:
    """Release a version, with something unreleased after it."""
    assert release(version) == ""
    project.commit()
    project.git("tag", f"v{version}")
    project.replace("CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n- More.\n")
    project.commit()


def test_a_candidate_is_followed_by_the_next_one_or_by_its_release(
    project: Repository, release: Release
) -> None:
    change(project, "overlays/20-bots.yaml", "bots.create", "bots.make")
    assert "which is 1.0.0 or above" in release("0.9.0rc1")
    tagged(project, release, "1.0.0rc1")
    assert "## 1.0.0rc1 - 2" in (project.root / "CHANGELOG.md").read_text()
    for low in ("0.9.0", "1.0.0b2", "1.0.0rc1"):
        assert "which is 1.0.0rc2 or above" in release(low)
    tagged(project, release, "1.0.0rc2")
    assert release("1.0.0") == ""


def test_a_release_has_nothing_that_no_candidate_had(project: Repository, release: Release) -> None:
    tagged(project, release, "1.0.0rc1")
    change(
        project,
        "openapi/coze.yaml",
        "size: {type: integer}",
        "size: {type: integer}\n        kind: {type: string}",
    )
    assert "ask for minor, so release 1.0.0rc2 first" in release("1.0.0")
    assert release("1.0.0rc2") == ""
