"""A service that identifies itself by a key: JWT, one token for each of its users.

python examples/oauth_jwt.py takes the sandbox. For the real service set COZE_CLIENT_ID,
COZE_PUBLIC_KEY_ID and COZE_PRIVATE_KEY_FILE, and COZE_API_BASE for api.coze.com.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from coze_client import Coze, JWTAuth

if TYPE_CHECKING:
    from collections.abc import Generator


def main() -> None:
    """Call the API as two users, whose conversations are kept apart."""
    with application() as (client_id, public_key_id, private_key, base_url):
        for user in ("alice", "bob"):
            auth = JWTAuth(
                client_id=client_id,
                public_key_id=public_key_id,
                private_key=private_key,
                session_name=user,
                base_url=base_url,
            )
            with Coze(auth=auth) as coze:
                workspaces = coze.workspaces.list().items
                print(f"{user} sees {len(workspaces)} workspaces")
                print(f"their browser may have a token of its own: {auth.token()[:8]}...")


@contextmanager
def application() -> Generator[tuple[str, str, str, str | None]]:
    """Your own application where the environment names it, else one of the sandbox."""
    if "COZE_CLIENT_ID" in os.environ:
        key = Path(os.environ["COZE_PRIVATE_KEY_FILE"]).read_text(encoding="utf-8")
        yield os.environ["COZE_CLIENT_ID"], os.environ["COZE_PUBLIC_KEY_ID"], key, None
        return
    from joserfc.jwk import RSAKey

    from coze_sandbox import Sandbox

    key = RSAKey.generate_key(2048)
    public_key, private_key = (key.as_pem(private=one).decode() for one in (False, True))
    with Sandbox() as sandbox:
        sandbox.oauth.register("service", public_key=public_key, public_key_id="key-1")
        yield "service", "key-1", private_key, sandbox.url


if __name__ == "__main__":
    main()
