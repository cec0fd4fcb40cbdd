"""One sandbox for all tests of the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coze_client import Coze
from coze_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def coze(sandbox: Sandbox) -> Iterator[Coze]:
    with Coze(base_url=sandbox.url, token="sandbox") as client:
        yield client
