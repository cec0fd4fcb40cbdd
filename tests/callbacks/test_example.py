from __future__ import annotations

from pathlib import Path

from tests.processes import python

ROOT = Path(__file__).parents[2]


def test_the_example_runs_and_shows_each_kind_of_answer() -> None:
    run = "import runpy; runpy.run_path('examples/callbacks.py', run_name='__main__')"
    done = python("-W", "error", "-c", run, cwd=ROOT)
    assert done.stderr == ""
    assert done.stdout.count("answered 200") == 4
    assert done.stdout.count("was published") == 2  # the announcement, and the handler once
    assert "answered 401" in done.stdout
