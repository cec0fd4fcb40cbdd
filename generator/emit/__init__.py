"""Turns a plan into the files of the package."""

from __future__ import annotations

from generator.emit.files import Files, emit

__all__ = ["Files", "emit"]
