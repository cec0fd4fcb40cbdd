"""Logins on another device."""

from __future__ import annotations

import threading
from math import inf, nan
from time import sleep
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from coze_client import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    ConflictError,
    CozeError,
    DeviceCodeAuth,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from tests.auth.conftest import REFRESH, operations
from tests.core.scripted_server import ScriptedServer, answer
from tests.families import httpx

if TYPE_CHECKING:
    from coze_client import DeviceAuthorization
    from coze_sandbox import Sandbox
    from tests.auth.conftest import Runner

BEGIN = "oauth.create_device_code"
UNUSED: Any = None


@pytest.fixture
def auth(sandbox: Sandbox) -> DeviceCodeAuth:
    auth = DeviceCodeAuth(client_id="public", base_url=sandbox.url)
    auth._min_interval = 0  # so that tests need not wait
    return auth


def test_a_user_agrees_on_another_device(
    run: Runner, sandbox: Sandbox, auth: DeviceCodeAuth
) -> None:
    shown: list[DeviceAuthorization] = []

    def show(authorization: DeviceAuthorization) -> None:
        shown.append(authorization)
        assert httpx.get(authorization.verification_url).is_success

    run.login(auth, show)
    sandbox.oauth.end_tokens()
    assert run.retrieve(run.coze(auth=auth)).bot_id == "1"
    (authorization,) = shown
    assert authorization.expires_in == 300
    assert authorization.verification_url == (
        f"{authorization.verification_uri}?user_code={authorization.user_code}"
    )


@pytest.mark.parametrize("status", [200, 400])
def test_it_asks_until_the_user_has_decided(
    run: Runner, sandbox: Sandbox, auth: DeviceCodeAuth, status: int
) -> None:
    def decide_later(shown: DeviceAuthorization) -> None:
        user.append(threading.Thread(target=decide, args=[shown]))
        user[0].start()

    def decide(shown: DeviceAuthorization) -> None:
        while operations(sandbox).count(REFRESH) < 3:
            sleep(0.01)
        sandbox.oauth.approve(shown.user_code)

    user: list[threading.Thread] = []
    sandbox.oauth.device_status = status
    run.login(auth, decide_later)
    user[0].join()
    assert operations(sandbox).count(REFRESH) > 3


@pytest.mark.parametrize("status", [200, 400])
def test_a_user_may_say_no(
    run: Runner, sandbox: Sandbox, auth: DeviceCodeAuth, status: int
) -> None:
    sandbox.oauth.device_status = status
    with pytest.raises(PermissionDeniedError, match="did not agree") as caught:
        run.login(auth, lambda shown: sandbox.oauth.deny(shown.user_code))
    assert caught.value.code == "access_denied"


def test_the_api_may_say_that_it_took_too_long(
    run: Runner, sandbox: Sandbox, auth: DeviceCodeAuth
) -> None:
    def show(_: DeviceAuthorization) -> None:
        sandbox.oauth.clock_skew = 1000

    with pytest.raises(AuthenticationError, match="took too long") as caught:
        run.login(auth, show)
    assert caught.value.code == "expired_token"


def test_it_stops_when_the_code_has_ended(
    run: Runner, sandbox: Sandbox, auth: DeviceCodeAuth
) -> None:
    sandbox.oauth.device_seconds = 0
    with pytest.raises(AuthenticationError, match="did not decide within 0 s"):
        run.login(auth, lambda _: None)
    assert operations(sandbox) == [BEGIN]


def test_an_unknown_application_is_refused(run: Runner, sandbox: Sandbox) -> None:
    with pytest.raises(AuthenticationError, match="unknown client_id other"):
        run.login(DeviceCodeAuth(client_id="other", base_url=sandbox.url), lambda _: None)


def test_a_workspace_has_a_path_of_its_own(run: Runner, sandbox: Sandbox) -> None:
    auth = DeviceCodeAuth(client_id="public", workspace_id="w/1", base_url=sandbox.url)
    run.login(auth, lambda shown: sandbox.oauth.approve(shown.user_code))
    path = "/api/permission/oauth2/workspace_id/w%2F1/device/code"
    assert sandbox.requests[0].path == path


def answered(run: Runner, body: dict[str, object]) -> list[DeviceAuthorization]:
    """Return what a user is shown if the API answers so, and then has no time."""
    shown: list[DeviceAuthorization] = []
    with ScriptedServer(answer(body={"expires_in": 0, **body})) as server:
        with pytest.raises(APIError):
            run.login(DeviceCodeAuth(client_id="public", base_url=server.url), shown.append)
        assert len(server.seen) == 1
    return shown


def test_a_user_code_may_be_a_number(run: Runner) -> None:
    body = {"device_code": "d", "user_code": 1234, "verification_uri": "https://example.com"}
    (shown,) = answered(run, body)
    assert shown.verification_url == "https://example.com?user_code=1234"


@pytest.mark.parametrize("lacking", ["device_code", "user_code", "verification_uri"])
def test_an_answer_without_codes_is_an_error(run: Runner, lacking: str) -> None:
    body = {"device_code": "d", "user_code": "u", "verification_uri": "https://example.com"}
    del body[lacking]
    assert answered(run, dict(body)) == []


# Its pauses


def pauses(*answers: Exception, interval: Any = 5, expires_in: Any = 300) -> list[float]:
    """Return the seconds that a login waits before each question, if the API answers so."""
    asked = SimpleNamespace(
        device_code="d",
        user_code="u",
        verification_uri="https://example.com/?a=1",
        expires_in=expires_in,
        interval=interval,
    )
    shown: list[DeviceAuthorization] = []
    steps = DeviceCodeAuth(client_id="public")._login(shown.append, None)
    next(steps)
    steps.send(asked).run(UNUSED)
    assert shown[0].verification_url == "https://example.com/?a=1&user_code=u"
    step: Any = next(steps)
    found: list[float] = []
    for message in answers:
        found.append(step.seconds)
        next(steps)
        step = steps.throw(message)
    return found


def test_it_waits_as_long_as_it_is_told_and_longer_when_it_is_too_fast() -> None:
    pending = ConflictError("", code="authorization_pending")
    slow_down = RateLimitError("", code="slow_down")
    assert pauses(pending, slow_down, pending, slow_down, pending, interval=7) == [7, 7, 12, 12, 17]
    assert pauses(APIConnectionError(""), ServerError(""), pending) == [5, 10, 15]
    assert pauses(pending, pending, interval=None) == [5, 5]


@pytest.mark.parametrize("interval", [0, 0.001, -0.0])
def test_it_asks_once_a_second_at_most(interval: float) -> None:
    pending = ConflictError("", code="authorization_pending")
    assert pauses(pending, pending, interval=interval) == [1, 1]


@pytest.mark.parametrize("interval", [nan, -inf, -1, "7", None, [], True])
def test_an_interval_that_makes_no_sense_is_the_usual_one(interval: Any) -> None:
    expected = 1 if interval is True else 5
    assert pauses(ConflictError("", code="authorization_pending"), interval=interval) == [expected]


@pytest.mark.parametrize("interval", [3600, inf, 10**400])
def test_it_does_not_wait_longer_than_the_code_lasts(interval: float) -> None:
    (pause,) = pauses(ConflictError("", code="authorization_pending"), interval=interval)
    assert 290 < pause <= 300


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(nan, 300), (-1, 300), ("9", 300), (inf, 86_400), (10**400, 86_400), (20.7, 20)],
)
def test_the_time_of_the_user_has_bounds(expires_in: Any, seconds: int) -> None:
    (pause,) = pauses(
        ConflictError("", code="authorization_pending"), interval=inf, expires_in=expires_in
    )
    assert seconds - 10 < pause <= seconds


def test_a_login_slows_down_when_the_api_says_so(sandbox: Sandbox, auth: DeviceCodeAuth) -> None:
    class Clock(threading.Event):
        """Lets no time pass here, and in the sandbox only as much as the test wants."""

        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            if len(waits) not in {2, 3}:
                sandbox.oauth.clock_skew += waits[-1]
            if len(waits) == 4:
                sandbox.oauth.approve(shown[0].user_code)
            return False

    shown, waits = list[Any](), list[float]()
    sandbox.oauth.interval = 7
    auth.login(shown.append, cancel=Clock())
    assert waits == [7, 7, 12, 17]


# Ending it early


@pytest.mark.anyio
async def test_other_tasks_go_on_while_it_waits(sandbox: Sandbox, auth: DeviceCodeAuth) -> None:
    async def decide(shown: DeviceAuthorization) -> None:
        group.start_soon(approve_in_task, shown)

    async def approve_in_task(shown: DeviceAuthorization) -> None:
        while operations(sandbox).count(REFRESH) < 3:  # noqa: ASYNC110  # of another thread
            await anyio.sleep(0.01)
        sandbox.oauth.approve(shown.user_code)

    async with anyio.create_task_group() as group:
        await auth.alogin(decide)


@pytest.mark.anyio
async def test_a_task_can_be_cancelled(sandbox: Sandbox, auth: DeviceCodeAuth) -> None:
    sandbox.oauth.interval = 60
    with anyio.move_on_after(0.1) as scope:
        await auth.alogin(lambda _: None)
    assert scope.cancelled_caught


def test_a_thread_can_be_told_to_stop(sandbox: Sandbox, auth: DeviceCodeAuth) -> None:
    sandbox.oauth.interval = 60
    stop = threading.Event()
    with pytest.raises(CozeError, match="was cancelled"):
        auth.login(lambda _: stop.set(), cancel=stop)
    assert operations(sandbox) == [BEGIN]
