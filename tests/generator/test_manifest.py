"""What the manifest says the package was made from."""

from __future__ import annotations

import ast
from pathlib import Path

from generator.manifest import _DECIDING

GENERATOR = Path(__file__).parents[2] / "generator"
SAY_WHAT_IS_WRONG = {"errors", "provenance"}


def imported(path: Path) -> set[str]:
    """Return the modules and packages of the generator that a module imports."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[1] for name in modules if name.startswith("generator.")}


def test_what_deciding_modules_import_decides_too() -> None:
    deciding = [
        path
        for path in GENERATOR.rglob("*.py")
        if path.relative_to(GENERATOR).parts[0] in _DECIDING
    ]
    used = set[str]().union(*map(imported, deciding)) - SAY_WHAT_IS_WRONG
    assert used <= {name.removesuffix(".py") for name in _DECIDING}
    assert {"normalise", "plan", "jsonpath"} <= used
