"""Holds the client against documented examples: what it sends, and what it reads."""

from __future__ import annotations

from generator.conform.command import conform_command

__all__ = ["conform_command"]
