"""A program on the machine of its user: PKCE, a login in the browser that is kept in a file.

python examples/oauth_pkce.py takes the sandbox. For the real service set COZE_CLIENT_ID, register
http://127.0.0.1:8765/callback as a redirect URI, and set COZE_API_BASE for api.coze.com.
"""

from __future__ import annotations

import os
import webbrowser
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from coze_client import Coze, FileTokenStore, PKCEAuth

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

REDIRECT_URI = "http://127.0.0.1:8765/callback"


def main() -> None:
    """Log in unless the file has a login, then call the API."""
    with application() as (client_id, base_url, path, show):
        store = FileTokenStore(path)
        auth = PKCEAuth(
            client_id=client_id, redirect_uri=REDIRECT_URI, store=store, base_url=base_url
        )
        if store.load() is None:
            auth.login(show)
        with Coze(auth=auth) as coze:
            print(f"{len(coze.workspaces.list().items)} workspaces; the login is kept in {path}")


def open_page(url: str) -> None:
    """Open the page in the browser, and name it in case that there is none."""
    print(f"Please log in at {url}")
    webbrowser.open(url)


@contextmanager
def application() -> Generator[tuple[str, str | None, Path, Callable[[str], object]]]:
    """Your own application where the environment names it, else one of the sandbox."""
    if "COZE_CLIENT_ID" in os.environ:
        path = Path.home() / ".config" / "coze-example" / "token.json"
        yield os.environ["COZE_CLIENT_ID"], None, path, open_page
        return
    import httpx

    from coze_sandbox import Sandbox

    def browse(url: str) -> None:
        httpx.get(url, follow_redirects=True)

    with Sandbox() as sandbox, TemporaryDirectory() as folder:
        sandbox.oauth.register("public")
        yield "public", sandbox.url, Path(folder) / "token.json", browse


if __name__ == "__main__":
    main()
