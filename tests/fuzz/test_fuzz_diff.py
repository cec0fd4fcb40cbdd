"""Broken documents compared: a report, or one GeneratorError."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given

from generator.diff.formats import as_annotations, as_json, as_markdown
from generator.diff.report import Report, compare
from generator.diff.revisions import open_revision
from generator.errors import GeneratorError
from generator.spec import dump
from tests.fuzz.documents import DOCUMENT, broken
from tests.fuzz.effort import fuzzed


def compared(old: dict[str, Any], new: dict[str, Any]) -> Report:
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / "old.yaml", folder / "new.yaml"]
        for file, document in zip(files, (old, new), strict=True):
            file.write_text(dump(document), encoding="utf-8")
        sides = [open_revision(str(file), folder, raw=True) for file in files]
        return compare(*sides, None)


@fuzzed(40)
@given(new=broken(most=3))
def test_a_broken_document_is_compared_or_is_one_error(new: dict[str, Any]) -> None:
    for sides in ((DOCUMENT, new), (new, DOCUMENT)):
        with suppress(GeneratorError):
            report = compared(*sides)
            json.loads(as_json(report))
            assert as_markdown(report)
            as_annotations(report)


@fuzzed(20)
@given(document=broken())
def test_a_broken_document_is_as_it_is_or_is_one_error(document: dict[str, Any]) -> None:
    with suppress(GeneratorError):
        assert compared(document, document).changes == ()
