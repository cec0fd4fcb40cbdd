"""Python in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def python(
    *words: object, check: bool = True, env: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run Python to its end, with the packages that tests import, and return what it wrote.

    Args:
        words: The arguments of the command line.
        check: Whether another exit code than 0 is an error.
        env: Variables beside those of this process.
        options: Others of `subprocess.run`.
    """
    return subprocess.run(
        [sys.executable, *map(str, words)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(env or {})},
        check=check,
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )
