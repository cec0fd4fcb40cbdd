"""The pytest plugin: a fixture with a running sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coze_sandbox import Sandbox


@pytest.fixture(scope="session")
def _coze_sandbox() -> Iterator[Sandbox]:  # pyright: ignore[reportUnusedFunction]  # a fixture
    from coze_sandbox import Sandbox  # noqa: PLC0415  # the server's packages are heavy

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def coze_sandbox(_coze_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Return a running sandbox, as new for each test.

    `Coze()` and `AsyncCoze()` without arguments reach it: COZE_API_BASE and COZE_API_TOKEN are set.
    """
    _coze_sandbox.reset()
    monkeypatch.setenv("COZE_API_BASE", _coze_sandbox.url)
    monkeypatch.setenv("COZE_API_TOKEN", "sandbox")
    return _coze_sandbox
