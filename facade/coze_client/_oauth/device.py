"""Device code: the user agrees on another device, and this one asks until it is done."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import cast
from urllib.parse import quote

import msgspec

from coze_api.models import DeviceCodeResponse, TokenResponse
from coze_client._oauth.auth import OAuth
from coze_client._oauth.requests import (
    DEVICE_CODE,
    Grant,
    OAuthRequest,
    device_code_request,
    token_request,
)
from coze_client._oauth.steps import Blocking, Pause, Steps
from coze_client._oauth.stores import TokenStore
from coze_client._oauth.token import OAuthToken, malformed_answer
from coze_core import APIConnectionError, APIError, AuthenticationError, RateLimitError, ServerError

_INTERVAL = 5
_SLOW_DOWN = 5
_LIFETIME = 300
_DAY = 86_400


class DeviceAuthorization(msgspec.Struct, frozen=True, kw_only=True):
    """What the user needs to agree on another device.

    Attributes:
        user_code: What to type in.
        verification_uri: The page to type it in.
        verification_url: The same page with the code typed in already, for a link or a QR code.
        expires_in: Seconds that the user has.
    """

    user_code: str
    verification_uri: str
    verification_url: str
    expires_in: int


class DeviceCodeAuth(OAuth):
    """Authentication by a login on another device, for programs without a browser.

    One object stands for one login. Call `login` once; afterwards it renews its tokens by itself,
    until the login ends 30 days after its last use.

    Args:
        client_id: The id of the OAuth application.
        workspace_id: The team workspace that the token shall be for, if it is for one.
        store: Where the login is kept; by default only in memory.
        base_url: Where the API is; by default where the client that uses this finds it.
    """

    _min_interval = 1.0  # seconds between two questions, whatever the API says

    def __init__(
        self,
        *,
        client_id: str,
        workspace_id: str | None = None,
        store: TokenStore | None = None,
        base_url: str | None = None,
    ) -> None:
        super().__init__(
            client_id=client_id,
            workspace_id=workspace_id,
            store=store,
            base_url=base_url,
        )

    def login(
        self, show: Callable[[DeviceAuthorization], object], *, cancel: Event | None = None
    ) -> OAuthToken:
        """Let a user log in on another device, and wait until that is done.

        Args:
            show: Shows the user what to do.
            cancel: Set it in another thread to end the waiting.

        Raises:
            PermissionDeniedError: The user did not agree.
            AuthenticationError: The user took too long.
            APIError: The API refuses the application.
            CozeError: The waiting was cancelled.
        """
        return self._run_login(self._login(show, cancel))

    async def alogin(self, show: Callable[[DeviceAuthorization], object]) -> OAuthToken:
        """Async version of `login`; ``show`` may be async, else it runs in a worker thread."""
        return await self._arun_login(self._login(show, None))

    def _login(
        self, show: Callable[[DeviceAuthorization], object], cancel: Event | None
    ) -> Steps[OAuthToken]:
        answer: DeviceCodeResponse = yield device_code_request(self._client_id, self._workspace_id)
        authorization = _authorization(answer)
        until = monotonic() + authorization.expires_in
        yield Blocking(lambda: show(authorization), abandon=True)
        interval = _seconds(answer.interval, _INTERVAL)
        while (left := until - monotonic()) > 0:
            yield Pause(min(max(interval, self._min_interval), left), cancel)
            try:
                token: TokenResponse = yield self._token_request(answer.device_code)
            except (APIConnectionError, RateLimitError, ServerError):  # slow_down among them
                interval += _SLOW_DOWN
            except APIError as error:
                if error.code != "authorization_pending":
                    raise
            else:
                return (yield from self._exchanged(token))
        raise AuthenticationError(
            f"The user did not decide within {authorization.expires_in} s. Start the login again.",
            code="expired_token",
        )

    def _token_request(self, device_code: str) -> OAuthRequest[TokenResponse]:
        grant: Grant = {"client_id": self._client_id, "device_code": device_code}
        return token_request(DEVICE_CODE, grant, None, max_retries=0)  # it is asked again anyway


def _authorization(answer: DeviceCodeResponse) -> DeviceAuthorization:
    page = cast("object", answer.verification_uri)  # decoding is lenient
    if not (answer.device_code and answer.user_code and isinstance(page, str)):
        raise malformed_answer(answer, "device code with the page for its user")
    user_code = str(answer.user_code)  # the documentation says that it is a number
    separator = "&" if "?" in page else "?"
    return DeviceAuthorization(
        user_code=user_code,
        verification_uri=page,
        verification_url=f"{page}{separator}user_code={quote(user_code, safe='')}",
        expires_in=int(_seconds(answer.expires_in, _LIFETIME)),
    )


def _seconds(value: object, default: float) -> float:
    """Return a time span of an answer, which may be anything, up to a day."""
    return min(value, _DAY) if isinstance(value, int | float) and value >= 0 else default
