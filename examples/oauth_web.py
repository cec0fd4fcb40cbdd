"""A web application: authorization code with a secret, one login for each of its users.

python examples/oauth_web.py takes the sandbox and visits itself. For the real service set
COZE_CLIENT_ID and COZE_CLIENT_SECRET, register http://127.0.0.1:8765/callback as a redirect URI,
set COZE_API_BASE for api.coze.com, and open http://127.0.0.1:8765/ in your browser.
"""

from __future__ import annotations

import os
from secrets import token_urlsafe
from threading import Thread
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from coze_client import AsyncCoze, AuthorizationCodeAuth, AuthorizationRequest, MemoryTokenStore

if TYPE_CHECKING:
    from starlette.requests import Request

HERE = "http://127.0.0.1:8765"
CLIENT_ID = os.environ.get("COZE_CLIENT_ID", "web")
CLIENT_SECRET = os.environ.get("COZE_CLIENT_SECRET", "sandbox")
logins: dict[str, AuthorizationRequest] = {}
stores: dict[str, MemoryTokenStore] = {}


def auth_of(session: str) -> AuthorizationCodeAuth:
    """Return the login of one user; a real application keeps it in its database."""
    return AuthorizationCodeAuth(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri=f"{HERE}/callback",
        store=stores.setdefault(session, MemoryTokenStore()),
    )


async def home(request: Request) -> Response:
    """Send a new user to the login, and show the workspaces of one who is logged in."""
    session = request.cookies.get("session", "")
    if session in stores and stores[session].load():
        async with AsyncCoze(auth=auth_of(session)) as coze:
            page = await coze.workspaces.list()
        return PlainTextResponse(f"You see {len(page.items)} workspaces.")
    session = token_urlsafe()
    logins[session] = auth_of(session).start()
    response = RedirectResponse(logins[session].url)
    response.set_cookie("session", session, httponly=True, samesite="lax")
    return response


async def callback(request: Request) -> Response:
    """Take the user back."""
    session = request.cookies["session"]
    await auth_of(session).afinish(logins.pop(session), str(request.url))
    return RedirectResponse("/")


def main() -> None:
    """Serve, and without an application of your own visit the page once."""
    app = Starlette(routes=[Route("/", home), Route("/callback", callback)])
    server = uvicorn.Server(uvicorn.Config(app, port=8765, log_level="warning"))
    if "COZE_CLIENT_ID" in os.environ:
        server.run()
        return
    import httpx

    from coze_sandbox import Sandbox

    with Sandbox() as sandbox:
        os.environ["COZE_API_BASE"] = sandbox.url
        sandbox.oauth.register(CLIENT_ID, client_secret=CLIENT_SECRET)
        thread = Thread(target=server.run)
        thread.start()
        retries = httpx.HTTPTransport(retries=5)
        with httpx.Client(transport=retries, follow_redirects=True) as browser:
            print(browser.get(HERE).text)
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
