"""What depends on the system: CI runs these tests on Linux, macOS and Windows."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(
        str(ROOT / part) for part in (".", "facade", "generated", "sandbox")
    ),
}
