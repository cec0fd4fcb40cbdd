"""Examples to hold the client against, made for each test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from generator.conform.checks import conform

if TYPE_CHECKING:
    from pathlib import Path

    from generator.conform.report import Report


class Checker(Protocol):
    def __call__(self, *contents: Any) -> Report: ...


@pytest.fixture
def check(tmp_path: Path) -> Checker:
    """Hold the client against files of these contents."""

    def checked(*contents: Any) -> Report:
        for number, content in enumerate(contents):
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            (tmp_path / f"{number}.json").write_text(text)
        return conform(tmp_path)

    return checked
