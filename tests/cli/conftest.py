"""A command line in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from coze_client._cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Ran(NamedTuple):
    """What a command line came to."""

    status: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def coze(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Callable[..., Ran]:
    def run(*words: str) -> Ran:
        monkeypatch.chdir(home)
        status = main(words)
        out, err = capfdbinary.readouterr()
        return Ran(status, out.decode(), err.decode())

    return run
