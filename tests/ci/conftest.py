from __future__ import annotations

from tests.diff.conftest import project, untouched

__all__ = ["project", "untouched"]
