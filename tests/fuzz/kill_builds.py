"""Kills real builds and updates at random moments, and looks at what they leave.

``python tests/fuzz/kill_builds.py [kills]``: by hand, it takes some seconds a kill. The quick sweep
over all moments is in ``test_killed_builds.py``.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = """
openapi: 3.0.3
info: {title: Test, version: '%s'}
servers: [{url: 'https://api.example.com'}]
paths:
  /v1/things:
    get:
      operationId: things.retrieve
      responses: {'200': {description: ok}}
"""


def command(root: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "generator", *arguments, "--root", str(root)]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def main(wanted: int) -> None:
    moments, outcomes = random.Random(8), Counter[str]()  # noqa: S311  # nothing is secret here
    with tempfile.TemporaryDirectory() as name:
        # A copy, so that the generator may be edited meanwhile.
        shutil.copytree(ROOT / "generator", Path(name) / "generator")
        root, kills = Path(name) / "project", 0
        (root / "openapi").mkdir(parents=True)
        (root / "openapi" / "SOURCE.md").write_text(f"sha256: {'0' * 64}\n")
        documents = [Path(name) / "one.yaml", Path(name) / "two.yaml"]
        whole: list[dict[str, bytes]] = []
        for number, document in enumerate(documents):
            document.write_text(DOCUMENT % number)
            (root / "openapi" / "coze.yaml").write_text(DOCUMENT % number)
            started = time.perf_counter()
            subprocess.run(
                command(root, "update", str(document)), check=True, cwd=name, capture_output=True
            )
            lasts = time.perf_counter() - started
            whole.append(tree(root))
        while kills < wanted:
            now = tree(root)
            other = documents[whole.index(now) - 1]
            arguments = ("update", str(other)) if kills % 2 else ("build",)
            with subprocess.Popen(
                command(root, *arguments),
                cwd=name,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as process:
                time.sleep(lasts * (0.5 + 0.6 * moments.random()))
                process.kill()
            kills += process.returncode < 0
            if tree(root / "generated") not in [
                {
                    path.removeprefix("generated/"): content
                    for path, content in files.items()
                    if path.startswith("generated/")
                }
                for files in whole
            ]:
                raise SystemExit(f"generated/ is neither old nor new after {kills} kills: {root}")
            left = any(path.name.startswith(".generated-") for path in root.iterdir())
            if left:
                subprocess.run(command(root, "build"), cwd=name, check=True, capture_output=True)
            if tree(root) not in whole:
                raise SystemExit(f"the project is neither old nor new after {kills} kills")
            outcomes["killed with leftovers" if left else "killed"] += process.returncode < 0
            outcomes["changed"] += tree(root) != now
    sys.stdout.write(f"{kills} kills survived: {dict(outcomes)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
