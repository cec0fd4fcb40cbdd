"""Tasks that are cancelled, loops that end and processes that fork leave a renewal to the others."""

from __future__ import annotations

import os
import subprocess
import sys
from time import sleep
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import pytest
from anyio import to_thread

from coze_client import (
    MemoryTokenStore,
    PKCEAuth,
)
from coze_client._oauth.stores import held
from coze_sandbox import Scenario
from tests.auth.conftest import REFRESH, SLOW, operations, redirect_of, until
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_client import JWTAuth
    from coze_sandbox import Sandbox
    from tests.auth.conftest import KeyPair

    MakeAuth = Callable[..., JWTAuth]
    LoggedIn = Callable[..., PKCEAuth]

pytestmark = pytest.mark.anyio


async def test_a_cancelled_task_does_not_take_the_token_with_it(
    sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    store = MemoryTokenStore()
    auth = logged_in(store)
    before = store.load()
    sandbox.oauth.end_tokens()
    assert before is not None
    sandbox.scenario(SLOW, operation=REFRESH)
    with anyio.move_on_after(0.1) as scope:
        await auth.atoken(rejected=before.access_token)
    assert scope.cancelled_caught
    token = await auth.atoken(rejected=before.access_token)
    after = store.load()
    assert after is not None
    assert token == after.access_token != before.access_token
    assert operations(sandbox) == [REFRESH]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_task_that_asyncio_cancels_does_not_either(
    sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    import asyncio

    auth = logged_in(ends_soon=True)
    sandbox.scenario(SLOW, operation=REFRESH)
    leader = asyncio.create_task(auth.atoken())
    await asyncio.sleep(0.1)
    leader.cancel()
    assert await auth.atoken()
    assert leader.cancelled()
    assert operations(sandbox) == [REFRESH]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_login_that_asyncio_cancels_while_it_waits_for_the_store_leaves_it_free(
    sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    import asyncio

    store = MemoryTokenStore()
    auth = logged_in(store)
    request = auth.start()
    redirect = await to_thread.run_sync(redirect_of, request.url)
    with store.lock():
        login = asyncio.create_task(auth.afinish(request, redirect))
        await until(lambda: REFRESH in operations(sandbox))
        await asyncio.sleep(0.1)
        login.cancel()
        await asyncio.sleep(0.1)
    with pytest.raises(asyncio.CancelledError):
        await login
    with held(store._lock, 5):
        pass


STOPPED = """
import asyncio, sys
from coze_client import JWTAuth
url, key, end = sys.argv[1:]
auth = JWTAuth(client_id="service", public_key_id="key-1", private_key=key, base_url=url)
loop = asyncio.new_event_loop()

async def leave():
    kept.append(asyncio.create_task(auth.atoken()))
    await asyncio.to_thread(sys.stdin.read, 1)

kept = []
loop.run_until_complete(leave())
if end == "closed":
    loop.close()
print(asyncio.run(auth.atoken()) == auth.token())
if end == "stopped":
    print(loop.run_until_complete(auth.atoken()) == auth.token())
"""


@pytest.mark.parametrize("end", ["closed", "stopped"])
def test_a_loop_that_has_stopped_holds_up_no_other(
    sandbox: Sandbox, keys: KeyPair, end: str
) -> None:
    sandbox.scenario(Scenario(delay=3), operation=REFRESH, times=1)
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", STOPPED, sandbox.url, keys.private, end],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": "facade:generated"},
    ) as program:
        try:
            while not sandbox.requests:
                assert program.poll() is None
                sleep(0.01)
            output = program.communicate(b"x", timeout=30)[0]
        finally:
            program.kill()
    assert output == b"True\n" * (1 if end == "closed" else 2)
    assert operations(sandbox) == [REFRESH] * 2


def test_the_end_of_an_event_loop_does_not_block_later_calls(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.scenario(SLOW, operation=REFRESH)
    auth = jwt_auth(base_url=sandbox.url)

    async def leave_when_it_has_begun(number: int) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(auth.atoken)
            await until(lambda: len(sandbox.requests) == number)
            group.cancel_scope.cancel()

    for number, backend in enumerate(("asyncio", "trio"), 1):
        anyio.run(leave_when_it_has_begun, number, backend=backend)
    assert auth.token().startswith("czs_")
    assert len(sandbox.requests) == 3


FORK = """
import os, sys, threading
from coze_client import JWTAuth
url, key = sys.argv[1:]
auth = JWTAuth(client_id="service", public_key_id="key-1", private_key=key, base_url=url)
threading.Thread(target=auth.token).start()
sys.stdin.read(1)
if os.fork() == 0:
    print(auth.token()[:4], flush=True)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_a_forked_process_does_not_wait_for_what_its_parent_fetches(
    sandbox: Sandbox, keys: KeyPair
) -> None:
    sandbox.scenario(Scenario(delay=2), operation=REFRESH, times=1)
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FORK, sandbox.url, keys.private],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": "facade:generated"},
    ) as program:
        try:
            while not sandbox.requests:
                assert program.poll() is None
                sleep(0.01)
            assert program.communicate(b"x", timeout=30)[0] == b"czs_\n"
            assert program.returncode == 0
        finally:
            program.kill()


LOCKED = """
import os, sys
from coze_client import JWTAuth
url, key = sys.argv[1:]
auth = JWTAuth(client_id="service", public_key_id="key-1", private_key=key, base_url=url)
with auth._cache._lock, auth._store.lock():
    child = os.fork()
    if child == 0:
        print(auth.token()[:4], flush=True)
        os._exit(0)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_a_forked_process_has_locks_of_its_own(sandbox: Sandbox, keys: KeyPair) -> None:
    done = python("-W", "ignore", "-c", LOCKED, sandbox.url, keys.private)
    assert done.stdout == "czs_\n"
