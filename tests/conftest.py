"""What holds for all tests.

Properties are tried on the same cases each time, so that a suite that was green stays green; the
long form of fuzzing (``make fuzz``) tries new ones.
"""

from __future__ import annotations

import os
import random
import socket
from contextlib import suppress

import pytest
from hypothesis import settings

from tests.runner import Runner, runs

settings.register_profile(
    "same cases", derandomize=True, database=None, deadline=None, max_examples=50
)
settings.register_profile("new cases", deadline=None)
settings.load_profile("new cases" if "FUZZ_TIMES" in os.environ else "same cases")


def pytest_xdist_auto_num_workers() -> int:
    """Take two workers a core: half of what the tests do is to wait for sockets and processes."""
    return 2 * (os.cpu_count() or 1)


run = runs(Runner)


@pytest.fixture
def free_port() -> int:
    """Return a port that nobody has, outside the range from which connections are given theirs."""
    for port in random.sample(range(20_000, 32_000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    pytest.fail("100 ports are taken")


@pytest.fixture
def redirect_uri(free_port: int) -> str:
    return f"http://127.0.0.1:{free_port}/callback"
