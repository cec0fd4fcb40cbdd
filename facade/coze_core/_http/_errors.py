"""What httpx raises, as errors of this client.

They tell the retry table what it needs to know: whether the request may have reached the API.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import httpx

from coze_core._errors import APIConnectionError, APIError, APITimeoutError, CozeError

if TYPE_CHECKING:
    from coze_core._errors import Phase
    from coze_core._request import Request

_PHASES: dict[type[httpx.HTTPError], Phase] = {
    httpx.ConnectTimeout: "connect",
    httpx.ReadTimeout: "read",
    httpx.WriteTimeout: "write",
    httpx.PoolTimeout: "pool",
}
_TOO_LATE: dict[Phase, str] = {
    "connect": "no connection was made",
    "read": "nothing arrived",
    "write": "nothing could be sent",
    "pool": "no connection became free",
}
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_HOPELESS = (
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    httpx.TooManyRedirects,
    httpx.UnsupportedProtocol,
)


class Explained:
    """Turns what httpx raises into errors of this client, which remember the request."""

    __slots__ = ("_request",)

    def __init__(self, request: Request) -> None:
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is None:
            return
        told = _told(error, self._request)
        if told is None:
            return
        from coze_core._report import keep_facts

        keep_facts(told, self._request)
        if told is not error:
            raise told from None if isinstance(error, _HOPELESS) else error


def _told(error: BaseException, request: Request) -> CozeError | None:
    if isinstance(error, CozeError):
        return error
    if isinstance(error, httpx.TimeoutException):
        return _timeout_error(error, request)
    if isinstance(error, _HOPELESS):  # the text may hold the token, and the cause too
        return CozeError(
            f"{request.operation}: the request cannot be sent ({type(error).__name__}). Check "
            f"base_url, headers and authentication. [{request.info}]"
        )
    if isinstance(error, (httpx.RequestError, zlib.error, EOFError)):
        return _connection_error(error, request)
    return None


def too_long(response: httpx.Response, request: Request) -> APIError:
    """The error for a body above the limit."""
    return APIError(
        f"{request.operation}: the answer (HTTP {response.status_code}) is longer than "
        f"{request.max_bytes} bytes. If it should be, allow more with "
        f"with_options(max_response_bytes=...). [{request.info}]",
        status_code=response.status_code,
        request=request.info,
    )


def _timeout_error(error: httpx.TimeoutException, request: Request) -> APITimeoutError:
    phase = _PHASES.get(type(error), "read")
    seconds: float | None = getattr(request.timeout, phase)
    return APITimeoutError(
        f"{request.operation}: {_TOO_LATE[phase]} within {seconds} s ({phase} timeout). Check the "
        f"network, or allow more seconds with timeout=. [{request.info}]",
        phase=phase,
        seconds=seconds,
        sent=not isinstance(error, _UNSENT),
        request=request.info,
    )


def _connection_error(error: Exception, request: Request) -> APIConnectionError:
    reason = _reason(error)
    if isinstance(error, _UNSENT):
        sent = False
        text = f"no connection ({reason}). Check base_url, the network and the proxy settings."
    else:
        sent = True
        text = f"the answer did not arrive whole ({reason}). The API may have done the work."
    return APIConnectionError(
        f"{request.operation}: {text} [{request.info}]", sent=sent, request=request.info
    )


def _reason(error: BaseException) -> str:
    """The words of an error, or of its nearest cause that has any."""
    cause: BaseException | None = error
    while cause and not str(cause):
        cause = cause.__cause__ or cause.__context__
    return " ".join(str(cause).split()) if cause else type(error).__name__
