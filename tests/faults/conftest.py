from __future__ import annotations

from tests.core.conftest import run, serve, short_pauses

__all__ = ["run", "serve", "short_pauses"]
