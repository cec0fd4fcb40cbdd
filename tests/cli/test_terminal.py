"""What people do with the command in a terminal: a real one, with the installed script."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from coze_sandbox import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coze_sandbox import Sandbox

COZE = Path(sys.executable).with_name("coze")
ANSWER = "just a café ☕ on your own machine."


class Terminal:
    """The command in a pseudo-terminal of its own."""

    def __init__(self, *words: str) -> None:
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell has background jobs ignore it
            os.execv(COZE, [str(COZE), *words])  # noqa: S606  # our own script
        self.shown = ""
        self._typed = 0

    def wait_for(self, pattern: str, *, times: int = 1) -> re.Match[str]:
        """Read on until a pattern was shown so often."""
        while len(found := list(re.finditer(pattern, self.shown))) < times:
            ready, _, _ = select.select([self._terminal], [], [], 60)
            try:
                part = os.read(self._terminal, 4096) if ready else b""
            except OSError:
                part = b""
            assert part, f"{pattern} never came: {self.shown}"
            self.shown += part.decode()
        return found[-1]

    def type(self, text: str) -> None:
        """Type when the next prompt is there: keys that come earlier are the terminal's, not its."""
        self._typed += 1
        self.wait_for("> ", times=self._typed)
        os.write(self._terminal, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C at the prompt until it is noticed: readline misses one before it waits."""
        self.wait_for("> ")
        while os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            os.write(self._terminal, b"\x03")
            select.select([], [], [], 5)

    def status(self) -> int:
        """Read to the end, and return the exit status."""
        reader = Thread(target=self._drain)
        reader.start()
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        reader.join()
        os.close(self._terminal)
        return status

    def _drain(self) -> None:
        try:
            while part := os.read(self._terminal, 4096):
                self.shown += part.decode()
        except OSError:
            pass


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def test_a_chat_is_one_conversation(coze_sandbox: Sandbox) -> None:
    terminal = Terminal("chat", "--bot-id", "7")
    for text in ("hi\r", "\r", "and now?\r", "\x04"):
        terminal.type(text)
    assert terminal.status() == 0
    assert terminal.shown.count(ANSWER) == 2
    first, second = (request for request in coze_sandbox.requests if request.method == "POST")
    assert "conversation_id" not in dict(first.query)
    assert dict(second.query)["conversation_id"]
    assert second.json()["additional_messages"][0]["content"] == "and now?"


def test_a_chat_goes_on_after_an_error(coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(code=4000), operation="chat.stream")
    terminal = Terminal("chat", "--bot-id", "7")
    terminal.type("hi\r")
    terminal.wait_for("coze: chat.stream failed with code 4000")
    coze_sandbox.reset()
    terminal.type("hi\r")
    terminal.type("\x04")
    assert terminal.status() == 0
    assert ANSWER in terminal.shown


def test_ctrl_c_ends_a_chat_without_a_traceback(coze_sandbox: Sandbox) -> None:
    terminal = Terminal("chat", "--bot-id", "7")
    terminal.interrupt()
    assert terminal.status() == 130
    assert "Traceback" not in terminal.shown
    assert not coze_sandbox.requests


def test_an_answer_does_not_steer_the_terminal(coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(code=4000, msg="\x1b[2Jgone\x9b1m"))
    terminal = Terminal("users", "me")
    assert terminal.status() == 1
    assert "gone" in terminal.shown
    assert "\x1b" not in terminal.shown


def test_binary_is_not_written_to_the_terminal(coze_sandbox: Sandbox) -> None:
    terminal = Terminal("audio", "speech", "create", "--input", "hi", "--voice-id", "1")
    assert terminal.status() == 2
    assert "--output FILE" in terminal.shown
    assert not coze_sandbox.requests


def test_a_login_is_kept_and_used(
    coze_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COZE_API_TOKEN")
    coze_sandbox.oauth.interval = 1
    coze_sandbox.oauth.register("public")
    terminal = Terminal("login", "--client-id", "public")
    shown = terminal.wait_for(r"Open (http\S+) and agree; the code is (\S+)\s")
    with urlopen(shown[1]):  # noqa: S310  # the sandbox
        pass
    assert terminal.status() == 0
    assert f"kept in {tmp_path}/.config/coze" in terminal.shown
    file = tmp_path / ".config/coze/token.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.delenv("COZE_API_BASE")
    done = subprocess.run([COZE, "users", "me"], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["user_id"]
    assert json.loads(file.read_text())["access_token"] not in terminal.shown


def test_the_sandbox_is_served_until_ctrl_c() -> None:
    terminal = Terminal("sandbox")
    address = terminal.wait_for(r"http://127\.0\.0\.1:\d+")[0]
    monkey = {**os.environ, "COZE_API_BASE": address, "COZE_API_TOKEN": "any"}
    done = subprocess.run([COZE, "users", "me"], check=True, capture_output=True, env=monkey)
    assert json.loads(done.stdout)
    os.kill(terminal.pid, signal.SIGINT)
    assert terminal.status() == 0
