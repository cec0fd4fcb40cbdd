"""What an import loads, seen from a fresh interpreter."""

from __future__ import annotations

from tests.processes import python

HEAVY = ["anyio", "attrs", "httpx", "logging", "msgspec", "typing"]


def loaded_by(statement: str) -> set[str]:
    return set(python("-S", "-c", f"import sys; {statement}; print(*sys.modules)").stdout.split())
