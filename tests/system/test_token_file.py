"""Tokens in files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from coze_client import CozeError, FileTokenStore, OAuthToken
from coze_client._oauth.file_store import file_lock
from tests.system.conftest import ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = OAuthToken(access_token="a", expires_at=4102444800.5, host="api.coze.cn", refresh_token="r")


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "new" / "token.json")
    assert store.load() is None
    for token in (TOKEN, OAuthToken(access_token="b", expires_at=1, host="h")):
        store.save(token)
        assert FileTokenStore(str(tmp_path / "new" / "token.json")).load() == token
    assert sorted(os.listdir(tmp_path / "new")) == ["token.json"]  # noqa: PTH208  # names only


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    FileTokenStore("~/token.json").save(TOKEN)
    assert FileTokenStore(tmp_path / "token.json").load() == TOKEN


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "new" / "token.json")
    old_mask = os.umask(0)
    try:
        with store.lock():
            store.save(TOKEN)
    finally:
        os.umask(old_mask)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {"new": 0o700, "token.json": 0o600, "token.json.lock": 0o600}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_an_error_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "the token.json"
    FileTokenStore(path).save(TOKEN)
    path.chmod(mode)
    with pytest.raises(CozeError, match="chmod 600 '") as caught:
        FileTokenStore(path).load()
    remedy = str(caught.value).partition("Run: ")[2]
    subprocess.run(remedy, shell=True, check=True)  # noqa: S602  # what a user does with it
    assert FileTokenStore(path).load() == TOKEN


def test_all_names_of_a_file_are_one_file_with_one_lock(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    file, link = tmp_path / "a" / "token.json", tmp_path / "b" / "link.json"
    try:
        link.symlink_to(file)
    except OSError:
        pytest.skip("this user may make no links")
    for store in (FileTokenStore(link), FileTokenStore(file)):
        store.save(TOKEN)
        assert link.is_symlink()
        assert FileTokenStore(file).load() == FileTokenStore(link).load() == TOKEN
    with (
        FileTokenStore(link).lock(),
        pytest.raises(CozeError, match="holds"),
        file_lock(tmp_path / "a" / "token.json.lock", 0),
    ):
        pass
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["link.json"]


def test_a_relative_path_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = FileTokenStore("token.json")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    store.save(TOKEN)
    assert FileTokenStore(tmp_path / "token.json").load() == TOKEN


KILLED = """
import os, signal, sys
from coze_client import FileTokenStore, OAuthToken
sys.addaudithook(lambda event, _: event == "os.rename" and os.kill(os.getpid(), signal.SIGKILL))
token = OAuthToken(access_token="a", expires_at=1, host="h", refresh_token="r")
FileTokenStore(sys.argv[1]).save(token)
"""


@pytest.mark.skipif(os.name == "nt", reason="the script kills itself")
def test_what_a_killed_save_leaves_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "token [1].json"
    store = FileTokenStore(path)
    store.save(TOKEN)
    command = [sys.executable, "-c", KILLED, str(path)]
    done = subprocess.run(command, env=ENVIRONMENT, check=False)
    assert done.returncode == -signal.SIGKILL
    other = tmp_path / ".token 1.json.0123456789abcdef"
    other.touch()
    parts = [left for left in tmp_path.iterdir() if left.name.startswith(".")]
    assert len(parts) == 2
    with store.lock():
        assert set(parts) < set(tmp_path.iterdir())  # another save may be under way
    for part in parts:
        os.utime(part, (0, 0))
    with store.lock():
        pass
    assert {left.name for left in tmp_path.iterdir()} == {
        path.name,
        f"{path.name}.lock",
        other.name,
    }
    assert store.load() == TOKEN


FORKED = """
import os, signal, sys
from coze_client import FileTokenStore
with FileTokenStore(sys.argv[1]).lock():
    if os.fork() == 0:
        print("forked", flush=True)
        sys.stdin.read(1)
        os._exit(0)
    os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
@pytest.mark.parametrize("killed", [True, False])
def test_a_child_holds_no_lock_of_its_parent(tmp_path: Path, *, killed: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FORKED, str(tmp_path / "token.json")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as program:
        assert program.stdin
        assert program.stdout
        assert program.stdout.readline() == b"forked\n"
        if killed:
            program.kill()
            program.wait()
            with FileTokenStore(tmp_path / "token.json").lock():
                pass
        else:
            with (
                pytest.raises(CozeError, match="holds"),
                file_lock(tmp_path / "token.json.lock", 0),
            ):
                pass
        program.stdin.write(b"x")


@pytest.mark.parametrize("time", ["1e400", "-1", "1e300", "null"])
def test_a_time_that_makes_no_sense_is_no_token(tmp_path: Path, time: str) -> None:
    path = tmp_path / "token.json"
    path.write_text(f'{{"access_token": "a", "host": "h", "expires_at": {time}}}')
    path.chmod(0o600)
    with pytest.raises(CozeError, match="holds no token"):
        FileTokenStore(path).load()


def test_a_file_that_somebody_is_reading_is_replaced(tmp_path: Path) -> None:
    """Windows refuses as long as it is open."""
    path = tmp_path / "token.json"
    store = FileTokenStore(path)
    store.save(OAuthToken(access_token="old", expires_at=1, host="h"))
    with path.open("rb") as reader:
        closing = threading.Timer(0.3, reader.close)
        closing.start()
        store.save(TOKEN)
        closing.join()
    assert store.load() == TOKEN


def test_a_file_that_cannot_be_replaced_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "token.json"
    (folder / "something").mkdir(parents=True)
    with pytest.raises(OSError, match=r"token\.json"):
        FileTokenStore(folder).save(TOKEN)
    assert [path.name for path in tmp_path.iterdir()] == ["token.json"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b"null", b'{"access_token": "secret"}', b'{"access_token": 1}'],
)
def test_a_broken_file_is_named_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(CozeError, match="Delete it and log in again") as caught:
        FileTokenStore(path).load()
    assert str(path) in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
