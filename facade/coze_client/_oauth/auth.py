"""What all flows share: one token at a time, renewed by one caller for all."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from time import time
from typing import cast
from urllib.parse import urlsplit

from coze_api.models import TokenResponse
from coze_client._defaults import base_url as default_base_url
from coze_client._oauth.renewal import Renewal, TokenCache, run_detached
from coze_client._oauth.requests import Grant, GrantType, OAuthRequest, token_request
from coze_client._oauth.steps import Blocking, Steps, adrive, drive
from coze_client._oauth.stores import MemoryTokenStore, StoreLock, TokenStore
from coze_client._oauth.token import (
    LATEST,
    OAuthToken,
    clock_offset,
    is_time,
    malformed_answer,
    renewal_time,
)
from coze_core import (
    APIError,
    AsyncClient,
    AuthenticationError,
    CozeError,
    InvalidRequestError,
    PermissionDeniedError,
    ResponseInfo,
    SyncClient,
    TokenAuth,
    response_of,
)
from coze_core._report import copy_context

_TOLERANCE = 5.0
"""Seconds that clocks may differ: answers take time, and their times are in whole seconds."""
_SEPARATE = "Accounts, applications and tokens of coze.cn and coze.com are separate"
_OF_THE_APPLICATION = {"invalid_client", "unsupported_grant_type"}
"""Refusals that another login would not change."""


class OAuth(TokenAuth):
    """An authentication by OAuth, whose tokens are renewed by a refresh token.

    Args:
        client_id: The id of the OAuth application.
        client_secret: Its secret, if it has one.
        workspace_id: The team workspace that the user is asked about, if it is about one.
        store: Where the token is kept; by default only in memory.
        base_url: Where the API is; by default where the first client finds it that uses this.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str | None = None,
        workspace_id: str | None = None,
        store: TokenStore | None = None,
        base_url: str | None,
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._workspace_id = workspace_id
        self._store = store or MemoryTokenStore()
        self._base_url = base_url.rstrip("/") if base_url else None
        self._cache = TokenCache()
        self._offset = 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}(client_id={self._client_id!r})"

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.bind_base_url(None)

    @property
    def _host(self) -> str:
        """The host that gets the tokens."""
        return urlsplit(self.base_url).netloc

    def bind_base_url(self, base_url: str | None) -> str:
        """As `TokenAuth.bind_base_url`."""
        theirs = base_url and base_url.rstrip("/")
        if self._base_url is None:
            self._base_url = theirs or default_base_url(None).rstrip("/")
        if theirs and theirs.lower() != self._base_url.lower():
            raise CozeError(
                f"This authentication is for {self._base_url}, and the client is for {theirs}. "
                f"{_SEPARATE}: give both the same base_url."
            )
        return self._base_url

    def token(self, client: SyncClient | None = None, *, rejected: str = "") -> str:
        """As `TokenAuth.token`."""
        self.bind_base_url(client and client.settings.base_url)
        again = False
        while True:
            found = self._cache.join_or_start(rejected)
            if isinstance(found, OAuthToken):
                return found.access_token
            renewal, mine = found
            if mine:
                self._run(renewal, client, rejected)
            else:
                renewal.wait()
            if token := self._cache.result(renewal, rejected, mine=mine, again=again):
                return token.access_token
            again = True

    async def atoken(self, client: AsyncClient | None = None, *, rejected: str = "") -> str:
        """As `TokenAuth.atoken`."""
        self.bind_base_url(client and client.settings.base_url)
        again = False
        while True:
            found = self._cache.join_or_start(rejected)
            if isinstance(found, OAuthToken):
                return found.access_token
            renewal, mine = found
            if mine:
                # The API may have issued a token already when this task is cancelled.
                at_end = partial(self._cache.finish, renewal)
                run_detached(partial(self._arun, renewal, client, rejected), at_end)
            await renewal.wait_async(mine=mine)
            if token := self._cache.result(renewal, rejected, mine=mine, again=again):
                return token.access_token
            again = True

    def _run(self, renewal: Renewal, client: SyncClient | None, rejected: str) -> None:
        try:
            token = drive(self._renewed(rejected), client, self.base_url)
        except BaseException as error:
            self._cache.finish(renewal, failure=error)
            raise
        self._cache.finish(renewal, token)

    async def _arun(self, renewal: Renewal, client: AsyncClient | None, rejected: str) -> None:
        renewal.steps = self._renewed(rejected)
        try:
            token = await adrive(renewal.steps, client, self.base_url)
        except Exception as error:  # noqa: BLE001  # those who wait raise it
            self._cache.finish(renewal, failure=error)
        except BaseException as error:
            self._cache.finish(renewal, failure=error)
            raise
        else:
            self._cache.finish(renewal, token)

    def _renewed(self, rejected: str) -> Steps[OAuthToken]:
        """Return a token that others have saved meanwhile, else fetch and save one."""
        with closing(StoreLock(self._store)) as lock:
            yield Blocking(lock.acquire)
            stored: OAuthToken | None = yield Blocking(self._load)
            if self._cache.unsaved is None:
                if stored and stored.access_token != rejected and stored.is_fresh(time()):
                    return stored
                self._cache.unsaved = yield from self._fetch(stored)
            return (yield from self._saved(self._cache.unsaved))

    def _exchanged(self, answer: TokenResponse) -> Steps[OAuthToken]:
        """Make the first token of a login, and save it."""
        with closing(StoreLock(self._store)) as lock:
            yield Blocking(lock.acquire)
            return (yield from self._saved(self._issued(answer)))

    def _saved(self, token: OAuthToken) -> Steps[OAuthToken]:
        """Save a token before anyone uses it: the refresh token before it is void."""
        self._cache.unsaved = token
        yield Blocking(lambda: self._store.save(token))
        self._cache.unsaved = None
        return token

    def _load(self) -> OAuthToken | None:
        stored = self._store.load()
        if stored and stored.host != self._host:
            raise CozeError(
                f"The stored token is of {stored.host}, and this authentication is for "
                f"{self._host}. {_SEPARATE}: check base_url, and use a store of its own for each."
            )
        return stored

    def _fetch(self, stored: OAuthToken | None) -> Steps[OAuthToken]:
        """Fetch a token in place of the last one, which has expired or was refused."""
        if stored is None or stored.refresh_token is None:
            raise AuthenticationError(
                f"{self!r}: nobody has logged in yet. Let the user log in first, and use a "
                "FileTokenStore to keep the login."
            )
        request = self._grant("refresh_token", {"refresh_token": stored.refresh_token})
        try:
            answer: TokenResponse = yield request
        except (AuthenticationError, InvalidRequestError, PermissionDeniedError) as error:
            if error.code in _OF_THE_APPLICATION:
                raise
            raise _login_ended(error) from error
        return self._issued(answer, stored)

    def _grant(self, grant_type: GrantType, grant: Grant) -> OAuthRequest[TokenResponse]:
        grant = {"client_id": self._client_id, **grant}
        return token_request(grant_type, grant, self._client_secret)

    def _run_login(self, steps: Steps[OAuthToken]) -> OAuthToken:
        token = drive(steps, None, self.base_url)
        self._cache.put(token)
        return token

    async def _arun_login(self, steps: Steps[OAuthToken]) -> OAuthToken:
        token = await adrive(steps, None, self.base_url)
        self._cache.put(token)
        return token

    def _issued(self, answer: TokenResponse, stored: OAuthToken | None = None) -> OAuthToken:
        """Make a token of an answer, whose time of expiry is by the clock of the API."""
        token = cast("object", answer.access_token)  # decoding is lenient
        end = cast("object", answer.expires_in)
        if not (isinstance(token, str) and token and is_time(end)):
            raise malformed_answer(answer, "access token with its time of expiry")
        self._learn_offset(response_of(answer))
        expires_at = min(max(end - self._offset, 0.0), LATEST)
        return OAuthToken(
            access_token=token,
            expires_at=expires_at,
            renew_at=renewal_time(time(), expires_at),
            host=self._host,
            refresh_token=answer.refresh_token or (stored and stored.refresh_token),
        )

    def _learn_offset(self, response: ResponseInfo | None) -> bool:
        """Learn how far the clock of the API is ahead; return whether that is news."""
        offset = clock_offset(response, time()) if response else None
        news = offset is not None and abs(offset - self._offset) > _TOLERANCE
        if offset is not None and news:
            self._offset = offset
        return news


def _login_ended(error: APIError) -> AuthenticationError:
    ended = AuthenticationError(
        "The login has ended: its refresh token is no longer valid. Let the user log in "
        f"again. {error}",
        code=error.code,
        msg=error.msg,
        logid=error.logid,
        status_code=error.status_code,
        request=error.request,
        response=error.response,
        advice=error.advice,
    )
    copy_context(error, ended)
    return ended
