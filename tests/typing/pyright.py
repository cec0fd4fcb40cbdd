"""What basedpyright sees in packages that tests make, all of them in one run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FACADE = str(Path(__file__).parents[2] / "facade")


def errors(folder: Path, roots: Iterable[str], file: str = "") -> dict[str, list[str]]:
    """Check the code below each root on its own, strictly, or one file of each.

    Args:
        folder: Where the roots are.
        roots: Their names.
        file: The file to check; by default all.

    Returns:
        The errors of each root.
    """
    found: dict[str, list[str]] = {root: [] for root in roots}
    config = {
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
        "include": [f"{root}/{file}" for root in found],
        "extraPaths": [FACADE],
        "executionEnvironments": [{"root": root, "extraPaths": [FACADE]} for root in found],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("basedpyright"),
            *("--outputjson", "--level", "error", "--pythonpath", sys.executable, "-p", folder),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] >= len(found)
    for one in report["generalDiagnostics"]:
        path = Path(one["file"]).relative_to(folder.resolve())
        found[path.parts[0]].append(f"{path}: {one['message']}")
    return found
