"""Prepare a release: check the tree and the version, cut the changelog, and set the version."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

from packaging.version import Version

from generator.diff.report import compare
from generator.diff.revisions import open_revision

CHANGELOG: Final = Path("CHANGELOG.md")
VERSION_FILE: Final = Path("facade/coze_client/_version.py")
_VERSION: Final = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}((a|b|rc)[1-9]\d*)?")
_UNRELEASED: Final = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def main(version: str) -> None:
    """Change the files; or say what is wrong, and change nothing."""
    wanted = _parse(version)
    if wanted is None:
        _refuse(f"{version!r} is no version: give three numbers, as in VERSION=1.2.3 or 1.2.3rc1")
    if _git("status", "--porcelain"):
        _refuse("the tree has changes: commit or stash them")
    tags = _git("tag", "--list", "v*", "--merged", "HEAD").split()
    last = max(filter(None, (_parse(tag[1:]) for tag in tags)), default=None)
    if last is not None:
        tag, root = f"v{last}", Path()
        report = compare(
            open_revision(tag, root, raw=False), open_revision("HEAD", root, raw=False)
        )
        bump = report.verdict.semver
        lowest = _lowest(last, bump)
        # A candidate counts as what it is a candidate of; but after it comes another one, or that.
        reached = wanted if last.is_prerelease else Version(wanted.base_version)
        if reached < lowest:
            _refuse(
                f"{version} is too low: the changes since {tag} ask for {bump}, "
                f"which is {lowest} or above"
            )
        grows = bump in {"major", "minor"}
        if grows and last.is_prerelease and wanted == Version(last.base_version):
            _refuse(
                f"{version} would have what no candidate had: the changes since {tag} ask for "
                f"{bump}, so release {lowest} first"
            )
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


def _parse(text: str) -> Version | None:
    """Return a version of three numbers, or a candidate of one; None for anything else."""
    return Version(text) if _VERSION.fullmatch(text) else None


def _lowest(last: Version, bump: str) -> Version:
    """Return the lowest version that changes since the last one allow."""
    if last.pre is not None:
        phase, number = last.pre
        return Version(f"{last.base_version}{phase}{number + 1}")
    major, minor, patch = last.release
    raised = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0)}
    return Version(".".join(map(str, raised.get(bump, (major, minor, patch + 1)))))


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def _refuse(message: str) -> NoReturn:
    sys.exit(f"release: {message}.")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
