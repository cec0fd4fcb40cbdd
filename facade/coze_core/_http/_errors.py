"""What httpx raises, as errors of this client.

They say what the retry table needs to know: whether the request may have reached the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError, APIError, APITimeoutError

if TYPE_CHECKING:
    from coze_core._errors import Phase
    from coze_core._http._family import Family
    from coze_core._request import Request

_TOO_LATE: dict[Phase, str] = {
    "connect": "no connection was made",
    "read": "nothing arrived",
    "write": "nothing could be sent",
    "pool": "no connection became free (each open socket and stream holds one)",
}


class map_exceptions:  # noqa: N801  # used like contextlib.suppress
    """Turn what httpx raises into errors of this client, which remember the request."""

    __slots__ = ("_family", "_request")

    def __init__(self, family: Family, request: Request) -> None:
        self._family = family
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is None:
            return
        mapped = self._mapped(error)
        if mapped is None:
            return
        from coze_core._report import attach_context

        attach_context(mapped, self._request)
        if mapped is not error:
            raise mapped from None if isinstance(error, self._family.hopeless) else error

    def _mapped(self, error: BaseException) -> CozeError | None:
        family, request = self._family, self._request
        if isinstance(error, CozeError):
            return error
        if isinstance(error, family.timed_out):
            phase = family.phases.get(type(error), "read")
            return _timeout_error(request, phase, sent=not isinstance(error, family.unsent))
        if is_upgrade(request) and type(error).__name__ == "LocalProtocolError":
            return _no_http2(request)
        if isinstance(error, family.hopeless):  # the text may hold the token, and the cause too
            return CozeError(
                f"{request.operation}: the request cannot be sent ({type(error).__name__}). Check "
                f"base_url, headers and authentication. [{request.info}]"
            )
        if isinstance(error, family.lost):
            return _connection_error(request, error, sent=not isinstance(error, family.unsent))
        return None


SWITCHING = 101
"""The status of an answer after which a connection speaks another protocol than HTTP."""


def is_upgrade(request: Request) -> bool:
    """Whether a request asks for another protocol than HTTP."""
    return "upgrade" in request.headers


def check_upgrade(request: Request, response: Any) -> None:
    """Check that the connection of an answer can speak another protocol.

    Raises:
        CozeError: It cannot.
    """
    if response.extensions.get("http_version") == b"HTTP/2":
        raise _no_http2(request)
    if response.status_code == SWITCHING and "network_stream" not in response.extensions:
        raise CozeError(
            f"{request.operation}: http_client has a transport that gives no access to its "
            "connections, as a MockTransport. Sockets need one like httpx.HTTPTransport."
        )


def _no_http2(request: Request) -> CozeError:
    return CozeError(
        f"{request.operation}: http_client speaks HTTP/2, and sockets need HTTP/1.1. Open them by "
        "a client whose http_client is made without http2=True."
    )


def too_long(status_code: int, request: Request) -> APIError:
    """Make the error for a body above the limit."""
    return APIError(
        f"{request.operation}: the answer (HTTP {status_code}) is longer than "
        f"{request.max_bytes} bytes. If it should be, allow more with "
        f"with_options(max_response_bytes=...). [{request.info}]",
        status_code=status_code,
        request=request.info,
    )


def unknown_encoding(status_code: int, encoding: str, request: Request) -> APIError:
    """Make the error for a body in an encoding that was not asked for."""
    return APIError(
        f"{request.operation}: the answer (HTTP {status_code}) has the Content-Encoding "
        f"{encoding[:50]!r}, but only gzip was asked for. Check what stands between this client "
        f"and the API, and the Accept-Encoding in headers=. [{request.info}]",
        status_code=status_code,
        request=request.info,
    )


def _timeout_error(request: Request, phase: Phase, *, sent: bool) -> APITimeoutError:
    if request.deadline and not request.deadline.left:
        return request.deadline.error(request, sent=sent)
    seconds: float | None = getattr(request.timeout, phase)
    return APITimeoutError(
        f"{request.operation}: {_TOO_LATE[phase]} within {seconds} s ({phase} timeout). Check the "
        f"network, or allow more seconds with timeout=. [{request.info}]",
        phase=phase,
        seconds=seconds,
        sent=sent,
        request=request.info,
    )


def _connection_error(request: Request, error: Exception, *, sent: bool) -> APIConnectionError:
    reason = _reason(error)
    if sent:
        text = f"the answer did not arrive whole ({reason}). The API may have done the work."
    else:
        text = f"no connection ({reason}). Check base_url, the network and the proxy settings."
    return APIConnectionError(
        f"{request.operation}: {text} [{request.info}]", sent=sent, request=request.info
    )


def _reason(error: BaseException) -> str:
    """Return the words of an error, or of its nearest cause that has any."""
    cause: BaseException | None = error
    while cause and not str(cause):
        cause = cause.__cause__ or cause.__context__
    return " ".join(str(cause).split()) if cause else type(error).__name__
