"""How long tests take: a short time with `make test`, a long one with `make test-all`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
"""What the examples and kills of the short form are multiplied by."""
LONG = pytest.mark.skipif(TIMES == 1, reason="takes long: make test-all")
"""For what belongs to the long form alone."""


def fuzzed(examples: int) -> settings:
    """Return the settings of a test that has so many examples in the short form."""
    return settings(
        max_examples=examples * TIMES, deadline=None, suppress_health_check=list(HealthCheck)
    )


def sampled(values: Iterable[T], step: int) -> list[T]:
    """Return all values in the long form, and one of so many in the short form.

    A step that divides the length of an inner loop would leave out the same of its values each time.
    """
    return list(values)[:: step if TIMES == 1 else 1]
