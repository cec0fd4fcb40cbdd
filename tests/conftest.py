"""What holds for all tests.

Properties are tried on the same cases each time, so that a suite that was green stays green; the
long form of fuzzing (``make fuzz``) tries new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same cases", derandomize=True, database=None, deadline=None)
if "FUZZ_TIMES" not in os.environ:
    settings.load_profile("same cases")
