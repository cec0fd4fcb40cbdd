"""However many calls are under way, one of them fetches the token."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest
from anyio import from_thread, to_thread

from coze_client import (
    APIConnectionError,
    APITimeoutError,
    AsyncCoze,
    AuthenticationError,
    Coze,
    CozeError,
    PKCEAuth,
)
from coze_client._oauth.renewal import Renewal, TokenCache
from coze_sandbox import Scenario
from tests.auth.conftest import REFRESH, SLOW, operations, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_client import JWTAuth, OAuthToken
    from coze_sandbox import Sandbox

    MakeAuth = Callable[..., JWTAuth]
    LoggedIn = Callable[..., PKCEAuth]

pytestmark = pytest.mark.anyio
MANY = 100


def in_threads(number: int, call: Callable[[], Any]) -> list[Any]:
    """Return what each of many calls at a time gave, or raised."""
    start = threading.Barrier(number)

    def one() -> Any:
        start.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001  # compared by the tests
            return error

    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(number)]]


async def in_tasks(number: int, call: Callable[[], Any]) -> list[Any]:
    results: list[Any] = []

    async def one() -> None:
        try:
            results.append(await call())
        except Exception as error:  # noqa: BLE001  # as above
            results.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(number):
            group.start_soon(one)
    return results


# One request


def test_a_hundred_threads_make_one_token_request(sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    sandbox.scenario(SLOW, operation=REFRESH)
    with Coze(auth=jwt_auth(), base_url=sandbox.url) as coze:
        bots = in_threads(MANY, lambda: coze.bots.retrieve(bot_id="1"))
    assert {bot.bot_id for bot in bots} == {"1"}
    assert operations(sandbox).count(REFRESH) == 1


async def test_a_hundred_tasks_make_one_token_request(sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    sandbox.scenario(SLOW, operation=REFRESH)
    async with AsyncCoze(auth=jwt_auth(), base_url=sandbox.url) as coze:
        bots = await in_tasks(MANY, lambda: coze.bots.retrieve(bot_id="1"))
    assert {bot.bot_id for bot in bots} == {"1"}
    assert operations(sandbox).count(REFRESH) == 1


async def test_threads_and_tasks_share_one_token_request(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.scenario(SLOW, operation=REFRESH)
    auth = jwt_auth(base_url=sandbox.url)
    tokens: list[str] = []

    async def threads() -> None:
        tokens.extend(await to_thread.run_sync(in_threads, 30, auth.token))

    async with anyio.create_task_group() as group:
        group.start_soon(threads)
        tokens.extend(await in_tasks(30, auth.atoken))
    assert len(tokens) == 60
    assert len(set(tokens)) == 1
    assert operations(sandbox) == [REFRESH]


def test_short_lived_tokens_are_shared_as_well(sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    sandbox.scenario(SLOW, operation=REFRESH)
    auth = jwt_auth(base_url=sandbox.url, duration_seconds=1)
    tokens = in_threads(20, auth.token)
    assert len(set(tokens)) == len(sandbox.requests) < 20


def test_a_token_that_many_were_refused_with_is_replaced_once(
    sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    auth = logged_in()
    with Coze(auth=auth) as coze:
        coze.bots.retrieve(bot_id="1")
        sandbox.oauth.end_tokens()
        bots = in_threads(30, lambda: coze.bots.retrieve(bot_id="1"))
    assert {bot.bot_id for bot in bots} == {"1"}
    assert operations(sandbox).count(REFRESH) == 1


def test_authentications_that_share_a_store_use_its_refresh_token_once(
    sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    """A web application makes one for each request of a user."""
    first = logged_in(ends_soon=True)
    sandbox.scenario(SLOW, operation=REFRESH)
    tokens = in_threads(20, lambda: sharing(first).token())
    assert [type(token) for token in tokens] == [str] * 20
    assert len(set(tokens)) == 1
    assert operations(sandbox) == [REFRESH]


async def test_tasks_with_authentications_that_share_a_store_do_so_too(
    sandbox: Sandbox, logged_in: LoggedIn
) -> None:
    first = logged_in(ends_soon=True)
    sandbox.scenario(SLOW, operation=REFRESH)
    tokens = await in_tasks(20, lambda: sharing(first).atoken())
    assert [type(token) for token in tokens] == [str] * 20
    assert len(set(tokens)) == 1
    assert operations(sandbox) == [REFRESH]


def sharing(other: PKCEAuth) -> PKCEAuth:
    return PKCEAuth(
        client_id="public",
        redirect_uri="http://127.0.0.1:1/",
        base_url=other.base_url,
        store=other._store,
    )


def test_loops_that_run_at_once_share_one_token_request(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.scenario(SLOW, operation=REFRESH)
    auth = jwt_auth(base_url=sandbox.url)
    backends = iter(["asyncio", "trio"] * 5)
    tokens = in_threads(10, lambda: anyio.run(auth.atoken, backend=next(backends)))
    assert len(set(tokens)) == 1
    assert operations(sandbox) == [REFRESH]


def test_one_async_client_renews_its_token_in_whatever_loop_it_is_used(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    coze = AsyncCoze(auth=jwt_auth(), base_url=sandbox.url)

    async def call() -> str | None:
        return (await coze.bots.retrieve(bot_id="1")).bot_id

    for number in range(1, 4):
        assert anyio.run(call) == "1"
        assert operations(sandbox).count(REFRESH) == number
        sandbox.oauth.end_tokens()
    sandbox.scenario(SLOW, operation=REFRESH)
    assert in_threads(4, lambda: anyio.run(call)) == ["1"] * 4
    assert operations(sandbox).count(REFRESH) == 4
    anyio.run(coze.aclose)


# When it goes wrong


def test_a_refusal_holds_for_all_who_wait(sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    sandbox.scenario(Scenario(oauth_error="invalid_client", status=401, delay=0.3))
    auth = jwt_auth(base_url=sandbox.url)
    errors = in_threads(10, auth.token)
    assert {type(error) for error in errors} == {AuthenticationError}
    assert len({id(error) for error in errors}) == 10
    assert len(sandbox.requests) == 1


def test_another_failure_is_told_to_one_and_the_next_one_tries(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.scenario(Scenario(delay=0.3, cut_after=0), operation=REFRESH, times=1)
    with Coze(auth=jwt_auth(), base_url=sandbox.url, max_retries=0) as coze:
        results = in_threads(10, lambda: coze.bots.retrieve(bot_id="1"))
    failures = [result for result in results if isinstance(result, Exception)]
    assert [type(failure) for failure in failures] == [APIConnectionError]
    assert operations(sandbox).count(REFRESH) == 2


async def test_tasks_take_over_from_a_failed_one(sandbox: Sandbox, jwt_auth: MakeAuth) -> None:
    sandbox.scenario(Scenario(delay=0.3, cut_after=0), operation=REFRESH, times=1)
    async with AsyncCoze(auth=jwt_auth(), base_url=sandbox.url, max_retries=0) as coze:
        results = await in_tasks(10, lambda: coze.bots.retrieve(bot_id="1"))
    failures = [result for result in results if isinstance(result, Exception)]
    assert [type(failure) for failure in failures] == [APIConnectionError]
    assert operations(sandbox).count(REFRESH) == 2


def test_threads_without_a_network_do_not_wait_for_each_other(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.scenario(Scenario(delay=0.3, cut_after=0), operation=REFRESH)
    with Coze(auth=jwt_auth(), base_url=sandbox.url, max_retries=0) as coze:
        results = in_threads(30, lambda: coze.bots.retrieve(bot_id="1"))
    assert {type(result) for result in results} == {APIConnectionError}
    assert 2 <= len(sandbox.requests) < 10


async def test_tasks_without_a_network_do_not_wait_for_each_other(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.scenario(Scenario(delay=0.3, cut_after=0), operation=REFRESH)
    async with AsyncCoze(auth=jwt_auth(), base_url=sandbox.url, max_retries=0) as coze:
        results = await in_tasks(30, lambda: coze.bots.retrieve(bot_id="1"))
    assert {type(result) for result in results} == {APIConnectionError}
    assert 2 <= len(sandbox.requests) < 10


# What would never end


async def test_a_sync_call_on_the_thread_of_a_loop_that_is_fetching_is_an_error(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    sandbox.scenario(SLOW, operation=REFRESH)
    auth = jwt_auth(base_url=sandbox.url)
    async with anyio.create_task_group() as group:
        group.start_soon(auth.atoken)
        await until(lambda: bool(sandbox.requests))
        with Coze(auth=auth) as coze, pytest.raises(CozeError, match="Use AsyncCoze here"):
            coze.bots.retrieve(bot_id="1")
        bot = await to_thread.run_sync(retrieve, auth)
    assert bot.bot_id == "1"
    assert operations(sandbox) == [REFRESH, "bots.retrieve"]


def retrieve(auth: JWTAuth) -> Any:
    with closing(Coze(auth=auth)) as coze:
        return coze.bots.retrieve(bot_id="1")


def test_a_thread_does_not_wait_for_ever() -> None:
    renewal = Renewal(timeout=0.01)
    with pytest.raises(APITimeoutError, match="without an answer"):
        in_another_thread(renewal.wait)
    assert renewal.is_stale


async def test_a_task_does_not_wait_for_ever() -> None:
    with pytest.raises(APITimeoutError, match="without an answer"):
        await Renewal(timeout=0.01).wait_async(mine=False)


def test_who_comes_after_a_stale_renewal_starts_another() -> None:
    cache = TokenCache()
    stale, mine = renewal_of(cache.join_or_start(""))
    assert mine
    assert renewal_of(cache.join_or_start("")) == (stale, False)
    stale._timeout = 0
    again, mine = renewal_of(cache.join_or_start(""))
    assert again is not stale
    assert mine


def test_many_waiting_threads_leave_room_for_the_one_that_works(
    sandbox: Sandbox, jwt_auth: MakeAuth
) -> None:
    """All worker threads of a loop wait for a token that the loop itself is fetching."""
    sandbox.scenario(SLOW, operation=REFRESH)
    auth = jwt_auth(base_url=sandbox.url)

    async def main() -> list[str]:
        tokens: list[str] = []

        async def one() -> None:
            tokens.append(await to_thread.run_sync(auth.token))

        async with anyio.create_task_group() as group:
            group.start_soon(auth.atoken)
            await anyio.lowlevel.checkpoint()
            for _ in range(60):
                group.start_soon(one)
        return tokens

    assert len(set(anyio.run(main))) == 1
    assert operations(sandbox) == [REFRESH]


def renewal_of(found: OAuthToken | tuple[Renewal, bool]) -> tuple[Renewal, bool]:
    assert isinstance(found, tuple)
    return found


def in_another_thread(function: Callable[[], Any]) -> Any:
    with from_thread.start_blocking_portal() as portal:
        return portal.call(to_thread.run_sync, function)
