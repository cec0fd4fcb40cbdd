"""A sandbox with one application of each kind, and one way to drive sync and async code."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
import msgspec
import pytest
from joserfc.jwk import RSAKey

from coze_client import JWTAuth, MemoryTokenStore, OAuthToken, PKCEAuth
from coze_sandbox import Scenario
from tests import runner

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_sandbox import Sandbox

CLIENT_SECRET = "client-secret-0d1f"
REFRESH = "oauth.create_token"
SLOW = Scenario(delay=0.3)


class KeyPair(NamedTuple):
    private: str
    public: str


class Runner(runner.Runner):
    """Drives authentications, and clients that use them."""

    def retrieve(self, coze: Any) -> Any:
        return self(coze.bots.retrieve, bot_id="1")

    def token(self, auth: Any, **options: Any) -> str:
        return self(auth.token if self.portal is None else auth.atoken, **options)

    def login(self, auth: Any, *args: Any) -> OAuthToken:
        return self(auth.login if self.portal is None else auth.alogin, *args)

    def finish(self, auth: Any, *args: Any) -> OAuthToken:
        return self(auth.finish if self.portal is None else auth.afinish, *args)


run = runner.runs(Runner)


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    key = RSAKey.generate_key(2048)
    return KeyPair(key.as_pem(private=True).decode(), key.as_pem(private=False).decode())


@pytest.fixture
def sandbox(coze_sandbox: Sandbox, keys: KeyPair) -> Sandbox:
    oauth = coze_sandbox.oauth
    oauth.interval = 0
    oauth.register("service", public_key=keys.public, public_key_id="key-1")
    oauth.register("web", client_secret=CLIENT_SECRET)
    oauth.register("public")
    return coze_sandbox


@pytest.fixture
def jwt_auth(keys: KeyPair) -> Callable[..., JWTAuth]:
    def make(**options: Any) -> JWTAuth:
        options = {
            "client_id": "service",
            "public_key_id": "key-1",
            "private_key": keys.private,
            **options,
        }
        return JWTAuth(**options)

    return make


@pytest.fixture
def logged_in(sandbox: Sandbox, redirect_uri: str) -> Callable[..., PKCEAuth]:
    """Return a function that makes an authentication whose login is only stored."""

    def make(store: Any = None, *, ends_soon: bool = False) -> PKCEAuth:
        store = store or MemoryTokenStore()
        options: Any = {
            "client_id": "public",
            "redirect_uri": redirect_uri,
            "base_url": sandbox.url,
            "store": store,
        }
        first = PKCEAuth(**options)
        request = first.start()
        token = first.finish(request, redirect_of(request.url))
        if ends_soon:
            store.save(msgspec.structs.replace(token, expires_at=time() + 30, renew_at=None))
        sandbox.requests.clear()
        return PKCEAuth(**options)

    return make


def redirect_of(url: str) -> str:
    """Return where the page of a login sends the browser of a user."""
    import httpx

    return httpx.get(url).headers["location"]


def operations(sandbox: Sandbox) -> list[str]:
    return [request.operation for request in sandbox.requests]


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110  # the other side is another thread
        await anyio.sleep(0.01)
