"""Applies overlays that tests write in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.correction import apply
from generator.overlay import Overlay
from generator.reader import read_yaml
from generator.spec import dump


def overlay(folder: Path, *actions: Any, version: str = "1.1.0") -> Overlay:
    path = folder / "overlay.yaml"
    head = {"overlay": version, "info": {"title": "Test", "version": "1"}}
    path.write_text(dump(head | {"actions": list(actions)}), encoding="utf-8")
    return Overlay.load(path)


def applied(folder: Path, document: Any, *actions: Any, version: str = "1.1.0") -> Any:
    return apply(document, overlay(folder, *actions, version=version), strict=False)[0]


def yaml(text: str) -> Any:
    return read_yaml(text, Path("inline"))
