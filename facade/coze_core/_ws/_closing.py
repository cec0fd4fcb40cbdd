"""The errors of sockets that are open, or were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from coze_core._coze_error import CozeError
from coze_core._decode import json_object
from coze_core._errors import APIConnectionError, APITimeoutError, StreamError, error_class
from coze_core._failures import paragraph
from coze_core._http._errors import SWITCHING
from coze_core._reader import logid_of, plain_of, reason_of
from coze_core._secrets import HIDDEN, redacted, redacted_bytes, spellings

if TYPE_CHECKING:
    from coze_core._errors import ErrorTable
    from coze_core._response import AnyBody, ResponseInfo
    from coze_core._ws._link import Closed
    from coze_core._ws._timing import Timing

_LOST = {1001, 1006, 1011, 1012, 1013}
_STATUSES = {3000: 401, 3003: 403}
_API_CODES = range(4000, 5000)


class SocketCall(NamedTuple):
    """The handshake that opened a connection.

    Attributes:
        name: The dotted name of the operation.
        body: The connection.
        response: The answer.
        table: The error codes of the API.
    """

    name: str
    body: AnyBody
    response: ResponseInfo
    table: ErrorTable


def event_error(call: SocketCall, message: bytes, data: object) -> StreamError:
    """Return the error that an event tells of.

    Args:
        call: The handshake.
        message: The event as it came.
        data: Its data.
    """
    plain = json_object(plain_of(redacted_bytes(message, call.body.secret)))
    code, msg = reason_of(plain.get("data"))
    error = StreamError(
        "",
        code=code,
        msg=msg,
        logid=logid_of(plain) or call.response.logid,
        data=data,
        response=call.response,
        advice=call.table.advice(code),
    )
    _explain(error, call, "the API reports an error" + (f" with code {code}" if code else ""), msg)
    return error


def closing_error(call: SocketCall, closed: Closed, timing: Timing, expected: str) -> CozeError:
    """Return the error of a connection that is over.

    Args:
        call: The handshake.
        closed: How it ended.
        timing: Its times.
        expected: What should have been before.
    """
    _, body, response, table = call
    code, status = closed.code, _STATUSES.get(closed.code, SWITCHING)
    known = code if code in _API_CODES else None
    words = redacted(closed.reason, spellings(body.secret))
    error: CozeError
    if closed.silent:
        what, words = "nothing came over the socket, not even the answer to a ping", ""
        seconds = timing.interval + timing.patience
        error = APITimeoutError("", phase="read", seconds=seconds, request=response.request)
    elif code in _LOST:
        what = f"the connection of the socket was lost (close code {code})"
        error = APIConnectionError("", request=response.request)
    elif known or code in _STATUSES:
        what = f"the socket was closed with code {code}"
        advice = table.advice(known, status)
        error = error_class(advice, status)(
            "",
            code=known,
            msg=words,
            logid=response.logid,
            status_code=SWITCHING,
            request=response.request,
            response=response,
            advice=advice,
        )
    else:
        what = f"the socket was closed with code {code}"
        error = StreamError("", msg=words, logid=response.logid, response=response)
    if isinstance(error, APIConnectionError):
        error.logid = response.logid
    error.close_code = code
    _explain(error, call, f"{what} before {expected}" if expected else what, words)
    return error


def _explain(error: CozeError, call: SocketCall, what: str, words: str | None) -> None:
    """Give an error its text; its report hides what the API says, which may quote the user."""
    known: Any = error

    def text(words: str | None) -> str:
        said = f"{call.name}: {what}" + (f": {words}" if words else "")
        advice = getattr(known, "advice", None)
        return paragraph(said, advice, known.logid, call.response.request)

    error.args = (text(words and HIDDEN),)
    call.body.explain(error)
    error.args = (text(words),)
