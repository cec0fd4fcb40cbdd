"""A client of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coze_client import Coze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coze_sandbox import Sandbox


@pytest.fixture
def coze(coze_sandbox: Sandbox) -> Iterator[Coze]:
    with Coze(base_url=coze_sandbox.url, token="sandbox") as client:
        yield client
