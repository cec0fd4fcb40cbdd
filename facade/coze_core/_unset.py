"""The mark of an argument that was not given, where ``None`` has a meaning of its own."""

from __future__ import annotations


class Unset:
    """The type of `UNSET`."""

    def __repr__(self) -> str:
        return "<default>"


UNSET = Unset()
"""Stands for an argument that was not given."""
