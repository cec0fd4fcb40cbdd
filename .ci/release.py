"""Prepare a release: check the tree and the version, cut the changelog, and set the version."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

from generator.diff.report import compare
from generator.diff.revisions import open_revision

CHANGELOG: Final = Path("CHANGELOG.md")
VERSION_FILE: Final = Path("facade/coze_client/_version.py")
_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_UNRELEASED: Final = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def main(version: str) -> None:
    """Change the files; or say what is wrong, and change nothing."""
    wanted = _parse(version)
    if wanted is None:
        _refuse(f"{version!r} is no version: give three numbers, as in VERSION=1.2.3")
    if _git("status", "--porcelain"):
        _refuse("the tree has changes: commit or stash them")
    tags = _git("tag", "--list", "v*", "--merged", "HEAD").split()
    last = max(filter(None, (_parse(tag[1:]) for tag in tags)), default=None)
    if last is not None:
        tag = f"v{_text(last)}"
        root = Path()
        report = compare(
            open_revision(tag, root, raw=False), open_revision("HEAD", root, raw=False)
        )
        bump = report.verdict.semver
        lowest = _raised(last, bump)
        if wanted < lowest:
            advice = f"the changes since {tag} ask for {bump}"
            _refuse(f"{version} is too low: {advice}, which is {_text(lowest)} or above")
    changelog = CHANGELOG.read_text(encoding="utf-8")
    section = _UNRELEASED.search(changelog)
    if section is None or not section[1].strip():
        _refuse(f"{CHANGELOG} says nothing under '## Unreleased'")
    today = dt.datetime.now(dt.UTC).date().isoformat()
    start = section.start(1)
    cut = f"{changelog[:start]}\n## {version} - {today}\n{changelog[start:]}"
    CHANGELOG.write_text(cut, encoding="utf-8")
    text = VERSION_FILE.read_text(encoding="utf-8")
    VERSION_FILE.write_text(
        re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', text), encoding="utf-8"
    )


def _parse(text: str) -> tuple[int, ...] | None:
    match = _VERSION.fullmatch(text)
    return tuple(map(int, match.groups())) if match else None


def _raised(version: tuple[int, ...], bump: str) -> tuple[int, ...]:
    major, minor, patch = version
    return {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0)}.get(
        bump, (major, minor, patch + 1)
    )


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def _refuse(message: str) -> NoReturn:
    sys.exit(f"release: {message}.")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
