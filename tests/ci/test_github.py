"""What the workflows do: a comment that is kept up to date, a pull request or an issue."""

from __future__ import annotations

import json
import runpy
import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.diff.diff_project import DOCUMENT, Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / ".ci" / "github.py"))
RENAMED = ("operationId: bots.create", "operationId: bots.make")
NEW = """\
  /v1/plugins:
    get:
      responses:
        '200': {description: All is well., content: {application/json: {schema: {$ref: '#/components/schemas/BotData'}}}}
"""


class GitHub:
    """A GitHub that keeps what is sent to it, and pages its lists."""

    def __init__(self) -> None:
        self.kept: dict[str, list[dict[str, Any]]] = {}
        self.tokens = set[str]()
        self.is_open = True
        handler = type("Handler", (_Handler,), {"github": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


class _Handler(BaseHTTPRequestHandler):
    github: GitHub

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        listed = self.github.kept.get(path, [])
        page = 2 if "page=2" in query else 1
        link = f'<{self.github.url}{path}?page=2>; rel="next"' if page == 1 else ""
        self._answer(listed[:1] if page == 1 else listed[1:], link=link)

    def do_POST(self) -> None:
        kept = self.github.kept.setdefault(self.path, [])
        content = {"url": f"{self.github.url}{self.path}/{len(kept)}", **self._content()}
        if self.github.is_open:
            kept.append(content)
        self._answer(content, 201 if self.github.is_open else 403)

    def do_PATCH(self) -> None:
        path, _, number = self.path.rpartition("/")
        self.github.kept[path][int(number)] |= self._content()
        self._answer({})

    def _content(self) -> Any:
        self.github.tokens.add(self.headers["Authorization"])
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, content: Any, status: int = 200, link: str = "") -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def github() -> Iterator[GitHub]:
    found = GitHub()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


class Done(NamedTuple):
    """What the script came to."""

    status: int
    out: str
    err: str


Script = Callable[..., Done]


@pytest.fixture
def script(
    project: Repository,
    github: GitHub,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Script:
    names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    environment = {
        **{f"GIT_{name}": "t@example.com" for name in names},
        "PYTHONPATH": str(ROOT),
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_REF_NAME": "main",
        "GITHUB_TOKEN": "secret-token",
        "GITHUB_OUTPUT": str(project.root.parent / "output"),
        "GITHUB_STEP_SUMMARY": str(project.root.parent / "summary.md"),
    }

    def run(task: str, *files: Path, **variables: str) -> Done:
        with monkeypatch.context() as patch:
            patch.chdir(project.root)
            for name, value in {**environment, **variables}.items():
                patch.setenv(name, value)
            return Done(SCRIPT[task](*files), *capfd.readouterr())

    return run


def test_the_report_is_one_comment_that_is_updated_and_told_to_later_steps(
    project: Repository, github: GitHub, script: Script
) -> None:
    comments = github.kept["/repos/owner/name/issues/7/comments"] = [
        {"url": "other", "body": "Looks good."}
    ]
    project.replace("overlays/20-bots.yaml", *RENAMED)
    project.build()
    for _ in range(2):
        done = script("diff", BASE="HEAD", PULL_REQUEST="7", FAIL_ON="any")
        assert done.status == 1, done.err
    assert len(comments) == 2
    assert "bots.create" in comments[1]["body"]
    assert "::error" in done.out or "::warning" in done.out
    outputs = (project.root.parent / "output").read_text().splitlines()
    assert 'verdict={"wire": "compatible", "client": "breaking"}' in outputs
    assert "bump=major" in outputs
    assert "bots.make" in (project.root.parent / "summary.md").read_text()
    assert "bots.make" in (project.root / "diff.md").read_text()
    assert github.tokens == {"Bearer secret-token"}


def test_what_may_not_be_written_or_compared_is_told(
    project: Repository, github: GitHub, script: Script
) -> None:
    github.is_open = False
    done = script("diff", BASE="HEAD", PULL_REQUEST="7", FORMAT="html")
    assert done.status == 0
    assert "::warning::The comment could not be written" in done.out
    assert "<html" in (project.root / "diff.html").read_text()
    done = script("diff", BASE="no-such-revision")
    assert done.status == 2
    assert "::error::" in done.out
    assert "secret-token" not in done.out + done.err


@pytest.fixture
def published(project: Repository) -> Repository:
    project.write("openapi/SOURCE.md", f"sha256: {'0' * 64}\n")
    project.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n")
    project.commit()
    project.git("init", "--quiet", "--bare", str(project.root.parent / "origin"))
    project.git("remote", "add", "origin", str(project.root.parent / "origin"))
    return project


@pytest.mark.usefixtures("published")
def test_a_document_that_fits_becomes_a_pull_request(
    github: GitHub, script: Script, tmp_path: Path
) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(DOCUMENT.replace("components:\n", f"{NEW}components:\n"))
    done = script("upstream", new)
    assert done.status == 0, done.err
    (pull,) = github.kept["/repos/owner/name/pulls"]
    assert (pull["head"], pull["base"]) == ("upstream-document", "main")
    assert "plugins.list" in pull["body"]
    command = ["git", "show", "--stat=200", "upstream-document"]
    origin = tmp_path / "origin"
    pushed = subprocess.run(command, cwd=origin, check=True, capture_output=True, text=True)
    for file in ("openapi/coze.yaml", "overlays/60-new.yaml", "CHANGELOG.md", "generated/"):
        assert file in pushed.stdout
    assert "/repos/owner/name/issues" not in github.kept


def test_a_document_that_overlays_do_not_fit_becomes_an_issue_with_all_of_it(
    published: Repository, github: GitHub, script: Script, tmp_path: Path
) -> None:
    new = tmp_path / "new.yaml"
    text = DOCUMENT.replace("  /v1/bots:", "  /v1/robots:").replace("BotData", "RobotData")
    new.write_text(text.replace("components:\n", f"{NEW}components:\n"))
    for _ in range(2):
        done = script("upstream", new)
        assert done.status == 0, done.err
        published.git("clean", "-fdq")
    (issue,) = github.kept["/repos/owner/name/issues"]
    for part in ("overlays/20-bots.yaml", "/v1/bots", "BotData"):
        assert part in issue["body"]
    assert "/repos/owner/name/pulls" not in github.kept
