"""One call from its arguments to its result: all decisions, none of the I/O.

Theory of operation
===================

A call is a generator. It yields an `Attempt`, which asks its driver to wait and then to send; it is
sent the `RawResponse`, or thrown the `APIConnectionError`, and returns the result. The drivers,
`_sync` and `_async`, decide nothing: they sleep, ask for the token, keep the deadline, and send.

The request is written once. Each attempt gets a fresh token, and is noted in `Request.attempts`.
After a failure, this table says whether there is another one:

| failure                                                 | idempotent | other |
|---------------------------------------------------------|------------|-------|
| unconnected: no connection was made                     | yes        | yes   |
| lost: connection lost, or timeout, after sending began  | yes        | no    |
| refused: 408, 429, 503 with Retry-After, refusing codes | yes        | yes   |
| failed: other 5xx, retryable codes                      | yes        | no    |
| final: anything else                                    | no         | no    |

GET, PUT and DELETE are idempotent, and what the document marks so. Beside the table, a call whose
token was refused is sent once more with another token, at once and uncounted. No pause ends after
the deadline. The last error carries the redacted request and all attempts (`_report`).
"""

from __future__ import annotations

import logging
import random
import time
from time import perf_counter
from types import NoneType
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, cast, get_origin

from msgspec import Struct

from coze_core._coze_error import CozeError
from coze_core._decode import Envelope, NotJSONError
from coze_core._errors import APIConnectionError, APIError
from coze_core._request import AttemptRecord, Request, write_request
from coze_core._response import RawResponse, ResponseInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from coze_core._operation import Endpoint, Operation
    from coze_core._request import CallArguments
    from coze_core._settings import Settings


B = TypeVar("B")
R = TypeVar("R")
T = TypeVar("T")

Failure = Literal["unconnected", "lost", "refused", "failed", "final"]

_BASE = 0.5
_MOST_DOUBLINGS = 4  # up to 8 seconds
_LONGEST_WAIT = 60.0


def pause_before_retry(
    error: APIError | APIConnectionError, *, repeatable: bool, attempt: int
) -> float | None:
    """Decide about another attempt.

    Args:
        error: What went wrong.
        repeatable: Whether sending the request twice does no more than sending it once.
        attempt: How often the request was sent so far.

    Returns:
        Seconds to wait before the next attempt, or ``None`` for no further attempt.
    """
    asked = None
    if isinstance(error, APIError) and error.response:
        asked = retry_after(error.response.headers, now=time.time())
    failure = failure_of(error, asked)
    if failure == "final" or not (repeatable or failure in {"unconnected", "refused"}):
        return None
    if asked is not None:
        return asked if asked <= _LONGEST_WAIT else None
    longest = _BASE * 2 ** min(attempt - 1, _MOST_DOUBLINGS)
    return random.uniform(0, longest)  # noqa: S311  # no secret


def refused_token(error: APIError | APIConnectionError) -> bool:
    """Whether the API did nothing because of the token, so that another one may help."""
    if not isinstance(error, APIError):
        return False
    by_code = error.advice is not None and error.advice.retryable == "token"
    return by_code or error.status_code == 401  # noqa: PLR2004  # the meaning of this status


def failure_of(error: APIError | APIConnectionError, asked: float | None) -> Failure:
    """Return the row of the table above; the response may have asked to wait some seconds."""
    if isinstance(error, APIConnectionError):
        return "lost" if error.sent else "unconnected"
    verdict = error.advice.retryable if error.advice else "no"
    status = error.status_code
    if verdict == "refused" or status in {408, 429} or (status == 503 and asked is not None):  # noqa: PLR2004  # the table's own numbers
        return "refused"
    return "failed" if verdict == "yes" or status >= 500 else "final"  # noqa: PLR2004  # as above


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the seconds of the Retry-After header: at least 0, ``None`` where it makes no sense.

    Args:
        headers: The headers of a response.
        now: The present time, in seconds since the epoch, for a header that is a date.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


_LOG = logging.getLogger("coze_client")


class Attempt(Struct, frozen=True):
    """What a driver is asked to do: wait for some seconds, then send the request.

    Attributes:
        pause: The seconds.
        request: The request.
        rejected: The token that the API has just refused, or nothing: another one must be sent.
    """

    pause: float
    request: Request
    rejected: str = ""


Call: TypeAlias = "Generator[Attempt, RawResponse[B], R]"


def value_call(
    operation: Operation[T], parts: CallArguments, settings: Settings
) -> Call[object, tuple[T, ResponseInfo]]:
    """Call an operation and decode its response.

    Raises:
        CozeError: An argument cannot be written.
        APIError: The API answered with an error, with something else than JSON, or without the
            result that the operation promises.
        APIConnectionError: No complete response arrived.
    """
    request = request_of(operation, parts, settings)
    request.timeout = settings.timeouts.call

    def read_response(reply: RawResponse[object], response: ResponseInfo) -> tuple[T, ResponseInfo]:
        envelope = _envelope(operation, reply, keep_extra=settings.keep_extra)
        if (
            envelope is None
            or envelope.code
            or _is_unwrapped_error(envelope, reply, settings)
            or (envelope.value is None and not operation.decoder_for(reply.status_code).may_lack)
        ):
            from coze_core._failures import RESULT, api_error

            raise api_error(
                operation.name,
                response,
                settings.errors,
                RESULT,
                (reply.secret, *settings.secrets),
                quoted=not settings.is_token_request,
            )
        response.logid = response.logid or envelope.logid
        if hasattr(type(envelope.value), "_response"):
            object.__setattr__(envelope.value, "_response", response)
        return envelope.value, response

    return attempts(operation, request, settings, read_response)


def download_call(
    endpoint: Endpoint, parts: CallArguments, settings: Settings
) -> Call[B, tuple[B, ResponseInfo]]:
    """Call an operation that returns a file, and leave the file unread.

    Raises:
        CozeError: An argument cannot be written.
        APIError: The API answered with an error, or with JSON.
        APIConnectionError: No response arrived.
    """
    request = request_of(endpoint, parts, settings)
    request.timeout = settings.timeouts.call
    request.keep_open = lambda media_type: not media_type.endswith("json")
    return _open_body(endpoint, request, settings, "a file")


def stream_call(
    endpoint: Endpoint, parts: CallArguments, settings: Settings
) -> Call[B, tuple[B, ResponseInfo]]:
    """Call an operation that returns an event stream, and leave the stream unread.

    Raises:
        CozeError: An argument cannot be written.
        APIError: The API answered with an error, or with something else than an event stream.
        APIConnectionError: No response arrived.
    """
    request = request_of(endpoint, parts, settings)
    request.timeout = settings.timeouts.stream
    request.keep_open = lambda media_type: media_type == "text/event-stream"
    return _open_body(endpoint, request, settings, "an event stream")


def request_of(endpoint: Endpoint, parts: CallArguments, settings: Settings) -> Request:
    extended = settings.extended(endpoint, parts)
    return write_request(endpoint, settings.base_url, settings.headers, extended)


def _open_body(
    endpoint: Endpoint, request: Request, settings: Settings, due: str
) -> Call[B, tuple[B, ResponseInfo]]:
    def read_response(reply: RawResponse[B], response: ResponseInfo) -> tuple[B, ResponseInfo]:
        if reply.live is None:
            from coze_core._failures import api_error

            raise api_error(endpoint.name, response, settings.errors, due, [reply.secret])
        return reply.live, response

    return attempts(endpoint, request, settings, read_response)


def _is_unwrapped_error(
    envelope: Envelope[T], reply: RawResponse[object], settings: Settings
) -> bool:
    if envelope.code is not None or not reply.body:
        return False
    from coze_core._failures import is_unwrapped_error

    return is_unwrapped_error(reply.body, settings.errors)


def _envelope(
    operation: Operation[T], reply: RawResponse[object], *, keep_extra: bool
) -> Envelope[T] | None:
    """Decode what may be a success."""
    if not 200 <= reply.status_code < 300:  # noqa: PLR2004  # the successes of HTTP
        return None
    decoder = operation.decoder_for(reply.status_code)
    if not reply.body and decoder.result is NoneType:
        return Envelope(cast("T", None))
    try:
        envelope = decoder.decode(reply.body, keep_extra=keep_extra)
    except NotJSONError:
        return None
    if envelope.value is None and decoder.result is not NoneType:
        is_null = decoder.may_lack and reply.body.strip() == b"null"
        if envelope.code is None and not is_null:
            return None
        if get_origin(decoder.result) is list and not decoder.may_lack:
            envelope.value = cast("T", [])
    return envelope


def attempts(
    endpoint: Endpoint,
    request: Request,
    settings: Settings,
    read_response: Callable[[RawResponse[B], ResponseInfo], R],
) -> Call[B, R]:
    started = perf_counter()
    info = request.info
    request.is_token_request = settings.is_token_request
    request.max_bytes = settings.max_response_bytes
    request.deadline = deadline = settings.begun().deadline
    renewable = settings.renewable and "authorization" not in request.headers
    sent, renewed, pause, rejected = 1, 0, 0.0, ""
    while True:
        _log_attempt(request, sent, pause)
        token, asked = "", perf_counter()
        try:
            reply = yield Attempt(pause, request, rejected)
            token = reply.secret
            response = ResponseInfo(
                status_code=reply.status_code,
                headers=reply.headers,
                logid=reply.headers.get("x-tt-logid"),
                body=reply.body,
                request=info,
                attempts=sent,
                elapsed=perf_counter() - started,
                _secret=reply.secret,
            )
            result = read_response(reply, response)
        except (APIConnectionError, APIError) as error:
            _record_attempt(request, pause, asked, error)
            again, rejected = None, ""
            if renewable and not renewed and refused_token(error):
                again, rejected, renewed = 0.0, token, 1
            elif (tries := sent - renewed) <= settings.max_retries:
                again = pause_before_retry(error, repeatable=endpoint.is_repeatable, attempt=tries)
            failure: CozeError = error
            if deadline and again is not None and again >= deadline.left:
                again, failure = None, deadline.instead_of(error, request)
            if again is None:
                from coze_core._report import attach_context

                _log_end(endpoint.name, failure, sent, perf_counter() - started)
                if sent > 1:
                    failure.add_note(f"The request was sent {sent} times.")
                attach_context(failure, request, token)
                raise failure from failure.__cause__
            sent, pause = sent + 1, again
        else:
            _record_attempt(request, pause, asked, response)
            _log_end(endpoint.name, response, sent, response.elapsed)
            if settings.recorder:
                settings.recorder.record(response)
            return result


def _record_attempt(
    request: Request,
    pause: float,
    asked: float,
    end: ResponseInfo | APIError | APIConnectionError,
) -> None:
    """Record the outcome of one attempt."""
    seconds = perf_counter() - asked - pause
    if isinstance(end, APIConnectionError):
        request.attempts.append(AttemptRecord(type(end).__name__, seconds, pause, None))
    else:
        request.attempts.append(AttemptRecord(end.status_code, seconds, pause, end.logid))


def _log_attempt(request: Request, number: int, pause: float) -> None:
    if _LOG.isEnabledFor(logging.DEBUG):
        from coze_core._report import shown_headers

        headers = shown_headers(request.headers)
        line = f"{request.method} {request.url}"  # without the query, which may be private
        text = "attempt %d after %.2f s: %s %s"
        fields = _log_fields(request.operation, number)
        _LOG.debug(text, number, pause, line, headers, extra=fields)


def _log_end(operation: str, end: ResponseInfo | CozeError, attempts: int, seconds: float) -> None:
    if _LOG.isEnabledFor(logging.INFO):
        status: int | None = getattr(end, "status_code", None)
        logid: str | None = getattr(end, "logid", None)
        outcome = type(end).__name__ if isinstance(end, CozeError) else f"HTTP {status}"
        text = "%s: %s, sent %d x in %.3f s, log id %s"
        fields = _log_fields(operation, attempts, status, logid, seconds)
        _LOG.info(text, operation, outcome, attempts, seconds, logid, extra=fields)


def _log_fields(
    operation: str,
    attempts: int,
    status: int | None = None,
    log_id: str | None = None,
    seconds: float | None = None,
) -> dict[str, object]:
    """Return the attributes of each record of a call, for structured logs."""
    return {
        "operation": operation,
        "attempts": attempts,
        "status": status,
        "log_id": log_id,
        "seconds": seconds,
    }
