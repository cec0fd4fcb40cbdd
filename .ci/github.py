"""What workflows do on GitHub: report on a pull request, and take the published document in.

    python github.py diff        # BASE, FORMAT, FAIL_ON, PULL_REQUEST
    python github.py upstream FILE

Both read what every workflow is given (GITHUB_REPOSITORY, GITHUB_API_URL, ...) and GITHUB_TOKEN.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from generator.diff.accepted import FILE, Accepted
from generator.diff.formats import as_annotations, as_html, as_json, as_markdown
from generator.diff.report import Limit, Report, compare
from generator.diff.revisions import open_revision, parse_range
from generator.errors import GeneratorError

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = "<!-- the report of generator diff -->"
BRANCH: Final = "upstream-document"
TITLE: Final = "Take in the published document"
BROKEN: Final = "The published document needs overlays to be mended"
SKELETON: Final = Path("overlays/60-new.yaml")
_FORMATS: Final = {"html": as_html, "json": as_json, "markdown": as_markdown}
_LONGEST: Final = 60_000
"""How many characters GitHub takes in a text, with room for what is around it."""


class Repository:
    """The issues and pull requests of the repository that a workflow runs for."""

    def __init__(self) -> None:
        self.owner = os.environ["GITHUB_REPOSITORY"].partition("/")[0]
        self._http = httpx.Client(
            base_url=f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}",
            headers={"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}"},
            timeout=60,
        )

    def put(self, listed: str, match: dict[str, str], content: dict[str, str]) -> None:
        """Update what there is in a list, or add it.

        Args:
            listed: The path of the list.
            match: The fields that tell it, and how their texts begin.
            content: What it is to hold.

        Raises:
            httpx.HTTPStatusError: GitHub refuses.
        """
        for one in self._all(listed):
            if all(str(one.get(key)).startswith(text) for key, text in match.items()):
                self._send("PATCH", one["url"], content)
                return
        self._send("POST", listed.partition("?")[0], content)

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        following: str | None = path
        while following:
            answer = self._http.get(following)
            yield from answer.raise_for_status().json()
            following = answer.links.get("next", {}).get("url")

    def _send(self, method: str, url: str, content: dict[str, str]) -> None:
        self._http.request(method, url, json=content).raise_for_status()


def diff() -> int:
    """Report on what a revision changes; the exit code is that of ``generator diff``."""
    root = Path()
    try:
        old, new = parse_range(os.environ["BASE"], None, root)
        accepted = Accepted.load(root / FILE) if (root / FILE).exists() else None
        revisions = open_revision(old, root, raw=False), open_revision(new, root, raw=False)
        report = compare(*revisions, accepted)
        limits = [Limit(limit) for limit in os.environ.get("FAIL_ON", "").split()]
    except (GeneratorError, ValueError) as error:
        sys.stdout.write(f"::error::{error}\n")
        return 2
    form = os.environ.get("FORMAT") or "markdown"
    file = root / f"diff.{'md' if form == 'markdown' else form}"
    file.write_text(_FORMATS[form](report), encoding="utf-8")
    verdict = {"wire": report.verdict.wire, "client": report.verdict.client}
    _append("GITHUB_OUTPUT", f"verdict={json.dumps(verdict)}\nbump={report.verdict.semver}\n")
    _append("GITHUB_STEP_SUMMARY", as_markdown(report))
    sys.stdout.write(as_annotations(report))
    if os.environ.get("PULL_REQUEST"):
        comment = {"body": f"{MARK}\n{_cut(as_markdown(report))}"}
        listed = f"/issues/{os.environ['PULL_REQUEST']}/comments?per_page=100"
        try:
            Repository().put(listed, {"body": MARK}, comment)
        except httpx.HTTPError as error:
            # The token of a pull request from a fork may not write.
            sys.stdout.write(f"::warning::The comment could not be written: {error}\n")
    return int(any(report.has(limit) for limit in limits))


def upstream(file: Path) -> int:
    """Take a document in, and open a pull request; or an issue with all that stands in the way."""
    command = [sys.executable, "-m", "generator", "update", str(file)]
    done = _run(*command, "--skeleton", str(SKELETON))
    if done.returncode and SKELETON.exists():
        # What only lacks names passes with the proposed ones.
        done = _run(*command)
    repository = Repository()
    if done.returncode:
        skeleton = SKELETON.read_text(encoding="utf-8") if SKELETON.exists() else ""
        parts = [_fenced(done.stderr, "text"), _fenced(skeleton, "yaml") if skeleton else ""]
        content = {"title": BROKEN, "body": "\n\n".join(filter(None, parts))}
        repository.put("/issues?state=open&per_page=100", {"title": BROKEN}, content)
        return 0
    report = _compared()
    if not _git("status", "--porcelain"):
        return 0
    _git("checkout", "-B", BRANCH)
    _git("add", "openapi", "overlays", "generated", "CHANGELOG.md")
    _git("commit", "--message", TITLE)
    _git("push", "--force", "origin", BRANCH)
    body = f"{_cut(as_markdown(report))}\n{_fenced(done.stderr, 'text')}"
    content = {"title": TITLE, "body": body, "head": BRANCH, "base": os.environ["GITHUB_REF_NAME"]}
    head = f"{repository.owner}:{BRANCH}"
    repository.put(f"/pulls?state=open&head={head}", {"title": TITLE}, content)
    return 0


def _compared() -> Report:
    return compare(open_revision("HEAD", Path(), raw=False), open_revision(None, Path(), raw=False))


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def _append(name: str, text: str) -> None:
    if os.environ.get(name):
        with Path(os.environ[name]).open("a", encoding="utf-8") as file:
            file.write(text)


def _fenced(text: str, kind: str) -> str:
    return f"````{kind}\n{_cut(text, _LONGEST // 2)}\n````"


def _cut(text: str, longest: int = _LONGEST // 2) -> str:
    return text if len(text) <= longest else f"{text[:longest]}\n... (cut: it is too long)"


if __name__ == "__main__":
    sys.exit(diff() if sys.argv[1:] == ["diff"] else upstream(Path(sys.argv[2])))
