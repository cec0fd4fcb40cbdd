"""Turns a plan into the files of the package."""

from __future__ import annotations

from generator.emit.files import Files, emit, emit_reference

__all__ = ["Files", "emit", "emit_reference"]
