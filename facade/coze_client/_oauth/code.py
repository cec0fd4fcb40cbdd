"""Authorization code: the user agrees in a browser, and a redirect brings a code."""

from __future__ import annotations

import hashlib
import re
import webbrowser
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Literal, get_args
from urllib.parse import parse_qs, quote, urlencode

from coze_api.models import TokenResponse
from coze_client._oauth.auth import OAuth
from coze_client._oauth.receiver import LoopbackReceiver
from coze_client._oauth.requests import Grant
from coze_client._oauth.steps import Blocking, Steps
from coze_client._oauth.stores import TokenStore
from coze_client._oauth.token import OAuthToken
from coze_core import CozeError, PermissionDeniedError

ChallengeMethod = Literal["S256", "plain"]

_FIVE_MINUTES = 300.0


class AuthorizationRequest:
    """One request for the agreement of a user. Its `repr` shows no secret.

    A web application keeps `state` and `code_verifier` in the session of the browser until the
    redirect comes, and makes this object of them again.

    Args:
        url: The page to send the browser to.
        state: What the redirect must repeat, or else it belongs to something else.
        code_verifier: The secret behind the challenge (PKCE).

    Raises:
        CozeError: The state is empty, as that of a redirect would be that somebody forged.
    """

    def __init__(self, *, url: str, state: str, code_verifier: str | None = None) -> None:
        if not state or not isinstance(state, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # of a session
            raise CozeError(
                "state must be the text of the request that start() returned. If the session of "
                "the browser has none, this browser has not begun a login: start one."
            )
        self.url = url
        self.state = state
        self.code_verifier = code_verifier
        self._used = False

    def __repr__(self) -> str:
        return f"<AuthorizationRequest {self.url.partition('?')[0]}>"

    def code_of(self, redirect: object) -> str:
        """Return the authorization code in the redirect, once.

        Args:
            redirect: The URL that the browser came back to, or its query with the question mark; as
                text, or as the URL of a web framework.

        Raises:
            CozeError: The redirect belongs to something else, or one was taken already.
            PermissionDeniedError: The user did not agree.
        """
        if not isinstance(redirect, str) and not hasattr(redirect, "query"):
            raise CozeError(
                "redirect must be the URL that the browser came back to, got "
                f"{type(redirect).__name__}."
            )
        query = parse_qs(str(redirect).partition("?")[2].partition("#")[0])
        state, code, error = (query.get(name, [""])[0] for name in ("state", "code", "error"))
        if not compare_digest(state.encode(), self.state.encode()):
            raise CozeError(
                "The redirect does not belong to this login: its state differs. "
                "Start the login again; if this happens often, somebody may be forging redirects."
            )
        if self._used:
            raise CozeError("This redirect was used already. Start the login again.")
        self._used = True
        if error:
            said = query.get("error_description", [""])[0]
            raise PermissionDeniedError(
                f"The user did not agree ({': '.join(filter(None, [error, said]))}).",
                code=error,
                msg=said,
            )
        if not code:
            raise CozeError("The redirect has no authorization code. Start the login again.")
        return code


def open_browser(url: str) -> None:
    """Show a URL in the browser of this machine.

    Raises:
        CozeError: There is none.
    """
    if not webbrowser.open(url):
        raise CozeError(
            "No browser can be opened here. Show the page in another way, as in login(print), or "
            "use DeviceCodeAuth, which needs no browser on this machine."
        )


class _CodeAuth(OAuth):
    """Both flows with a code."""

    _redirect_uri: str
    _challenge_method: ChallengeMethod | None = None

    def start(self) -> AuthorizationRequest:
        """Begin a login: send the browser of the user to the `url` of the result."""
        request = AuthorizationRequest(url="", state=token_urlsafe(32))
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "state": request.state,
        }
        if self._challenge_method:
            request.code_verifier = token_urlsafe(48)
            query["code_challenge"] = _challenge_of(request.code_verifier, self._challenge_method)
            query["code_challenge_method"] = self._challenge_method
        request.url = _authorize_url(self.base_url, self._workspace_id, query)
        return request

    def finish(self, request: AuthorizationRequest, redirect: object) -> OAuthToken:
        """End a login: exchange the code for a token, and save that.

        Args:
            request: What `start` returned, for one use.
            redirect: The URL that the browser came back to: text, or the URL of a web framework.

        Raises:
            CozeError: The redirect belongs to something else, or was used already.
            PermissionDeniedError: The user did not agree.
            APIError: The API does not accept the code.
        """
        return self._run_login(self._exchange(request, request.code_of(redirect)))

    async def afinish(self, request: AuthorizationRequest, redirect: object) -> OAuthToken:
        """Async version of `finish`."""
        return await self._arun_login(self._exchange(request, request.code_of(redirect)))

    def login(
        self, show: Callable[[str], object] = open_browser, *, timeout: float = _FIVE_MINUTES
    ) -> OAuthToken:
        """Let the user of this machine log in: show the page, and receive the redirect here.

        Args:
            show: Shows a URL to the user; by default in the browser.
            timeout: Seconds that the user has.

        Raises:
            CozeError: The user took too long, there is no browser, or the redirect URI is not one
                of this machine.
            PermissionDeniedError: The user did not agree.
            APIError: The API does not accept the code.
        """
        return self._run_login(self._login(show, timeout))

    async def alogin(self, show: Callable[[str], object] = open_browser) -> OAuthToken:
        """Async version of `login`; ``show`` may be async, else it runs in a worker thread.

        The user has five minutes, or less where a timeout of yours ends this.
        """
        return await self._arun_login(self._login(show, _FIVE_MINUTES))

    def _login(self, show: Callable[[str], object], timeout: float) -> Steps[OAuthToken]:
        request = self.start()
        with LoopbackReceiver(self._redirect_uri, request.state) as receiver:
            yield Blocking(lambda: show(request.url), abandon=True)
            redirect: str = yield Blocking(lambda: receiver.wait(timeout), abandon=True)
        return (yield from self._exchange(request, request.code_of(redirect)))

    def _exchange(self, request: AuthorizationRequest, code: str) -> Steps[OAuthToken]:
        grant: Grant = {"code": code, "redirect_uri": self._redirect_uri}
        if request.code_verifier:
            grant["code_verifier"] = request.code_verifier
        answer: TokenResponse = yield self._grant("authorization_code", grant)
        return (yield from self._exchanged(answer))


class AuthorizationCodeAuth(_CodeAuth):
    """Authentication by a login in a browser, for web applications, which can keep a secret.

    One object stands for one login. A web application sends the browser to ``start().url`` and
    passes the URL of the redirect to `finish`; a program on the machine of its user calls `login`.
    Afterwards it renews its tokens by itself, until the login ends 30 days after its last use.

    Args:
        client_id: The id of the OAuth application.
        client_secret: Its secret.
        redirect_uri: Where the browser comes back to, exactly as registered.
        workspace_id: The team workspace that the token shall be for, if it is for one.
        store: Where the login is kept; by default only in memory.
        base_url: Where the API is; by default where the client that uses this finds it.
    """

    def __init__(  # noqa: PLR0913  # one argument for each thing the API knows
        self,
        *,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        workspace_id: str | None = None,
        store: TokenStore | None = None,
        base_url: str | None = None,
    ) -> None:
        super().__init__(
            client_id=client_id,
            client_secret=client_secret,
            workspace_id=workspace_id,
            store=store,
            base_url=base_url,
        )
        self._redirect_uri = redirect_uri


class PKCEAuth(_CodeAuth):
    """Authentication by a login in a browser, for programs that cannot keep a secret.

    It is used as `AuthorizationCodeAuth`; a new secret for each login (PKCE) takes the place of the
    client secret.

    Args:
        client_id: The id of the OAuth application.
        redirect_uri: Where the browser comes back to, exactly as registered.
        challenge_method: How the secret is hidden in the URL of the login page.
        workspace_id: The team workspace that the token shall be for, if it is for one.
        store: Where the login is kept; by default only in memory.
        base_url: Where the API is; by default where the client that uses this finds it.

    Raises:
        CozeError: There is no such challenge method.
    """

    def __init__(  # noqa: PLR0913  # one argument for each thing the API knows
        self,
        *,
        client_id: str,
        redirect_uri: str,
        challenge_method: ChallengeMethod = "S256",
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
        self._redirect_uri = redirect_uri
        if challenge_method not in get_args(ChallengeMethod):
            raise CozeError(f"challenge_method is {challenge_method!r}. Pass 'S256' or 'plain'.")
        self._challenge_method = challenge_method


def _authorize_url(base_url: str, workspace_id: str | None, query: dict[str, str]) -> str:
    """Return the page of the site where the user agrees, perhaps about one team workspace."""
    site = re.sub(r"(?i)^(https?://)api\.", r"\1www.", base_url)
    workspace = f"/workspace_id/{quote(workspace_id, safe='')}" if workspace_id else ""
    return f"{site}/api/permission/oauth2{workspace}/authorize?{urlencode(query)}"


def _challenge_of(verifier: str, method: ChallengeMethod) -> str:
    """Return the challenge of a verifier (RFC 7636)."""
    if method == "plain":
        return verifier
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
