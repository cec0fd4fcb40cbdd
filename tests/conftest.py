"""What holds for all tests.

Properties are tried on the same cases each time, so that a suite that was green stays green; the
long form of fuzzing (``make fuzz``) tries new ones.
"""

from __future__ import annotations

import os
import socket

import pytest
from hypothesis import settings

settings.register_profile("same cases", derandomize=True, database=None, deadline=None)
if "FUZZ_TIMES" not in os.environ:
    settings.load_profile("same cases")


def pytest_xdist_auto_num_workers() -> int:
    """Take two workers a core: half of what the tests do is to wait for sockets and processes."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture
def redirect_uri() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}/callback"
