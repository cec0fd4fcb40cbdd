"""An update ends with a report and an entry in the changelog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generator.diff.changelog import add_entry
from generator.diff.report import Report
from generator.diff.report import compare as report_on
from generator.diff.revisions import open_revision, snapshot
from generator.errors import GeneratorError
from tests.diff.diff_samples import compare, operation, parameter, response

if TYPE_CHECKING:
    from tests.diff.diff_project import Repository


CHANGELOG = """\
# Changelog

## Unreleased

### Added

- Something.

### Fixed

- Something else.

## 0.1.0

### Removed

- Long ago.
"""


def test_each_change_stands_in_its_section() -> None:
    old = response({"type": "object", "properties": {"a": {"type": "string"}}})
    new = response(
        {
            "type": "object",
            "required": ["a"],
            "properties": {"b": {"type": "integer"}, "a": {"type": "integer"}},
        }
    )
    text = add_entry(CHANGELOG, Report("old", "new", compare(old, new)))
    assert text == CHANGELOG.replace(
        "- Something.\n",
        "- Something.\n- `POST /items`: 200.b is new (wire: compatible, client: safe).\n",
    ).replace(
        "- Something else.\n",
        "- Something else.\n\n### Changed\n\n"
        "- `POST /items`: the type of 200.a changed from string to integer (wire: breaking, client: typing).\n",
    )


def test_removals_have_a_section_of_their_own() -> None:
    old, new = parameter({"type": "string"}), operation()
    text = add_entry("# C\n\n## Unreleased\n", Report("old", "new", compare(old, new)))
    assert "### Removed\n\n- `POST /items`: query.value is gone" in text


def test_deprecations_have_a_section_of_their_own() -> None:
    changes = compare(operation(), operation(deprecated=True))
    text = add_entry("# C\n\n## Unreleased\n", Report("old", "new", changes))
    assert "### Deprecated\n\n- `POST /items`: the operation is deprecated" in text


def test_texts_are_one_line_and_nothing_is_noted_twice() -> None:
    report = Report("old", "new", compare(operation(), parameter({"type": "string"})), texts=118)
    text = add_entry(CHANGELOG, report)
    assert text.count("- Texts of 118 operations.") == 1
    assert add_entry(text, report) == text


def test_what_a_section_says_already_stays_as_it_is() -> None:
    said = "- One\n  goes on\n  here.\n\n- Two\n  goes on\n\n  here."
    changelog = f"# Changelog\n\n## Unreleased\n\n### Changed\n\n{said}\n"
    report = Report("old", "new", (), texts=7)
    assert add_entry(changelog, report) == changelog + "- Texts of 7 operations.\n"


def test_what_is_accepted_is_noted_all_the_same() -> None:
    changes = compare(parameter({"type": "string"}), operation())
    report = Report("old", "new", (), accepted=changes)
    assert "query.value is gone" in add_entry(CHANGELOG, report)


def test_what_nobody_notices_is_left_out() -> None:
    limit = {"type": "string", "maxLength": 3}
    changes = compare(parameter(limit), parameter({"type": "string"}))
    assert changes
    assert add_entry(CHANGELOG, Report("old", "new", changes)) == CHANGELOG


def test_a_changelog_without_the_heading_is_an_error() -> None:
    with pytest.raises(GeneratorError, match="no heading '## Unreleased'"):
        add_entry("# Changelog\n", Report("old", "new", ()))


def test_a_snapshot_remembers_what_an_update_replaces(project: Repository) -> None:
    before = snapshot(project.root)
    line = project.replace("openapi/coze.yaml", "size: {type: integer}", "size: {type: string}")
    project.build()
    report = report_on(before, open_revision(None, project.root, raw=False))
    assert {change.id for change in report.changes} == {"response-property-type-changed"}
    assert {change.source.line for change in report.changes} == {line}
