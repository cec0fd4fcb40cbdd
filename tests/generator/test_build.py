"""The commands on a project: all or nothing, and nothing unnoticed."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from generator.build import Project, build
from generator.output import write
from tests.diff.diff_project import DOCUMENT, ENVELOPE, OVERLAY
from tests.files import contents
from tests.processes import python

if TYPE_CHECKING:
    from tests.generator.conftest import Command

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small project that has been built."""
    root = tmp_path_factory.mktemp("built")
    write(
        root,
        {
            "openapi/coze.yaml": DOCUMENT.encode(),
            "openapi/SOURCE.md": f"sha256: {'0' * 64}\n".encode(),
            "overlays/10-document.yaml": ENVELOPE.encode(),
            "overlays/20-bots.yaml": OVERLAY.encode(),
            "CHANGELOG.md": b"# Changelog\n\n## Unreleased\n",
        },
    )
    project = Project(root)
    write(project.output, build(project, lambda _: None).files)
    return root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Project:
    return Project(shutil.copytree(built, tmp_path / "project"))


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_the_bundled_document_is_the_published_one() -> None:
    note = (ROOT / "openapi" / "SOURCE.md").read_text(encoding="utf-8")
    digest = hashlib.sha256((ROOT / "openapi" / "coze.yaml").read_bytes()).hexdigest()
    assert re.findall(r"\b[0-9a-f]{64}\b", note) == [digest]


def test_build_makes_the_same_files_again(project: Project, command: Command) -> None:
    before = contents(project.output)
    shutil.rmtree(project.output)
    done = command("build", "--root", project.root)
    assert done.status == 0, done.err
    assert contents(project.output) == before
    assert re.search(r"\d+ methods, \d+ models -> \d+ files, \d+ lines in \d", done.err)


def test_check_tells_all_that_is_not_as_built(project: Project, command: Command) -> None:
    out = project.output
    append(out / "coze_api/events.py", "# mine\n")
    (out / "coze_api/mine.py").write_text("")
    (out / "coze_api/params.py").unlink()
    (out / "openapi.yaml").write_text("x")
    done = command("check", "--root", project.root)
    assert done.status == 1
    for finding in (
        "edited by hand",
        "mine.py: should not be there",
        "params.py: is missing",
        "openapi.yaml: is stale",
    ):
        assert finding in done.err


def test_check_notices_a_changed_document(project: Project, command: Command) -> None:
    project.document.write_text(DOCUMENT.replace("The bot.", "A bot."), encoding="utf-8")
    done = command("check", "--root", project.root)
    assert done.status == 1
    assert "is stale" in done.err
    assert "edited by hand" not in done.err


def overlay(*actions: object) -> str:
    return yaml.safe_dump(
        {"overlay": "1.1.0", "info": {"title": "t", "version": "1"}, "actions": list(actions)}
    )


BAD_OVERLAYS = {
    "no match": (
        overlay({"target": "$.paths['/nope'].get", "description": "d", "update": {"x-a": 1}}),
        "/nope",
    ),
    "a reference to nowhere": (
        overlay(
            {
                "target": "$.components.schemas.BotData.properties",
                "description": "d",
                "update": {"gone": {"$ref": "#/components/schemas/Nowhere"}},
            }
        ),
        "Nowhere",
    ),
    "broken YAML": ("overlay: [", "99-bad.yaml"),
}


@pytest.mark.parametrize("name", BAD_OVERLAYS)
def test_a_bad_overlay_is_one_error_and_changes_nothing(
    project: Project, command: Command, name: str
) -> None:
    text, message = BAD_OVERLAYS[name]
    (project.root / "overlays" / "99-bad.yaml").write_text(text, encoding="utf-8")
    before = contents(project.output)
    done = command("build", "--root", project.root)
    assert done.status == 1
    assert message in done.err
    assert contents(project.output) == before


def test_a_broken_document_is_one_error_that_names_the_line(
    project: Project, command: Command
) -> None:
    append(project.document, "  broken: [\n")
    done = command("build", "--root", project.root)
    assert done.status == 1
    assert re.search(r"coze\.yaml:\d+", done.err)


def test_update_reads_a_new_document_once_from_a_pipe_too_and_says_what_changed(
    project: Project, command: Command
) -> None:
    new = DOCUMENT + "        fresh: {type: string}\n"
    words = ("-m", "generator", "update", "/dev/stdin", "--root", project.root)
    done = python(*words, check=False, cwd=ROOT, input=new)
    assert done.returncode == 0, done.stderr
    assert "before -> the working tree:  wire compatible  client safe  version minor" in done.stderr
    assert "200.fresh is new" in done.stderr
    assert re.search(r"document openapi/coze\.yaml:\d+", done.stderr)
    changelog = (project.root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "### Added\n\n- `GET /v1/bots/{id}` and 1 more: 200.fresh is new" in changelog
    assert project.document.read_text(encoding="utf-8") == new
    digest = hashlib.sha256(new.encode()).hexdigest()
    assert digest in project.source_note.read_text(encoding="utf-8")
    assert command("check", "--root", project.root).status == 0


def test_an_update_that_does_not_build_changes_nothing(
    project: Project, command: Command, tmp_path: Path
) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(DOCUMENT.replace("/v1/bots:", "/v1/robots:"), encoding="utf-8")
    before = contents(project.root)
    done = command("update", new, "--root", project.root)
    assert done.status == 1
    assert "/v1/bots" in done.err
    assert contents(project.root) == before


def test_an_update_refuses_a_changelog_that_takes_no_entry(
    project: Project, command: Command
) -> None:
    (project.root / "CHANGELOG.md").write_text("# Changelog\n", encoding="utf-8")
    before = contents(project.root)
    done = command("update", project.document, "--root", project.root)
    assert done.status == 1
    assert "the changelog has no heading '## Unreleased'" in done.err
    assert contents(project.root) == before


def test_an_update_of_a_project_without_a_build_has_nothing_to_compare(
    project: Project, command: Command
) -> None:
    shutil.rmtree(project.output)
    done = command("update", project.document, "--root", project.root)
    assert done.status == 0, done.err
    assert "working tree" not in done.err
    assert command("check", "--root", project.root).status == 0


def test_overlay_prints_the_merged_document(tmp_path: Path, command: Command) -> None:
    (tmp_path / "spec.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\n"
    )
    (tmp_path / "overlay.yaml").write_text(
        overlay(
            {"target": "$.info", "update": {"title": "b"}},
            {"target": "$.paths.nope", "update": {"x": 1}},
        )
    )
    files = [tmp_path / "spec.yaml", tmp_path / "overlay.yaml"]
    done = command("overlay", *files)
    assert done.status == 0
    assert yaml.safe_load(done.out)["info"]["title"] == "b"
    done = command("overlay", "--strict", *files)
    assert done.status == 1
    assert "$.paths.nope" in done.err or "['nope']" in done.err


def test_a_folder_that_can_not_be_replaced_stays(project: Project) -> None:
    before = contents(project.output)
    files = {"coze_api": b"a file where a folder must be", **before}
    with pytest.raises(Exception, match="as it was"):
        write(project.output, files)
    assert contents(project.output) == before
    assert not list(project.root.glob(".generated-*"))
