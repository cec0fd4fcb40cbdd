"""A release is prepared from a clean tree, with a version that the changes allow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.diff.diff_project import Repository

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    found = Repository.make(tmp_path)
    (tmp_path / "facade/coze_client").mkdir(parents=True)
    found.write("facade/coze_client/_version.py", '"""The version."""\n\n__version__ = "0.1.0"\n')
    found.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n### Added\n\n- It.\n\n## 0.1.0\n")
    found.commit()
    found.git("tag", "v0.1.0")
    return found


def release(project: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "release.py"), *arguments],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )


def change(project: Repository, file: str, old: str, new: str) -> None:
    project.replace(file, old, new)
    project.build()
    project.commit()


def test_what_is_unreleased_becomes_the_release(project: Repository) -> None:
    assert release(project, "0.1.1").returncode == 0
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
    project: Repository, file: str, old: str, new: str, low: str, lowest: str
) -> None:
    change(project, file, old, new)
    refused = release(project, low)
    assert refused.returncode == 1
    assert f"which is {lowest} or above" in refused.stderr
    assert release(project, lowest).returncode == 0


def test_what_is_not_ready_is_refused_and_nothing_changes(project: Repository) -> None:
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
        assert "is no version" in release(project, version).stderr
    project.write("note.txt", "")
    assert "the tree has changes" in release(project, "0.1.1").stderr
    change(project, "CHANGELOG.md", "### Added\n\n- It.\n\n", "")
    assert "says nothing under '## Unreleased'" in release(project, "0.1.1").stderr
    assert '"0.1.0"' in (project.root / "facade/coze_client/_version.py").read_text()


def tagged(project: Repository, version: str) -> None:
    """Release a version, with something unreleased after it."""
    done = release(project, version)
    assert done.returncode == 0, done.stderr
    project.commit()
    project.git("tag", f"v{version}")
    project.replace("CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n- More.\n")
    project.commit()


def test_a_candidate_is_followed_by_the_next_one_or_by_its_release(project: Repository) -> None:
    change(project, "overlays/20-bots.yaml", "bots.create", "bots.make")
    assert "which is 1.0.0 or above" in release(project, "0.9.0rc1").stderr
    tagged(project, "1.0.0rc1")
    assert "## 1.0.0rc1 - 2" in (project.root / "CHANGELOG.md").read_text()
    for low in ("0.9.0", "1.0.0b2", "1.0.0rc1"):
        assert "which is 1.0.0rc2 or above" in release(project, low).stderr
    tagged(project, "1.0.0rc2")
    assert release(project, "1.0.0").returncode == 0


def test_a_release_has_nothing_that_no_candidate_had(project: Repository) -> None:
    tagged(project, "1.0.0rc1")
    change(
        project,
        "openapi/coze.yaml",
        "size: {type: integer}",
        "size: {type: integer}\n        kind: {type: string}",
    )
    refused = release(project, "1.0.0")
    assert refused.returncode == 1
    assert "ask for minor, so release 1.0.0rc2 first" in refused.stderr
    assert release(project, "1.0.0rc2").returncode == 0
