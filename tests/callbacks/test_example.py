from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_example_runs_and_shows_each_kind_of_answer() -> None:
    path = f"import sys; sys.path[:] = {sys.path!r}"
    run = "import runpy; runpy.run_path('examples/callbacks.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{path}; {run}"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.stderr == ""
    assert done.stdout.count("answered 200") == 4
    assert done.stdout.count("was published") == 2  # the announcement, and the handler once
    assert "answered 401" in done.stdout
