"""A maintainer's day: each kind of edit gets the report that it deserves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from generator.diff.report import compare
from generator.diff.revisions import open_revision
from generator.spec import load

if TYPE_CHECKING:
    from tests.diff.diff_project import Repository

DAY: Final[dict[str, Any]] = load(Path(__file__).with_name("upkeep.yaml"))
FILES: Final = {"document": "openapi/coze.yaml", "overlay": "overlays/20-bots.yaml"}


@pytest.mark.parametrize("edit", DAY)
def test_each_edit_gets_its_report(edit: str, untouched: Repository, project: Repository) -> None:
    expected = DAY[edit]
    for file, old, new in expected["edits"]:
        project.replace(FILES[file], old, new)
    project.build()
    report = compare(
        open_revision(str(untouched.root), project.root, raw=False),
        open_revision(None, project.root, raw=False),
    )
    verdict = report.verdict
    assert f"{verdict.wire} {verdict.client} {verdict.semver}" == expected["verdict"]
    assert report.texts == expected.get("texts", 0)
    groups = {group.first.id: ", ".join(group.python) for group in report.groups}
    assert groups == expected["changes"]
    causes = {change.source.cause for change in report.changes}
    assert causes == ({expected["cause"]} if "cause" in expected else set())
