"""How long fuzzing takes: a short time with all tests, a long one with ``make fuzz``."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
"""What the examples and kills of the short form are multiplied by."""
LONG = pytest.mark.skipif(TIMES == 1, reason="takes long: make fuzz")
"""For what belongs to the long form alone."""


def fuzzed(examples: int) -> settings:
    """Return the settings of a test that has so many examples in the short form."""
    return settings(
        max_examples=examples * TIMES, deadline=None, suppress_health_check=list(HealthCheck)
    )
