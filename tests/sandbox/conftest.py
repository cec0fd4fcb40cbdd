from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from coze_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """Return a small document with one operation of each kind."""
    return yaml.safe_load(Path(__file__).with_name("document.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def _running(document: dict[str, Any]) -> Iterator[Sandbox]:
    with Sandbox(document) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_running: Sandbox) -> Iterator[Sandbox]:
    """Yield a sandbox of the small document, as new for each test."""
    _running.reset()
    yield _running
    _running.reset()


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Yield a client of the sandbox that names a token and the constant header."""
    headers = {"authorization": "Bearer sandbox", "x-style": "str"}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=20) as client:
        yield client
