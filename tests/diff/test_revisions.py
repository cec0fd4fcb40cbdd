"""What is compared: ranges, what git says when it can't read one, and builds that are stale."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from generator.diff.command import diff_command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.diff.diff_project import Repository

MANIFEST = "generated/coze_api/manifest.json"
APP = typer.Typer(pretty_exceptions_enable=False)
APP.command("diff")(diff_command)


def run(root: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(APP, [*arguments, "--root", str(root)])
    return result.exit_code, result.output.replace("\n", " ")


def rename(project: Repository, old: str, new: str) -> None:
    project.replace("overlays/20-bots.yaml", old, new)
    project.build()
    project.commit()


def test_three_dots_compare_with_where_both_parted(project: Repository) -> None:
    project.git("checkout", "--quiet", "-b", "topic")
    rename(project, "bots.create", "bots.make")
    project.git("checkout", "--quiet", "-")
    project.git("branch", "base")
    project.git("checkout", "--quiet", "base")
    rename(project, "bots.retrieve", "bots.get")
    code, output = run(project.root, "base...topic")
    assert code == 0
    assert "bots.make" in output
    assert "bots.get" not in output
    assert run(project.root, "base...topic", "HEAD")[0] == 2


def test_a_revision_whose_build_is_stale_can_not_be_compared(project: Repository) -> None:
    project.replace("overlays/20-bots.yaml", "bots.create", "bots.make")
    project.commit()
    rename(project, "bots.retrieve", "bots.get")
    code, output = run(project.root, "HEAD~1", "HEAD")
    assert code == 2
    assert "overlays/20-bots.yaml is not what generated/ of HEAD~1 was made from" in output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{\n<<<<<<< HEAD\n}\n", "conflict markers"),
        ("<<<<<<< HEAD\n", "conflict markers"),
        ("{", "is no JSON"),
        ("[]", "is of another form"),
    ],
)
def test_a_manifest_that_can_not_be_read_is_one_error(
    project: Repository, text: str, expected: str
) -> None:
    project.write(MANIFEST, text)
    code, output = run(project.root, "HEAD")
    assert code == 2
    assert expected in output
    assert output.startswith("error: ")


def test_without_a_repository_git_says_so(project: Repository) -> None:
    shutil.rmtree(project.root / ".git")
    code, output = run(project.root, "main")
    assert code == 2
    assert "not a git repository" in output


def test_a_shallow_clone_is_named(project: Repository, tmp_path: Path) -> None:
    rename(project, "bots.create", "bots.make")
    clone = tmp_path / "clone"
    source = f"file://{project.root}"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", source, clone], check=True)  # noqa: S607
    code, output = run(clone, "HEAD~1")
    assert code == 2
    assert "The clone is shallow" in output


def test_a_whole_hash_is_shown_short(project: Repository) -> None:
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607
        cwd=project.root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    hash_ = done.stdout.strip()
    code, output = run(project.root, hash_)
    assert code == 0
    assert hash_[:12] in output
    assert hash_ not in output


def test_overlay_changes_are_noted_in_the_changelog_when_asked(project: Repository) -> None:
    project.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n")
    rename(project, "bots.create", "bots.make")
    for _ in range(2):
        assert run(project.root, "HEAD~1", "HEAD", "--changelog")[0] == 0
    text = (project.root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.count("bots.create is called bots.make") == 1


def test_behaviour_that_an_overlay_changes_is_a_change_on_its_line(project: Repository) -> None:
    action = (
        "- target: $.paths['/v1/bots'].post\n  description: A name as people say it.\n  update:\n"
    )
    line = project.replace(
        "overlays/20-bots.yaml", f"{action}", f"{action}    x-client-idempotent: true\n"
    )
    project.build()
    code, output = run(project.root, "HEAD", "--fail-on", "wire-breaking")
    assert code == 0
    assert "risky" in output
    assert "a call of bots.create is sent again" in output
    assert f"overlays/20-bots.yaml:{line + 3}" in output
