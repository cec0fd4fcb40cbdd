"""The version of this client."""

from __future__ import annotations

__version__ = "0.1.0"
