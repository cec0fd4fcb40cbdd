"""Speaks HTTP with httpx, which nothing outside of this package imports."""

from coze_core._http._transports import AsyncTransport, Transport, credentials
from coze_core._http._types import (
    AsyncHTTPClient,
    HTTPAuth,
    HTTPClient,
    HTTPRequest,
    HTTPResponse,
    HTTPTimeout,
    Timeouts,
    can_repeat,
    same_origin,
    timeouts,
)

__all__ = [
    "AsyncHTTPClient",
    "AsyncTransport",
    "HTTPAuth",
    "HTTPClient",
    "HTTPRequest",
    "HTTPResponse",
    "HTTPTimeout",
    "Timeouts",
    "Transport",
    "can_repeat",
    "credentials",
    "same_origin",
    "timeouts",
]
