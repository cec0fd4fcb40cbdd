"""Commands that are killed at random moments, and the commands that come after them."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from tests.files import contents
from tests.fuzz.effort import LONG, TIMES
from tests.fuzz.killing import DOCUMENT

ROOT = Path(__file__).parents[2]


def command(root: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "generator", *arguments, "--root", str(root)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@LONG
def test_a_killed_command_leaves_the_old_project_or_the_new_one(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "openapi").mkdir(parents=True)
    (root / "openapi" / "coze.yaml").write_text(DOCUMENT % "old")
    (root / "openapi" / "SOURCE.md").write_text(f"sha256: {'0' * 64}\n")
    documents = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    whole: list[dict[str, bytes]] = []
    lasts = 0.0
    for number, document in enumerate(documents):
        document.write_text(DOCUMENT % number)
        started = time.perf_counter()
        assert command(root, "update", str(document)).wait() == 0
        lasts = time.perf_counter() - started
        whole.append(contents(root))
    trees = [
        {name: content for name, content in files.items() if name.startswith("generated/")}
        for files in whole
    ]
    moments = random.Random(8)  # noqa: S311  # nothing is secret here
    kills = 0
    while kills < TIMES:
        now = contents(root)
        other = documents[whole.index(now) - 1]
        with command(root, *(("update", str(other)) if kills % 2 else ("build",))) as process:
            # The first half is imports.
            time.sleep(lasts * (0.5 + 0.6 * moments.random()))
            process.kill()
        kills += process.returncode < 0
        left = contents(root)
        assert {
            name: content for name, content in left.items() if name.startswith("generated/")
        } in trees
        if any(path.name.startswith(".generated-") for path in root.iterdir()):
            assert command(root, "build").wait() == 0
        assert contents(root) in whole
