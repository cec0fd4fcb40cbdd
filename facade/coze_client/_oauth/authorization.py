"""The page where a user agrees, and the redirect by which the browser comes back from it."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from hmac import compare_digest
from typing import Literal
from urllib.parse import parse_qs, quote, urlencode

from coze_core import CozeError, PermissionDeniedError

ChallengeMethod = Literal["S256", "plain"]


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


def authorize_url(base_url: str, workspace_id: str | None, query: dict[str, str]) -> str:
    """Return the page of the site where the user agrees, perhaps about one team workspace."""
    site = re.sub(r"(?i)^(https?://)api\.", r"\1www.", base_url)
    workspace = f"/workspace_id/{quote(workspace_id, safe='')}" if workspace_id else ""
    return f"{site}/api/permission/oauth2{workspace}/authorize?{urlencode(query)}"


def challenge_of(verifier: str, method: ChallengeMethod) -> str:
    """Return the challenge of a verifier (RFC 7636)."""
    if method == "plain":
        return verifier
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
