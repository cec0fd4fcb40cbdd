"""What is not public may change as it likes: the verdict on the client does not show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from generator.diff.report import Report
from generator.diff.report import compare as report_on
from generator.diff.revisions import open_revision
from tests.diff.diff_samples import Json, compare, document

if TYPE_CHECKING:
    from tests.diff.diff_project import Repository


OVERLAY: Final = """\
overlay: 1.0.0
info: {title: Keys, version: '1'}
actions:
- target: $.paths
  description: The document lacks it.
  update:
    /v1/keys:
      post:
        operationId: keys.create
        x-client-internal: true
        requestBody:
          required: true
          content:
            application/json:
              schema: {type: object, required: [scope], properties: {scope: {type: string}}}
        responses:
          '200':
            description: The key.
            content:
              application/json:
                schema: {$ref: '#/components/schemas/Key'}
- target: $.components.schemas
  description: The document lacks it.
  update:
    Key: {type: object, required: [text], properties: {text: {type: string}}}
"""
NAME: Final = "overlays/30-keys.yaml"


@pytest.fixture
def project(project: Repository) -> Repository:
    project.write(NAME, OVERLAY)
    project.build()
    project.commit()
    return project


def report(project: Repository) -> Report:
    project.build()
    sides = [open_revision(name, project.root, raw=False) for name in ("HEAD", None)]
    return report_on(*sides)


@pytest.mark.parametrize(
    ("old", "new", "wire"),
    [
        ("{scope: {type: string}}", "{scope: {type: integer}}", "breaking"),
        ("required: [scope], ", "", "compatible"),
        (
            "required: [scope], properties: {scope",
            "required: [area], properties: {area",
            "breaking",
        ),
        ("required: [text], properties: {text: {type: string}}", "properties: {}", "breaking"),
        ("operationId: keys.create", "operationId: tokens.create", "compatible"),
    ],
)
def test_changes_of_internal_operations_are_safe(
    project: Repository, old: str, new: str, wire: str
) -> None:
    project.replace(NAME, old, new)
    verdict = report(project).verdict
    assert (verdict.wire, verdict.client) == (wire, "safe")


def test_the_removal_of_an_internal_operation_is_safe(project: Repository) -> None:
    (project.root / NAME).unlink()
    verdict = report(project).verdict
    assert (verdict.wire, verdict.client) == ("breaking", "safe")


def test_what_becomes_internal_is_lost(project: Repository) -> None:
    project.replace(NAME, "        x-client-internal: true\n", "")
    project.build()
    project.commit()
    project.write(NAME, OVERLAY)
    found = report(project)
    assert (found.verdict.wire, found.verdict.client) == ("none", "breaking")
    assert {change.id for change in found.changes} >= {"method-removed"}


def keys(**fields: Any) -> Json:
    return document({"/keys": {"post": {"operationId": "keys.create", "responses": {}} | fields}})


def test_so_it_is_in_documents_compared_as_they_are() -> None:
    def levels(**fields: Any) -> set[str]:
        old, new = keys(**fields), keys(**fields | {"operationId": "keys.make"})
        return {change.client for change in compare(old, new)}

    assert levels(**{"x-client-internal": True}) == {"safe"}
    assert "breaking" in levels()
