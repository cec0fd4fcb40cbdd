"""A receiver; and asynchronous tests run on asyncio and on trio."""

from __future__ import annotations

import pytest

from coze_client import callbacks
from tests.callbacks.deliveries import TOKEN


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def receiver() -> callbacks.Receiver:
    return callbacks.Receiver(TOKEN)
