"""Formats emitted sources with ruff."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ruff.__main__ import find_ruff_bin  # pyright: ignore[reportMissingTypeStubs]

from generator.errors import GeneratorError

_CONFIG: Final = """\
line-length = 100
target-version = "py311"
[lint]
select = ["F401", "I001", "TC005"]
[lint.isort]
known-first-party = ["coze_api", "coze_core"]
split-on-trailing-comma = false
[format]
skip-magic-trailing-comma = true
"""


def format_code(sources: dict[str, str]) -> dict[str, str]:
    """Drop unused imports, sort the rest, format.

    Templates import all that any of their modules may need, so they need not know what one uses.

    Raises:
        GeneratorError: A template printed no valid Python, or a name that nothing defines.
    """
    with TemporaryDirectory(prefix="coze-emit-") as name:
        folder = Path(name)
        (folder / "ruff.toml").write_text(_CONFIG, encoding="utf-8")
        for path, text in sources.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        _ruff(folder, "check", "--fix-only", "--quiet", "--unsafe-fixes")
        _ruff(folder, "check", "--quiet", "--select", "F821", "--output-format", "concise")
        _ruff(folder, "format", "--quiet")
        return {path: (folder / path).read_text(encoding="utf-8") for path in sources}


def _ruff(folder: Path, command: str, *options: str) -> None:
    done = subprocess.run(  # noqa: S603  # the binary of the pinned package, on files of our own
        [
            find_ruff_bin(),
            command,
            *options,
            "--no-cache",
            "--config",
            folder / "ruff.toml",
            folder,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        output = (done.stderr or done.stdout).strip()
        raise GeneratorError(
            f"ruff {command} refuses the emitted code: {output[:2000]}",
            remedy="This is a fault of the generator's templates; please report it.",
        )
