"""Every error that this client raises.

    CozeError                        also raised itself: wrong use, bad arguments
    ├── APIError                     the API answered, with an error
    │   ├── AuthenticationError      the token is missing, wrong or expired
    │   ├── PermissionDeniedError    the token is fine but may not do this
    │   ├── NotFoundError            no such thing, or not visible with this token
    │   ├── InvalidRequestError      the request cannot be carried out as it is
    │   ├── RateLimitError           too many requests at the moment
    │   ├── QuotaError               an allowance or a balance is used up
    │   ├── ConflictError            the state of the thing does not allow it now
    │   └── ServerError              the API failed
    ├── APIConnectionError           no answer, or only a part of one
    │   └── APITimeoutError          not in time
    └── StreamError                  an error inside a stream that had begun

`str` of an error is one paragraph: what happened, the likely cause, what to do, the log id and the
request. No error ever holds the token. All of them can be pickled.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Literal

from msgspec import Struct

from coze_core._coze_error import CozeError
from coze_core._decode import json_object
from coze_core._response import RequestInfo, ResponseInfo

Kind = Literal[
    "authentication",
    "permission",
    "not-found",
    "invalid-request",
    "rate-limit",
    "quota",
    "conflict",
    "server",
]


class Advice(Struct, frozen=True):
    """What is known about an error code.

    Attributes:
        kind: The kind of error, which decides the class.
        cause: The likely cause, as part of a sentence.
        remedy: What to do, as part of a sentence.
        retryable: ``yes``, ``no``, ``refused`` where the API says that it did not begin, or
            ``token`` where the token was the reason.
        page: The URL of a page that says more.
    """

    kind: Kind
    cause: str = ""
    remedy: str = ""
    retryable: Literal["yes", "no", "refused", "token"] = "no"
    page: str | None = None


Phase = Literal["connect", "read", "write", "pool", "deadline"]


class APIError(CozeError):
    """The API answered with an error.

    Attributes:
        code: The API's error code, an int wherever it is a number; ``None`` without one.
        msg: The API's own words; for an answer that is not JSON, a short excerpt.
        logid: The API's log id, to be given to its support.
        status_code: The HTTP status. Many errors arrive with 200.
        request: Method and URL.
        response: The answer: status, headers and body.
        advice: Likely cause and remedy, where the code is a known one.
    """

    def __init__(  # noqa: PLR0913  # the parts of one answer
        self,
        message: str,
        *,
        code: int | str | None = None,
        msg: str = "",
        logid: str | None = None,
        status_code: int = 0,
        request: RequestInfo | None = None,
        response: ResponseInfo | None = None,
        advice: Advice | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.msg = msg
        self.logid = logid
        self.status_code = status_code
        self.request = request
        self.response = response
        self.advice = advice


class AuthenticationError(APIError):
    """The token is missing, wrong or expired."""


class PermissionDeniedError(APIError):
    """The token is valid but may not do this."""


class NotFoundError(APIError):
    """What was asked for does not exist, or is not visible with this token."""


class InvalidRequestError(APIError):
    """The request cannot be carried out as it is."""


class RateLimitError(APIError):
    """Too many requests at the moment."""


class QuotaError(APIError):
    """An allowance or a balance is used up."""


class ConflictError(APIError):
    """The present state of the thing does not allow what was asked."""


class ServerError(APIError):
    """The API failed on its side."""


class APIConnectionError(CozeError):
    """No complete answer arrived.

    Attributes:
        sent: Whether the request may have reached the API.
        request: Method and URL.
        logid: The API's log id, where a socket that was open has one.
    """

    logid: str | None = None

    def __init__(
        self, message: str, *, sent: bool = True, request: RequestInfo | None = None
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.request = request


class APITimeoutError(APIConnectionError):
    """The answer did not arrive in time.

    Attributes:
        phase: What took too long: ``connect``, ``read``, ``write``, ``pool`` (waiting for a free
            connection), or ``deadline`` (the whole, see `with_options`).
        seconds: The limit that was reached.
    """

    def __init__(
        self,
        message: str,
        *,
        phase: Phase,
        seconds: float | None = None,
        sent: bool = True,
        request: RequestInfo | None = None,
    ) -> None:
        super().__init__(message, sent=sent, request=request)
        self.phase: Phase = phase
        self.seconds = seconds


class ExtraNotKeptError(CozeError, AttributeError):
    """What the document lacks was asked of a model that did not keep it.

    As an AttributeError it makes `hasattr` false, which a decoder asks, too.
    """


class StreamError(CozeError):
    """The API reported an error inside a stream, or the stream ended before its end.

    Attributes:
        code: The API's error code, an int wherever it is a number; ``None`` without one.
        msg: The API's own words.
        logid: The API's log id.
        data: The data of the error event.
        response: The answer whose body is the stream.
        advice: Likely cause and remedy, where the code is a known one.
    """

    def __init__(  # noqa: PLR0913  # the parts of one event
        self,
        message: str,
        *,
        code: int | str | None = None,
        msg: str | None = None,
        logid: str | None = None,
        data: object = None,
        response: ResponseInfo | None = None,
        advice: Advice | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.msg = msg
        self.logid = logid
        self.data = data
        self.response = response
        self.advice = advice


_LOG = logging.getLogger("coze_client")

_CLASSES: Mapping[str, type[APIError]] = {
    "authentication": AuthenticationError,
    "permission": PermissionDeniedError,
    "not-found": NotFoundError,
    "invalid-request": InvalidRequestError,
    "rate-limit": RateLimitError,
    "quota": QuotaError,
    "conflict": ConflictError,
    "server": ServerError,
}

_STATUSES: Mapping[int, Kind] = {
    401: "authentication",
    402: "quota",
    403: "permission",
    404: "not-found",
    408: "server",
    409: "conflict",
    429: "rate-limit",
}


class UnwrappedError(Struct, frozen=True):
    """What a response without envelope says, if it is an error."""

    code: str | None
    text: str | None
    logid: str | None


class ErrorTable:
    """The error codes of an API.

    Args:
        load: Returns the table: the code, or ``http`` and a status as in ``http 502``, to an
            `Advice`. Called when the first error occurs.
        code_fields: Where an answer without envelope has its code if it is an error: a field, or a
            field of a field as in ``error.code``. The first of them that holds a text counts.
        text_fields: Where such an answer has its words.
        logid_fields: Where it has its log id.
    """

    def __init__(
        self,
        load: Callable[[], Mapping[str, Advice]],
        code_fields: Sequence[str] = (),
        text_fields: Sequence[str] = (),
        logid_fields: Sequence[str] = (),
    ) -> None:
        self._load = load
        self._code_fields = code_fields
        self._text_fields = text_fields
        self._logid_fields = logid_fields

    @cached_property
    def _entries(self) -> Mapping[str, Advice]:
        try:
            return self._load()
        except Exception as error:  # noqa: BLE001  # what explains an error may not replace it
            _LOG.info("The error table cannot be read, so errors lack cause and remedy: %s", error)
            return {}

    def unwrapped_error(self, fields: Mapping[str, object]) -> UnwrappedError:
        """Read a response without envelope."""
        places = (self._code_fields, self._text_fields, self._logid_fields)
        return UnwrappedError(*(_first_text(fields, names) for names in places))

    def advice(self, code: int | str | None, status_code: int = 200) -> Advice | None:
        """Look a code up, or without a known code the HTTP status."""
        return self._entries.get(str(code)) or self._entries.get(f"http {status_code}")


def _first_text(fields: Mapping[str, object], places: Sequence[str]) -> str | None:
    for place in places:
        *steps, name = place.split(".")
        found = fields
        for step in steps:
            found = json_object(found.get(step))
        value = found.get(name)
        if value and isinstance(value, str):
            return value
    return None


def error_class(advice: Advice | None, status_code: int) -> type[APIError]:
    """Return the class of an error, by what is known of its code, else by its HTTP status."""
    kind = advice.kind if advice else _STATUSES.get(status_code)
    if kind:
        return _CLASSES[kind]
    match status_code // 100:
        case 4:
            return InvalidRequestError
        case 5:
            return ServerError
        case _:
            return APIError
