"""What of httpx the client shows: its clients, authentication, requests and timeouts."""

from __future__ import annotations

from math import inf
from typing import NamedTuple, TypeAlias

import httpx

from coze_core._errors import CozeError
from coze_core._unset import Unset

HTTPClient: TypeAlias = httpx.Client
AsyncHTTPClient: TypeAlias = httpx.AsyncClient
HTTPAuth: TypeAlias = httpx.Auth
HTTPRequest: TypeAlias = httpx.Request
HTTPResponse: TypeAlias = httpx.Response
HTTPTimeout: TypeAlias = httpx.Timeout

_CALL = httpx.Timeout(60, connect=10)
_STREAM = httpx.Timeout(60, connect=10, read=300)


class Timeouts(NamedTuple):
    """The time limits of calls and of streams."""

    call: HTTPTimeout
    stream: HTTPTimeout


def timeouts(
    given: float | HTTPTimeout | Unset | None,
    client: HTTPClient | AsyncHTTPClient | None = None,
) -> Timeouts:
    """Decides the time limits.

    Args:
        given: What the user asked for: seconds for each phase, a timeout of httpx, ``None`` for no
            limit, or nothing.
        client: The user's own client; its time limits count unless they are httpx's defaults.

    Raises:
        CozeError: The number of seconds makes no sense.
    """
    if isinstance(given, Unset):
        if client is None or client.timeout == httpx.Timeout(5):
            return Timeouts(_CALL, _STREAM)
        return Timeouts(client.timeout, client.timeout)
    if isinstance(given, int | float) and not 0 < given < inf:
        raise CozeError(f"timeout is {given}. Pass seconds above 0, or None for no limit.")
    return Timeouts(httpx.Timeout(given), httpx.Timeout(given))


def same_origin(url: str, request: HTTPRequest) -> bool:
    """Whether a request goes to the same scheme, host and port as a URL."""
    ours, theirs = httpx.URL(url), request.url
    return (ours.scheme, ours.host, ours.port) == (theirs.scheme, theirs.host, theirs.port)


def can_repeat(request: HTTPRequest) -> bool:
    """Whether the body of a request is there as a whole, and not a stream."""
    try:
        len(request.content)
    except httpx.RequestNotRead:
        return False
    return True
