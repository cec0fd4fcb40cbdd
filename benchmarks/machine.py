"""On what was measured."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.processes import BIN, PYTHON

_HERE = ["openapi-python-client", "datamodel-code-generator"]
_THERE = [
    "httpx",
    "httpcore",
    "h11",
    "httpx2",
    "anyio",
    "msgspec",
    "attrs",
    "cozepy",
    "openai",
    "pydantic",
]
_VERSIONS = f"""
from importlib.metadata import version
print(*(name + " " + version(name) for name in {_THERE}), sep=", ")
"""


def description() -> str:
    """Date, machine and versions, in one paragraph."""
    there = subprocess.run(  # our own program
        [PYTHON, "-c", _VERSIONS], check=True, capture_output=True, text=True
    ).stdout.strip()
    here = ", ".join(f"{name} {version(name)}" for name in _HERE)
    ruff = subprocess.run([BIN / "ruff", "--version"], check=True, capture_output=True, text=True)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{there}, {here}, {ruff.stdout.strip()}."
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text() if cpuinfo.exists() else "")
    return found[1] if found else platform.processor()
