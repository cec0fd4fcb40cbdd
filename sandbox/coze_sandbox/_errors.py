"""The answers that refuse a request."""

from __future__ import annotations

INVALID = 4000
UNAUTHENTICATED = 4100
FORBIDDEN = 4101
INTERNAL = 5000
SCRIPTED = "the sandbox was told to fail"
# What the service answers together with an HTTP status.
CODES = {401: UNAUTHENTICATED, 403: FORBIDDEN, 404: 4200, 429: 4009}


class RefusalError(Exception):
    """A request that is answered with an error envelope.

    Args:
        msg: what is wrong and what to do.
        status: the HTTP status.
        code: the code of the envelope; by default the one that goes with the status.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        msg: str,
        *,
        status: int = 400,
        code: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(msg)
        self.msg = msg
        self.status = status
        self.code = code_of(status) if code is None else code
        self.headers = headers or {}


def code_of(status: int) -> int:
    """Return the code of the envelope that goes with an HTTP status."""
    return CODES.get(status, INTERNAL if status >= 500 else INVALID)  # noqa: PLR2004  # HTTP
