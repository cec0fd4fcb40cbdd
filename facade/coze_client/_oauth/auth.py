"""What all flows share: one token at a time, renewed by one caller for all."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import ExitStack
from functools import partial
from time import time
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from coze_client._defaults import base_url as default_base_url
from coze_client._oauth.flight import spawn
from coze_client._oauth.keeper import TokenKeeper
from coze_client._oauth.steps import Blocking, adrive, drive
from coze_client._oauth.token import OAuthToken, clock_offset, unusable
from coze_core import CozeError, TokenAuth, response_of

if TYPE_CHECKING:
    from coze_api.models import TokenResponse
    from coze_client._oauth.flight import Flight
    from coze_client._oauth.steps import Steps
    from coze_client._oauth.stores import TokenStore
    from coze_core import AsyncClient, ResponseInfo, SyncClient

_TOLERANCE = 5.0
"""Seconds that clocks may differ: answers take their time, and tell theirs in whole seconds."""
_APART = "Accounts, applications and tokens of coze.cn and coze.com are separate"


class OAuth(TokenAuth):
    """An authentication by OAuth.

    Args:
        base_url: Where the API is; by default where the first client finds it that uses this.
        store: Where the token is kept.
    """

    def __init__(self, *, base_url: str | None, store: TokenStore) -> None:
        self._base_url = base_url.rstrip("/") if base_url else None
        self._store = store
        self._keeper = TokenKeeper()
        self._unsaved: OAuthToken | None = None
        self._offset = 0.0

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.settle(None)

    @property
    def _host(self) -> str:
        """The host that gets the tokens."""
        return urlsplit(self.base_url).netloc

    def settle(self, base_url: str | None) -> str:
        """As `TokenAuth.settle`."""
        theirs = base_url and base_url.rstrip("/")
        if self._base_url is None:
            self._base_url = theirs or default_base_url(None).rstrip("/")
        if theirs and theirs.lower() != self._base_url.lower():
            raise CozeError(
                f"This authentication is for {self._base_url}, and the client is for {theirs}. "
                f"{_APART}: give both the same base_url."
            )
        return self._base_url

    def token(self, client: SyncClient | None = None, *, rejected: str = "") -> str:
        """As `TokenAuth.token`."""
        self.settle(client and client.settings.base_url)
        again = False
        while True:
            found = self._keeper.board(rejected)
            if isinstance(found, OAuthToken):
                return found.access_token
            flight, mine = found
            if mine:
                self._renew(flight, client, rejected)
            else:
                flight.wait()
            if token := self._keeper.outcome(flight, rejected, mine=mine, again=again):
                return token.access_token
            again = True

    async def atoken(self, client: AsyncClient | None = None, *, rejected: str = "") -> str:
        """As `TokenAuth.atoken`."""
        self.settle(client and client.settings.base_url)
        again = False
        while True:
            found = self._keeper.board(rejected)
            if isinstance(found, OAuthToken):
                return found.access_token
            flight, mine = found
            if mine:
                # The API may have issued a token already when this task is cancelled.
                lost = partial(self._keeper.land, flight)
                spawn(partial(self._arenew, flight, client, rejected), lost)
            await flight.await_(mine=mine)
            if token := self._keeper.outcome(flight, rejected, mine=mine, again=again):
                return token.access_token
            again = True

    def _renew(self, flight: Flight, client: SyncClient | None, rejected: str) -> None:
        try:
            token = drive(self._renewal(rejected), client, self.base_url)
        except BaseException as error:
            self._keeper.land(flight, failure=error)
            raise
        self._keeper.land(flight, token)

    async def _arenew(self, flight: Flight, client: AsyncClient | None, rejected: str) -> None:
        try:
            token = await adrive(self._renewal(rejected), client, self.base_url)
        except Exception as error:  # noqa: BLE001  # those who wait raise it
            self._keeper.land(flight, failure=error)
        except BaseException as error:
            self._keeper.land(flight, failure=error)
            raise
        else:
            self._keeper.land(flight, token)

    def _renewal(self, rejected: str) -> Steps[OAuthToken]:
        """Gives a token that others have saved meanwhile, else fetches and saves one."""
        with ExitStack() as stack:
            yield Blocking(lambda: stack.enter_context(self._store.lock()))
            stored: OAuthToken | None = yield Blocking(self._load)
            if self._unsaved is None:
                if stored and stored.access_token != rejected and stored.is_fresh(time()):
                    return stored
                self._unsaved = yield from self._fetch(stored)
            return (yield from self._saved(self._unsaved))

    def _saved(self, token: OAuthToken) -> Steps[OAuthToken]:
        """Saves a token before anyone uses it: the refresh token before it is void."""
        self._unsaved = token
        yield Blocking(lambda: self._store.save(token))
        self._unsaved = None
        return token

    def _load(self) -> OAuthToken | None:
        stored = self._store.load()
        if stored and stored.host != self._host:
            raise CozeError(
                f"The stored token is of {stored.host}, and this authentication is for "
                f"{self._host}. {_APART}: check base_url, and use a store of its own for each."
            )
        return stored

    @abstractmethod
    def _fetch(self, stored: OAuthToken | None) -> Steps[OAuthToken]:
        """Fetches a token.

        Args:
            stored: The last one, which has expired or was refused.
        """

    def _issued(self, answer: TokenResponse, stored: OAuthToken | None = None) -> OAuthToken:
        """Makes a token of an answer, whose time of expiry is by the clock of the API."""
        token = cast("object", answer.access_token)  # decoding is lenient
        end = cast("object", answer.expires_in)
        if not (isinstance(token, str) and token and isinstance(end, int | float)):
            raise unusable(answer, "access token with its time of expiry")
        self._learn_offset(response_of(answer))
        return OAuthToken(
            access_token=token,
            expires_at=end - self._offset,
            host=self._host,
            refresh_token=answer.refresh_token or (stored and stored.refresh_token),
        )

    def _learn_offset(self, response: ResponseInfo | None) -> bool:
        """Learns how far the clock of the API is ahead, and tells whether that is news."""
        offset = clock_offset(response, time()) if response else None
        news = offset is not None and abs(offset - self._offset) > _TOLERANCE
        if offset is not None and news:
            self._offset = offset
        return news
