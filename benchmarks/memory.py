"""How much memory a process took."""

from __future__ import annotations

import re
import resource
from pathlib import Path


def peak_memory() -> int:
    """Return the most memory that this process ever held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what resource tells begins with the memory of the parent
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
        if found:
            return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
