"""One call from the first sending to the result: all its decisions, none of its I/O.

A call is a generator. It yields an `Attempt`, which asks its driver to wait and then to send, and
is sent the `Reply` or thrown the `APIConnectionError`; it returns the result. The drivers in
`_sync.py` and `_async.py` have nothing to decide.
"""

from __future__ import annotations

import logging
from time import perf_counter
from types import NoneType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar, cast

from coze_core._decode import Answer
from coze_core._errors import APIConnectionError, APIError
from coze_core._failures import api_error
from coze_core._lenient import NotJSONError
from coze_core._request import Request, write_request
from coze_core._response import ResponseInfo
from coze_core._retry import pause_before_retry

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from coze_core._operation import Endpoint, Operation
    from coze_core._reply import Reply
    from coze_core._request import Parts
    from coze_core._settings import Settings

B = TypeVar("B")
R = TypeVar("R")
T = TypeVar("T")

_LOG = logging.getLogger("coze_client")
_HARMLESS = {"accept", "accept-encoding", "content-type", "user-agent"}


class Attempt(NamedTuple):
    """What a driver is asked to do: wait for some seconds, then send the request."""

    pause: float
    request: Request


Call: TypeAlias = "Generator[Attempt, Reply[B], R]"


def value_call(
    operation: Operation[T], parts: Parts, settings: Settings
) -> Call[object, tuple[T, ResponseInfo]]:
    """Calls an operation and decodes its answer.

    Raises:
        CozeError: An argument cannot be written.
        APIError: The API answered with an error, or with something else than JSON.
        APIConnectionError: No complete answer arrived.
    """
    request = write_request(operation, settings.base_url, settings.headers, parts)
    request.timeout = settings.timeouts.call

    def judge(reply: Reply[object], response: ResponseInfo) -> tuple[T, ResponseInfo]:
        answer = _answer(operation, reply)
        if answer is None or answer.code:
            raise api_error(operation.name, response, settings.errors, "JSON result", reply.secret)
        response.logid = response.logid or answer.logid
        if hasattr(type(answer.value), "_response"):
            object.__setattr__(answer.value, "_response", response)
        return answer.value, response

    return _attempts(operation, request, settings, judge)


def download_call(
    endpoint: Endpoint, parts: Parts, settings: Settings
) -> Call[B, tuple[B, ResponseInfo]]:
    """Calls an operation that answers with a file, and leaves the file unread.

    Raises:
        CozeError: An argument cannot be written.
        APIError: The API answered with an error, or with JSON.
        APIConnectionError: No answer arrived.
    """
    request = write_request(endpoint, settings.base_url, settings.headers, parts)
    request.timeout = settings.timeouts.call
    request.keep_open = lambda media_type: not media_type.endswith("json")
    return _open_body(endpoint, request, settings, "file")


def stream_call(
    endpoint: Endpoint, parts: Parts, settings: Settings
) -> Call[B, tuple[B, ResponseInfo]]:
    """Calls an operation that answers with an event stream, and leaves the stream unread.

    Raises:
        CozeError: An argument cannot be written.
        APIError: The API answered with an error, or with something else than an event stream.
        APIConnectionError: No answer arrived.
    """
    request = write_request(endpoint, settings.base_url, settings.headers, parts)
    request.timeout = settings.timeouts.stream
    request.keep_open = lambda media_type: media_type == "text/event-stream"
    return _open_body(endpoint, request, settings, "event stream")


def _open_body(
    endpoint: Endpoint, request: Request, settings: Settings, due: str
) -> Call[B, tuple[B, ResponseInfo]]:
    def judge(reply: Reply[B], response: ResponseInfo) -> tuple[B, ResponseInfo]:
        if reply.live is None:
            raise api_error(endpoint.name, response, settings.errors, due, reply.secret)
        return reply.live, response

    return _attempts(endpoint, request, settings, judge)


def _answer(operation: Operation[T], reply: Reply[object]) -> Answer[T] | None:
    """Decodes what may be a success."""
    if not 200 <= reply.status_code < 300:  # noqa: PLR2004  # the successes of HTTP
        return None
    if not reply.body and operation.result() is NoneType:
        return Answer(cast("T", None))
    try:
        answer = operation.decoder.decode(reply.body)
    except NotJSONError:
        return None
    bare = answer.code is None and answer.value is None and operation.result() is not NoneType
    return None if bare else answer


def _attempts(
    endpoint: Endpoint,
    request: Request,
    settings: Settings,
    judge: Callable[[Reply[B], ResponseInfo], R],
) -> Call[B, R]:
    started = perf_counter()
    info = request.info
    sent, pause = 1, 0.0
    while True:
        _log_attempt(request, sent, pause)
        try:
            reply = yield Attempt(pause, request)
            response = ResponseInfo(
                status_code=reply.status_code,
                headers=reply.headers,
                logid=reply.headers.get("x-tt-logid"),
                body=reply.body,
                request=info,
                attempts=sent,
                elapsed=perf_counter() - started,
            )
            result = judge(reply, response)
        except (APIConnectionError, APIError) as error:
            again = None
            if sent <= settings.max_retries:
                again = pause_before_retry(error, repeatable=endpoint.idempotent, attempt=sent)
            if again is None:
                logid = getattr(error, "logid", None)
                _log_end(endpoint, type(error).__name__, sent, perf_counter() - started, logid)
                if sent > 1:
                    error.add_note(f"The request was sent {sent} times.")
                raise
            sent, pause = sent + 1, again
        else:
            end = f"HTTP {response.status_code}"
            _log_end(endpoint, end, sent, response.elapsed, response.logid)
            return result


def _log_attempt(request: Request, number: int, pause: float) -> None:
    if _LOG.isEnabledFor(logging.DEBUG):
        headers = {
            name: value if lower in _HARMLESS else "***"
            for lower, (name, value) in request.headers.items()
        }
        line = f"{request.method} {request.url}"  # without the query, which may be private
        _LOG.debug("attempt %d after %.2f s: %s %s", number, pause, line, headers)


def _log_end(endpoint: Endpoint, end: str, sent: int, elapsed: float, logid: str | None) -> None:
    _LOG.info("%s: %s, sent %d x in %.3f s, log id %s", endpoint.name, end, sent, elapsed, logid)
