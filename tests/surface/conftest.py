from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coze_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Return a sandbox that clients take for the API unless they are told otherwise."""
    running_sandbox.reset()
    monkeypatch.delenv("COZE_CLIENT_ID", raising=False)
    monkeypatch.setenv("COZE_API_BASE", running_sandbox.url)
    monkeypatch.setenv("COZE_API_TOKEN", "sandbox")
    return running_sandbox
