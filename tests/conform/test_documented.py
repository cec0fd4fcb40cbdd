"""The client conforms to the documented examples that the project keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.__main__ import app
from generator.conform.checks import conform

DOCUMENTED = Path(__file__).parents[1] / "data" / "documented"


def test_the_client_sends_and_reads_what_the_pages_document() -> None:
    report = conform(DOCUMENTED)
    assert not report.failed, report.text()
    assert report.summary["leaves"]["lost"] == 0
    assert report.summary["requests"]["failed"] == report.summary["responses"]["failed"] == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_prints_the_report(form: str) -> None:
    done = CliRunner().invoke(app, ["conform", str(DOCUMENTED), "--format", form])
    assert done.exit_code == 0
    assert "GET /v1/bots" in done.output


def test_a_failure_is_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"method": "GET", "path": "/v1/nothing"}')
    done = CliRunner().invoke(app, ["conform", str(tmp_path)])
    assert done.exit_code == 1
    assert "the document has no such operation" in done.output


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_an_unusable_folder_is_exit_code_2(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert CliRunner().invoke(app, ["conform", str(tmp_path / name)]).exit_code == 2
