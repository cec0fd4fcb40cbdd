"""What an import loads, seen from a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ["anyio", "attrs", "httpx", "logging", "msgspec", "typing"]


def loaded_by(statement: str) -> set[str]:
    script = f"import sys; {statement}; print(*sys.modules)"
    path = f"import sys; sys.path[:] = {sys.path!r}; "
    output = subprocess.run(  # our own interpreter
        [sys.executable, "-S", "-c", path + script], check=True, capture_output=True, text=True
    )
    return set(output.stdout.split())
