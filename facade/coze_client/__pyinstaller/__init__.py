"""Tells PyInstaller what this package needs beside its import statements."""

from pathlib import Path


def get_hook_dirs() -> list[str]:
    """Return the folders of the hooks."""
    return [str(Path(__file__).parent)]
