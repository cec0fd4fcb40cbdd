"""Whatever is raised in code of the user comes out as it is, or as a CozeError."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import h11
import httpcore
import pytest

from coze_client import CozeError, OAuthToken, PKCEAuth
from tests.families import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.conftest import Runner

ENDS = (StopIteration, StopAsyncIteration)
LIBRARIES = ("builtins", "httpx", "httpcore", "h11", "anyio", "ssl", "zlib", "asyncio", "json")
ARGUMENTS: tuple[tuple[Any, ...], ...] = (
    ("x",),
    (),
    ("utf-8", b"\xff", 0, 1, "x"),
    ("utf-8", "\xff", 0, 1, "x"),
    ("\xff", 0, 1, "x"),
    ("x", [ValueError("x")]),
    ("x", "y"),
    (1, 2),
    ("x", "y", 1),
)


def classes(kind: type[Exception] = Exception) -> Iterator[type[Exception]]:
    yield kind
    for other in kind.__subclasses__():
        yield from classes(other)


def made(kind: type[Exception]) -> Exception | None:
    for arguments in ARGUMENTS:
        try:
            return kind(*arguments)
        except Exception:  # noqa: BLE001, S112  # other arguments may do
            continue
    return None


MODULES = (asyncio, ssl, zlib, anyio, h11, httpcore, httpx)  # imported, so that theirs are found
EXCEPTIONS = [
    error
    for kind in dict.fromkeys(classes())
    if kind.__module__.partition(".")[0].lstrip("_") in LIBRARIES
    if (error := made(kind)) is not None
]


class Raiser:
    """Raises the same error wherever it is used."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, *_: object) -> Any:
        raise self.error

    async def acall(self, *_: object) -> Any:
        raise self.error


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    def __init__(self, act: Raiser) -> None:
        self.handle_request = act
        self.handle_async_request = act.acall  # pyright: ignore[reportAttributeAccessIssue]


class Auth(httpx.Auth):
    def __init__(self, act: Raiser) -> None:
        self._act = act

    def auth_flow(self, request: httpx.Request) -> Any:
        self._act()
        yield request


class File:
    def __init__(self, act: Raiser) -> None:
        self.read = act


class Store:
    """A store of which one method raises."""

    def __init__(self, act: Raiser, *, broken: str) -> None:
        self._token = OAuthToken(
            access_token="a" * 9, expires_at=0, host="api.test", refresh_token="r" * 9
        )
        setattr(self, broken, act)

    def load(self) -> OAuthToken:
        return self._token

    def save(self, token: OAuthToken) -> None:
        self._token = token

    def lock(self) -> Any:
        return nullcontext()


def answering(**hooks: Any) -> dict[str, Any]:
    """Return options of a client of httpx that always answers."""
    body = {"code": 0, "data": {}, "access_token": "a" * 9, "expires_in": 4_000_000_000}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    return {"transport": transport, "event_hooks": hooks}


def http_options(run: Runner, seam: str, act: Raiser) -> dict[str, Any]:
    hook = act.acall if run.portal else act
    match seam:
        case "request hook":
            return answering(request=[hook])
        case "response hook":
            return answering(response=[hook])
        case "transport":
            return {"transport": Transport(act)}
        case _:
            return answering()


def raised(run: Runner, seam: str, error: Exception) -> BaseException:
    act = Raiser(error)
    http_client = run.httpx_client(**http_options(run, seam, act))
    options: dict[str, Any] = {"token": "secret-token"}
    match seam:
        case "token":
            options = {"token": act}
        case "async token":
            options = {"token": act.acall}
        case "auth":
            options = {"auth": Auth(act)}
        case "store load" | "store save" | "store lock":
            store: Any = Store(act, broken=seam.removeprefix("store "))
            url = "http://127.0.0.1:1/callback"
            options = {"auth": PKCEAuth(client_id="c", redirect_uri=url, store=store)}
        case _:
            pass
    coze: Any = run.coze(
        base_url="https://api.test", http_client=http_client, max_retries=0, **options
    )
    call = partial(coze.files.upload, file=File(act)) if seam == "file" else coze.users.me
    with pytest.raises(Exception) as caught:  # noqa: PT011  # which one, is the question
        run(call)
    return caught.value


SEAMS = [
    "token",
    "async token",
    "request hook",
    "response hook",
    "transport",
    "auth",
    "file",
    "store load",
    "store save",
    "store lock",
]


@pytest.mark.parametrize("seam", SEAMS)
def test_what_is_raised_there_comes_out_as_it_is_or_as_an_error_of_ours(
    run: Runner, seam: str
) -> None:
    if seam == "async token" and run.portal is None:
        pytest.skip("sync clients take no async function")
    assert len(EXCEPTIONS) > 100
    for error in EXCEPTIONS:
        found = raised(run, seam, error)
        # asyncio copies a TimeoutError on its way out of a thread.
        is_same = found is error or (type(found), found.args) == (TimeoutError, error.args)
        assert is_same or isinstance(found, CozeError), (seam, error, found)
        if isinstance(error, ENDS):
            assert isinstance(found, CozeError)
            assert isinstance(found.__cause__, type(error))
            assert type(error).__name__ in str(found)
        error.__traceback__ = None


def test_a_token_function_that_is_exhausted_says_so(run: Runner) -> None:
    tokens = iter(["secret-token"])

    def ask(coze: Any) -> Any:
        return run(coze.users.me)

    http_client = run.httpx_client(**answering())
    coze: Any = run.coze(lambda: next(tokens), base_url="https://api.test", http_client=http_client)
    assert ask(coze)
    with pytest.raises(CozeError, match="token function or authentication raised StopIteration"):
        ask(coze)


@pytest.mark.parametrize("broken", ["load", "lock"])
def test_a_login_without_a_client_says_so_too(run: Runner, broken: str) -> None:
    store: Any = Store(Raiser(StopIteration()), broken=broken)
    auth = PKCEAuth(client_id="c", redirect_uri="http://127.0.0.1:1/callback", store=store)
    with pytest.raises(CozeError, match="raised StopIteration"):
        run(auth.atoken if run.portal else auth.token)
