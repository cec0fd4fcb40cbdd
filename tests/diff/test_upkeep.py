"""A maintainer's day: each kind of edit gets the report that it deserves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from diff_project import Repository

from generator.diff.report import compare
from generator.diff.revisions import open_revision
from generator.spec import load

DAY: Final[dict[str, Any]] = load(Path(__file__).with_name("upkeep.yaml"))
FILES: Final = {"document": "openapi/coze.yaml", "overlay": "overlays/20-bots.yaml"}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository.make(tmp_path_factory.mktemp("before"))


@pytest.mark.parametrize("edit", DAY)
def test_each_edit_gets_its_report(edit: str, before: Repository, tmp_path: Path) -> None:
    expected = DAY[edit]
    root = shutil.copytree(before.root, tmp_path / "after")
    after = Repository(root)
    for file, old, new in expected["edits"]:
        after.replace(FILES[file], old, new)
    after.build()
    report = compare(
        open_revision(str(before.root), root, raw=False), open_revision(None, root, raw=False)
    )
    verdict = report.verdict
    assert f"{verdict.wire} {verdict.client} {verdict.semver}" == expected["verdict"]
    assert report.texts == expected.get("texts", 0)
    groups = {group.first.id: ", ".join(group.python) for group in report.groups}
    assert groups == expected["changes"]
    causes = {change.source.cause for change in report.changes}
    assert causes == ({expected["cause"]} if "cause" in expected else set())
