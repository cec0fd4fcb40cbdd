"""The files that a project on GitHub has around its code are what their readers take."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
TEMPLATES: Final = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def data(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [one for one in TEMPLATES if one.stem != "config"], ids=lambda path: path.stem)  # fmt: skip
def test_a_template_of_issues_asks_in_both_languages(path: Path) -> None:
    template = data(path)
    assert {"name", "description", "labels", "body"} == template.keys()
    fields = template["body"]
    assert len({field["id"] for field in fields}) == len(fields) > 1
    assert any(field.get("validations", {}).get("required") for field in fields)
    for text in (template["name"], template["description"], *(one["attributes"]["label"] for one in fields)):  # fmt: skip
        english, _, chinese = text.partition(" / ")
        assert english.isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), text


def test_dependabot_looks_where_versions_are_pinned() -> None:
    updates = {one["package-ecosystem"]: one for one in data(ROOT / ".github/dependabot.yml")["updates"]}  # fmt: skip
    pinned = {"pip": "*.in", "npm": "package-lock.json", "github-actions": ".github/workflows/*.yml"}  # fmt: skip
    assert updates.keys() == pinned.keys()
    for ecosystem, pattern in pinned.items():
        folder = ROOT / updates[ecosystem]["directory"].lstrip("/")
        assert list(folder.glob(pattern)), ecosystem
        assert updates[ecosystem]["cooldown"]["default-days"] >= 7


def test_hooks_before_a_commit_run_the_tools_of_the_environment() -> None:
    (local,) = data(ROOT / ".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for hook in local["hooks"]:
        program, command, *_ = shlex.split(hook["entry"])
        assert program.startswith(".venv/bin/")
        assert hook["language"] == "system"
        tool = program.replace(".venv/bin", "$(BIN)")
        assert f"{tool} {command}" in makefile
