"""A program without a browser: device code, a login on another device that is kept in a file.

python examples/oauth_device.py takes the sandbox. For the real service set COZE_CLIENT_ID, and
COZE_API_BASE for api.coze.com.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import anyio

from coze_client import AsyncCoze, DeviceAuthorization, DeviceCodeAuth, FileTokenStore

if TYPE_CHECKING:
    from collections.abc import Generator


async def main() -> None:
    """Log in unless the file has a login, then call the API."""
    with application() as (client_id, base_url, path):
        store = FileTokenStore(path)
        auth = DeviceCodeAuth(client_id=client_id, store=store, base_url=base_url)
        if store.load() is None:
            await auth.alogin(partial(show, in_sandbox=base_url is not None))
        async with AsyncCoze(auth=auth) as coze:
            page = await coze.workspaces.list()
            print(f"{len(page.items)} workspaces; the login is kept in {path}")


def show(authorization: DeviceAuthorization, *, in_sandbox: bool) -> None:
    """Tell the user what to do, and in the sandbox do it."""
    print(f"Open {authorization.verification_uri} and type {authorization.user_code},")
    print(f"or open {authorization.verification_url}")
    if in_sandbox:
        import httpx

        print(httpx.get(authorization.verification_url).text)


@contextmanager
def application() -> Generator[tuple[str, str | None, Path]]:
    """Your own application where the environment names it, else one of the sandbox."""
    if "COZE_CLIENT_ID" in os.environ:
        path = Path.home() / ".config" / "coze-example" / "token.json"
        yield os.environ["COZE_CLIENT_ID"], None, path
        return
    from coze_sandbox import Sandbox

    with Sandbox() as sandbox, TemporaryDirectory() as folder:
        sandbox.oauth.interval = 1
        sandbox.oauth.register("public")
        yield "public", sandbox.url, Path(folder) / "token.json"


if __name__ == "__main__":
    anyio.run(main)
