"""Logins in stores."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from coze_client import CozeError, FileTokenStore, MemoryTokenStore, OAuthToken
from coze_client._oauth.stores import held
from tests.auth.conftest import REFRESH, operations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coze_client import PKCEAuth, TokenStore
    from coze_sandbox import Sandbox
    from tests.auth.conftest import Runner

TOKEN = OAuthToken(access_token="a", expires_at=4102444800.5, host="api.coze.cn", refresh_token="r")


def both() -> tuple[type[TokenStore], type[TokenStore]]:
    """Return both stores as what the protocol says; the type checker looks at this."""
    return FileTokenStore, MemoryTokenStore


def test_a_login_outlives_its_program(
    run: Runner, sandbox: Sandbox, logged_in: Callable[..., PKCEAuth], tmp_path: Path
) -> None:
    store = FileTokenStore(tmp_path / "token.json")
    auth = logged_in(store)
    token = run.token(auth)
    stored = store.load()
    assert stored
    assert stored.access_token == token
    assert sandbox.requests == []


SCRIPT = """
import sys
from coze_client import Coze, FileTokenStore, PKCEAuth
url, path = sys.argv[1:]
auth = PKCEAuth(client_id="public", redirect_uri="", base_url=url, store=FileTokenStore(path))
sys.stdin.read(1)
with Coze(auth=auth) as coze:
    coze.bots.retrieve(bot_id="1")
"""


def test_processes_take_turns_with_a_refresh_token(
    sandbox: Sandbox, logged_in: Callable[..., PKCEAuth], tmp_path: Path
) -> None:
    path = tmp_path / "token.json"
    logged_in(FileTokenStore(path), ends_soon=True)
    command = [sys.executable, "-c", SCRIPT, sandbox.url, str(path)]
    environment = {"PYTHONPATH": "facade:generated"}
    programs = [subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) for _ in range(4)]
    for program in programs:
        assert program.stdin
        program.stdin.write(b"x")
        program.stdin.close()
    assert [program.wait(20) for program in programs] == [0] * 4
    assert operations(sandbox).count(REFRESH) == 1
    assert operations(sandbox).count("bots.retrieve") == 4


def test_a_lock_in_memory_is_not_waited_for_for_ever() -> None:
    lock = threading.Lock()
    with (
        held(lock, 0),
        pytest.raises(CozeError, match="has been renewing the stored token"),
        held(lock, 0.01),
    ):
        pass
    with held(lock, 0):
        pass


def test_a_token_can_go_through_a_store_of_ones_own() -> None:
    assert OAuthToken.from_dict(TOKEN.to_dict()) == TOKEN
    with pytest.raises(CozeError, match="not a stored token"):
        OAuthToken.from_dict({"access_token": "a"})
