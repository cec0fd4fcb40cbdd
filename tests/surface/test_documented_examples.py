"""The Python examples of the pages, docstrings and examples/ run against the sandbox."""

from __future__ import annotations

import ast
import json
import logging
import re
import runpy
import time
from dataclasses import fields
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from joserfc.jwk import RSAKey

import coze_sandbox
from coze_client import Coze, FileTokenStore, JWTAuth, PKCEAuth, callbacks
from coze_sandbox import Scenario
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coze_sandbox import Sandbox

    Names = dict[str, Any]

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"\n\n((?:    .*\n|\n)+)")


def page_blocks() -> Iterator[tuple[str, str]]:
    """Yield the Python blocks of README and all other pages."""
    for path in sorted(
        [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("overlays/*.md")]
    ):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"```python\n(.*?)```", text, re.DOTALL):
            yield f"{path.stem}:{text[: match.start()].count(chr(10)) + 1}", match[1]


def docstring_blocks() -> Iterator[tuple[str, str]]:
    """Yield the indented blocks of docstrings that are Python."""
    for path in sorted([*ROOT.glob("facade/**/*.py"), *ROOT.glob("sandbox/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                doc = ast.get_docstring(node) or ""
                for number, match in enumerate(_BLOCK.finditer(f"{doc}\n")):
                    code = dedent(match[1])
                    if is_python(code):
                        place = path.relative_to(ROOT).with_suffix("").as_posix()
                        yield f"{place}:{getattr(node, 'name', 'module')}:{number}", code


def is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


KEY = RSAKey.generate_key(2048)
PUBLIC = KEY.as_pem(private=False).decode()
PRIVATE = KEY.as_pem(private=True).decode()


def for_jwt(sandbox: Sandbox) -> Names:
    Path("private_key.pem").write_text(PRIVATE, encoding="utf-8")
    sandbox.oauth.register("115...", public_key=PUBLIC, public_key_id="s3dP...")
    return {"Coze": Coze, "JWTAuth": JWTAuth}


def for_pkce(sandbox: Sandbox) -> Names:
    """Log the user in, as an earlier run of the program did."""
    sandbox.oauth.register("...app.coze")
    auth = PKCEAuth(
        client_id="...app.coze",
        redirect_uri="http://127.0.0.1:8765/callback",
        store=FileTokenStore("token.json"),
    )
    request = auth.start()
    auth.finish(request, httpx.get(request.url).headers["location"])
    return {}


def for_web(sandbox: Sandbox) -> Names:
    sandbox.oauth.register("...app.coze", client_secret="...")

    def visit(url: str) -> str:
        return httpx.get(url).headers["location"]

    return {"visit": visit}


def for_device(sandbox: Sandbox) -> Names:
    sandbox.oauth.interval = 0
    sandbox.oauth.register("...app.coze")

    def tell(text: object) -> None:
        code = re.search(r"and type (\S+)", str(text))
        if code:
            sandbox.oauth.approve(code[1])

    return {"print": tell}


def for_callbacks(_: Sandbox) -> Names:
    """Return a request as Coze sends it."""
    token = "the verify_token of the callback app"
    body = json.dumps(
        {
            "header": {
                "event_id": "1",
                "event_type": "bot.published",
                "created_at": int(time.time() * 1000),
            },
            "event": {"bot_id": "7"},
        }
    ).encode()
    stamp = str(int(time.time() * 1000))
    headers = {
        "X-Coze-Timestamp": stamp,
        "X-Coze-Nonce": "n",
        "X-Coze-Signature": callbacks.signature(stamp, "n", token, body),
    }

    def flask_response(content: bytes, status: int, headers: object) -> None:
        assert status == 200, content
        assert headers

    def handle(event: callbacks.CallbackEvent) -> None:
        assert event.event_type == "bot.published"

    return {
        "headers": headers,
        "body": body,
        "request": SimpleNamespace(headers=headers, get_data=lambda: body),
        "receiver": callbacks.Receiver(token),
        "handle": handle,
        "Response": flask_response,
    }


def for_sandbox(sandbox: Sandbox) -> Names:
    with Coze() as coze, coze.chat.stream(bot_id="1", user_id="me") as stream:
        assert list(stream)
    names = {name: getattr(coze_sandbox, name) for name in coze_sandbox.__all__}
    return {**names, "sandbox": sandbox, "pem": PUBLIC, "pytest": pytest}


def for_files(_: Sandbox) -> Names:
    for name in ("photo.png", "manual.pdf"):
        Path(name).write_bytes(b"content")
    return {}


STAGES: dict[str, Callable[[Sandbox], Names]] = {
    "JWTAuth(": for_jwt,
    "PKCEAuth(": for_pkce,
    "AuthorizationCodeAuth(": for_web,
    "DeviceCodeAuth(": for_device,
    "receiver": for_callbacks,
    "photo.png": for_files,
    "manual.pdf": for_files,
    "sandbox": for_sandbox,
}
"""What an example needs that it does not say, by a word in it."""

PAGES = list(page_blocks())
DOCSTRINGS = list(docstring_blocks())


@pytest.mark.parametrize(
    "code",
    [code for _, code in (*PAGES, *DOCSTRINGS)],
    ids=[place for place, _ in (*PAGES, *DOCSTRINGS)],
)
def test_an_example_runs(
    code: str, coze_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    log = logging.getLogger("coze_client")
    monkeypatch.setattr(log, "handlers", log.handlers.copy())
    names: Names = {}
    for word, stage in STAGES.items():
        if word in code:
            names |= stage(coze_sandbox)
            break
    # A key is too long for an example that shows something else.
    code = code.replace('"-----BEGIN..."', repr(PRIVATE))
    exec(compile(code, "example", "exec"), names)  # noqa: S102  # that is the point


TESTS = [code for _, code in PAGES if "def test_" in code]


@pytest.mark.parametrize("code", TESTS)
def test_the_tests_of_an_example_pass(code: str, tmp_path: Path) -> None:
    (tmp_path / "test_program.py").write_text(code, encoding="utf-8")
    done = python("-m", "pytest", "-q", "--rootdir", tmp_path, tmp_path, check=False, cwd=tmp_path)
    assert f"{code.count('def test_')} passed" in done.stdout, done.stdout


def test_every_scenario_is_on_the_page_about_the_sandbox() -> None:
    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+=.*?)` \|", text, re.MULTILINE)
    message = [ast.parse(f"dict({row})", mode="eval").body for row in rows]
    given = [{one.arg: ast.literal_eval(one.value) for one in call.keywords} for call in message]
    assert all(Scenario(**values) != Scenario() for values in given)
    assert {name for values in given for name in values} == {one.name for one in fields(Scenario)}


def test_the_examples_are_found() -> None:
    pages = [place.partition(":")[0] for place, _ in PAGES]
    assert pages.count("README") == pages.count("README.zh-CN") >= 7
    assert {"authentication", "callbacks", "errors"} <= {*pages}
    assert "sandbox" in pages
    assert TESTS
    places = {place.partition(":")[0] for place, _ in DOCSTRINGS}
    assert places >= {"facade/coze_client/__init__", "sandbox/coze_sandbox/__init__"}


EXAMPLES = {
    "tour.py": (
        "Store plugins",
        "log id",
        "tokens",
        "ChatSocket: 26 events",
        "lacks: nothing",
        "code 4200",
    ),
    "oauth_jwt.py": ("alice sees", "bob sees"),
    "oauth_pkce.py": ("workspaces; the login is kept in",),
    "oauth_device.py": ("and type", "workspaces; the login is kept in"),
    "oauth_web.py": ("You see", "workspaces."),
}
ELSEWHERE = {"callbacks.py"}
"""Run by tests of their own."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_program_in_examples_runs(
    name: str,
    coze_sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert coze_sandbox
    for variable in ("COZE_API_TOKEN", "COZE_API_BASE"):
        monkeypatch.setenv(variable, "")  # so that what an example sets goes afterwards
        monkeypatch.delenv(variable)
    runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
    message = capsys.readouterr().out
    for words in EXAMPLES[name]:
        assert words in message


def test_no_program_in_examples_is_left_out() -> None:
    run_elsewhere = (ROOT / "tests/client/test_examples.py").read_text(encoding="utf-8")
    left_out = {path.name for path in (ROOT / "examples").glob("*.py")} - {*EXAMPLES, *ELSEWHERE}
    assert {name for name in left_out if name.removesuffix(".py") not in run_elsewhere} == set()
