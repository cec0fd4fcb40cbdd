"""Speaks HTTP with httpx or httpx2, which nothing outside of this package imports."""

from coze_core._http._clients import ClientOptions
from coze_core._http._family import HTTPFamily, auth_bases
from coze_core._http._transports import AsyncTransport, Transport
from coze_core._http._types import (
    AsyncHTTPClient,
    HTTPAuth,
    HTTPClient,
    HTTPRequest,
    HTTPResponse,
    can_repeat,
    same_origin,
)

__all__ = [
    "AsyncHTTPClient",
    "AsyncTransport",
    "ClientOptions",
    "HTTPAuth",
    "HTTPClient",
    "HTTPFamily",
    "HTTPRequest",
    "HTTPResponse",
    "Transport",
    "auth_bases",
    "can_repeat",
    "same_origin",
]
