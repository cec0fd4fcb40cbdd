"""A wrong command line, and each kind of failure, is one line and its exit status."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from coze_sandbox import Sandbox, Scenario
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Ran

COZE = Path(sys.executable).with_name("coze")
MESSAGES = json.dumps([{"role": "user", "content": "hi", "content_type": "text"}])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bosts", "list"], 'Unknown command "bosts". Did you mean "bots"?'),
        (["bots", "lst"], 'Unknown command "lst". Did you mean "list"?'),
        (["chat", "retreive"], 'Unknown command "retreive". Did you mean "retrieve"?'),
        (["workflows", "runs", "crate"], 'Did you mean "create"?'),
        (["workspaces", "list", "--page-sise", "1"], "Unknown option: --page-sise. Did you mean --page-size?"),
        (["bots", "list", "--worspace-id", "1"], "Did you mean --workspace-id"),
        (["bots", "list"], "--workspace-id requires an argument"),
        (["bots", "list", "--workspace-id", "1", "--page-num", "x"], "--page-num"),
        (["bots", "list", "--workspace-id", "1", "--publish-status", "al"], "published_online"),
        (["workflows", "runs", "create", "--workflow-id", "1", "--parameters", "{"], "parameters is no JSON"),
        (["bots", "list", "@list.json"], "must hold a JSON object"),
        (["bots", "list", "@{folder}/none.json"], "No such file"),
        (["files", "upload", "--file", "none.png"], "none.png"),
        (["chat", "run"], 'Unknown command "run"'),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_one_line_with_what_is_right(
    coze: Callable[..., Ran], coze_sandbox: Sandbox, home: Path, words: list[str], said: str
) -> None:
    (home / "list.json").write_text("[]")
    ran = coze(*words)
    assert ran.status == (1 if "none" in words[-1] else 2)
    assert ran.out == ""
    assert ran.err.startswith("coze: ")
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert not coze_sandbox.requests


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        (Scenario(code=4100, status=401), 3),
        (Scenario(code=4101), 3),
        (Scenario(code=4200), 4),
        (Scenario(code=4000), 1),
        (Scenario(code=4013, status=429), 5),
        (Scenario(status=500), 5),
    ],
)  # fmt: skip
def test_the_exit_status_tells_scripts_what_to_do(
    coze: Callable[..., Ran], coze_sandbox: Sandbox, scenario: Scenario, status: int
) -> None:
    coze_sandbox.scenario(scenario)
    ran = coze("bots", "retrieve", "--bot-id", "1")
    assert (ran.status, ran.out) == (status, "")
    assert ran.err.startswith("coze: bots.retrieve failed")
    assert ran.err.count("\n") == 1


def test_no_connection_is_worth_another_try(
    coze: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZE_API_TOKEN", "pat_planted")
    monkeypatch.setenv("COZE_API_BASE", "http://127.0.0.1:1")
    ran = coze("users", "me")
    assert ran.status == 5
    assert "pat_planted" not in ran.err


def test_no_token_says_how_to_get_one(
    coze: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COZE_API_TOKEN", raising=False)
    ran = coze("users", "me")
    assert ran.status == 3
    assert "COZE_API_TOKEN" in ran.err
    assert "coze login" in ran.err


@pytest.mark.parametrize("words", [["--keywords", "a", "--keywords", "b"], ["--keywords", '["a", "b"]']])  # fmt: skip
def test_a_list_repeats_its_option_or_is_json(
    coze: Callable[..., Ran], coze_sandbox: Sandbox, words: list[str]
) -> None:
    assert coze("variables", "retrieve", "--connector-uid", "1", *words).status == 0
    assert dict(coze_sandbox.requests[-1].query)["keywords"] == "a,b"


@pytest.mark.parametrize("own", [["--name", "own"], ["--name=own"]])
def test_options_prevail_over_those_of_a_file(
    coze: Callable[..., Ran], coze_sandbox: Sandbox, home: Path, own: list[str]
) -> None:
    (home / "bot.json").write_text('{"space_id": "1", "name": "of the file"}')
    assert coze("bots", "create", "@bot.json", *own).status == 0
    assert coze_sandbox.requests[-1].json() == {"space_id": "1", "name": "own"}


def test_a_body_comes_from_standard_input(
    coze: Callable[..., Ran], coze_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: Any = io.TextIOWrapper(io.BytesIO(MESSAGES.encode()))
    monkeypatch.setattr(sys, "stdin", given)
    ran = coze("chat", "create", "--bot-id", "7", "--user-id", "me", "--additional-messages", "@-")
    assert ran.status == 0
    assert coze_sandbox.requests[-1].json()["additional_messages"] == json.loads(MESSAGES)


def test_a_file_goes_up_from_standard_input(
    coze: Callable[..., Ran], coze_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: Any = io.TextIOWrapper(io.BytesIO(b"planted"))
    monkeypatch.setattr(sys, "stdin", given)
    assert coze("files", "upload", "--file", "@-").status == 0
    assert b"planted" in coze_sandbox.requests[-1].body


def test_what_the_document_lacks_is_printed(
    coze: Callable[..., Ran], coze_sandbox: Sandbox
) -> None:
    coze_sandbox.answer("users.me", {"user_id": "1", "news": {"深": 1}})
    assert json.loads(coze("users", "me").out)["news"] == {"深": 1}


def test_a_reader_that_has_enough_ends_the_command(coze_sandbox: Sandbox, home: Path) -> None:
    command = f"'{COZE}' bots list --workspace-id 1 --page-size 1 | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", command], check=False, capture_output=True, text=True, cwd=home
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
    assert coze_sandbox.requests


def test_help_and_version_need_neither_a_token_nor_httpx(
    coze: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COZE_API_TOKEN", raising=False)
    ran = coze("--help")
    assert ran.status == 0
    for word in ("bots", "chat", "login", "sandbox", "workflows", "130"):
        assert word in ran.out
    assert coze("--version").out.strip()[0].isdigit()
    code = "import sys; from coze_client._cli import main; main(['--help']); print('httpx' in sys.modules)"
    done = python("-c", code)
    assert done.stdout.splitlines()[-1] == "False"


def test_a_missing_extra_is_one_line_that_says_what_to_install(home: Path) -> None:
    for missing, words, extra in (("cyclopts", [], "cli"), ("uvicorn", ["sandbox"], "sandbox")):
        code = f"import sys; sys.modules[{missing!r}] = None; from coze_client._cli import main; sys.exit(main({words}))"
        done = python("-c", code, check=False, cwd=home)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert f'pip install "coze-client[{extra}]"' in done.stderr
