"""The commands on a project: all or nothing, and nothing unnoticed."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.build import Project, build
from generator.output import write

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for folder in ("openapi", "overlays", "generated"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    return Project(tmp_path)


def run(
    project: Project, *arguments: str, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "generator", *arguments, "--root", str(project.root)],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_bundled_document_is_the_published_one() -> None:
    note = (ROOT / "openapi" / "SOURCE.md").read_text(encoding="utf-8")
    digest = hashlib.sha256((ROOT / "openapi" / "coze.yaml").read_bytes()).hexdigest()
    assert re.findall(r"\b[0-9a-f]{64}\b", note) == [digest]


def test_build_makes_the_same_files_again(project: Project) -> None:
    before = contents(project.output)
    shutil.rmtree(project.output)
    done = run(project, "build")
    assert done.returncode == 0, done.stderr
    assert contents(project.output) == before
    assert re.search(r"\d+ methods, \d+ models -> \d+ files, \d+ lines in \d", done.stderr)


def test_check_tells_all_that_is_not_as_built(project: Project) -> None:
    out = project.output
    append(out / "coze_api/events.py", "# mine\n")
    (out / "coze_api/mine.py").write_text("")
    (out / "coze_api/params.py").unlink()
    (out / "openapi.yaml").write_text("x")
    done = run(project, "check")
    assert done.returncode == 1
    for finding in (
        "edited by hand",
        "mine.py: should not be there",
        "params.py: is missing",
        "openapi.yaml: is stale",
    ):
        assert finding in done.stderr


def test_check_notices_a_changed_document(project: Project) -> None:
    text = project.document.read_text(encoding="utf-8")
    project.document.write_text(text.replace("智能体的描述信息", "智能体的描述"), encoding="utf-8")
    done = run(project, "check")
    assert done.returncode == 1
    assert "is stale" in done.stderr
    assert "edited by hand" not in done.stderr


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
                "target": "$.components.schemas.BotInfo.properties",
                "description": "d",
                "update": {"gone": {"$ref": "#/components/schemas/Nowhere"}},
            }
        ),
        "Nowhere",
    ),
    "broken YAML": ("overlay: [", "99-bad.yaml"),
}


@pytest.mark.parametrize("name", BAD_OVERLAYS)
def test_a_bad_overlay_is_one_error_and_changes_nothing(project: Project, name: str) -> None:
    text, message = BAD_OVERLAYS[name]
    (project.root / "overlays" / "99-bad.yaml").write_text(text, encoding="utf-8")
    before = contents(project.output)
    done = run(project, "build")
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(project.output) == before


def test_a_broken_document_is_one_error_that_names_the_line(project: Project) -> None:
    with project.document.open("a", encoding="utf-8") as file:
        file.write("  broken: [\n")
    done = run(project, "build")
    assert done.returncode == 1
    assert re.search(r"coze\.yaml:\d+", done.stderr)
    assert "Traceback" not in done.stderr


def test_update_reads_a_new_document_once_from_a_pipe_too_and_says_what_changed(
    project: Project,
) -> None:
    document = yaml.safe_load(project.document.read_text(encoding="utf-8"))
    document["components"]["schemas"]["Section"]["properties"]["fresh"] = {"type": "string"}
    new = yaml.safe_dump(document)
    (project.root / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n", encoding="utf-8")
    done = run(project, "update", "/dev/stdin", stdin=new)
    assert done.returncode == 0, done.stderr
    assert "before -> the working tree:  wire compatible  client safe  version minor" in done.stderr
    assert "200.data.fresh is new" in done.stderr
    assert re.search(r"document openapi/coze\.yaml:\d+", done.stderr)
    changelog = (project.root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (
        "### Added\n\n- `POST /v1/conversations/{conversation_id}/clear`: 200.data.fresh"
        in changelog
    )
    assert project.document.read_text(encoding="utf-8") == new
    digest = hashlib.sha256(new.encode()).hexdigest()
    assert digest in project.source_note.read_text(encoding="utf-8")
    assert run(project, "check").returncode == 0


def test_an_update_that_does_not_build_changes_nothing(project: Project, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    document = yaml.safe_load(project.document.read_text(encoding="utf-8"))
    del document["paths"]["/v1/bots"]
    new.write_text(yaml.safe_dump(document), encoding="utf-8")
    before = contents(project.root)
    done = run(project, "update", str(new))
    assert done.returncode == 1
    assert "/v1/bots" in done.stderr
    assert contents(project.root) == before


def test_an_update_refuses_a_changelog_that_takes_no_entry(project: Project) -> None:
    (project.root / "CHANGELOG.md").write_text("# Changelog\n", encoding="utf-8")
    before = contents(project.root)
    done = run(project, "update", str(project.document))
    assert done.returncode == 1
    assert "the changelog has no heading '## Unreleased'" in done.stderr
    assert contents(project.root) == before


def test_an_update_of_a_project_without_a_build_has_nothing_to_compare(project: Project) -> None:
    shutil.rmtree(project.output)
    done = run(project, "update", str(project.document))
    assert done.returncode == 0, done.stderr
    assert "working tree" not in done.stderr
    assert run(project, "check").returncode == 0


def test_overlay_prints_the_merged_document(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\n"
    )
    (tmp_path / "overlay.yaml").write_text(
        overlay(
            {"target": "$.info", "update": {"title": "b"}},
            {"target": "$.paths.nope", "update": {"x": 1}},
        )
    )
    command = [sys.executable, "-m", "generator", "overlay"]
    files = [str(tmp_path / "spec.yaml"), str(tmp_path / "overlay.yaml")]
    done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert yaml.safe_load(done.stdout)["info"]["title"] == "b"
    done = subprocess.run(
        [*command, "--strict", *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "$.paths.nope" in done.stderr or "['nope']" in done.stderr


def test_a_folder_that_can_not_be_replaced_stays(project: Project) -> None:
    before = contents(project.output)
    built = build(project, lambda _: None)
    files = {"coze_api": b"a file where a folder must be", **built.files}
    with pytest.raises(Exception, match="as it was"):
        write(project.output, files)
    assert contents(project.output) == before
    assert not list(project.root.glob(".generated-*"))
