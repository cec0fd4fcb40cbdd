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

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from coze_core._advice import Advice
from coze_core._response import RequestInfo, ResponseInfo

CONTEXT = "_context"
"""The attribute of an error with the redacted request and response; see `coze_core._report`."""
_PACKAGES = ("coze-client", "anyio", "attrs", "httpx", "msgspec")

Phase = Literal["connect", "read", "write", "pool", "deadline"]


class CozeError(Exception):
    """The base of all errors of this client."""

    def report(self) -> str:
        """Writes all that a support needs to know, with nothing secret in it.

        That is the error, its code and log id; of an error about a call also the request as a curl
        command, each attempt with its time, and the answer; the versions of what is installed.
        Neither the token nor any text that was sent is repeated, ids and numbers excepted.
        """
        return _report(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args), self.__dict__


class no_stop_iteration:  # noqa: N801  # used like contextlib.suppress
    """Raise an error where code of the user raises StopIteration, which would end a loop of ours.

    Python itself turns it into a RuntimeError where it leaves a generator or a coroutine.

    Args:
        source: What of the user's may raise it.
    """

    __slots__ = ("_source",)

    def __init__(self, source: str) -> None:
        self._source = source

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        cause = error.__cause__ if isinstance(error, RuntimeError) else error
        if isinstance(cause, StopIteration | StopAsyncIteration):
            name = type(cause).__name__
            raise CozeError(
                f"{self._source} raised {name}: an iterator in it is exhausted. Give next() a "
                "default there, or raise another error."
            ) from cause


def _restored(kind: type[CozeError], args: tuple[object, ...]) -> CozeError:
    """Makes an error without its constructor, whose arguments pickle does not know."""
    return kind.__new__(kind, *args)


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
    """

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


def _report(error: CozeError) -> str:
    context: Any = vars(error).get(CONTEXT)
    message = context.message if context else str(error)
    return "\n".join(
        [
            f"{type(error).__name__}: {message}",
            *(context.marks if context else marks_of(error)),
            *(_call(context) if context else ()),
            f"versions: {', '.join(versions())}",
        ]
    )


def marks_of(error: CozeError) -> Iterator[str]:
    """Yield what an error says of itself, line by line."""
    names = {"code": "code", "status_code": "HTTP status", "logid": "log id", "sent": "sent"}
    for attribute, name in names.items():
        value = getattr(error, attribute, None)
        if value is not None:
            yield f"{name}: {value}"


def _call(context: Any) -> Iterator[str]:
    yield f"time: {context.time}"
    yield f"request: {context.curl}"
    for number, sending in enumerate(context.sendings, 1):
        yield f"attempt {number}: {sending}"
    yield from context.answer


@cache
def versions() -> tuple[str, ...]:
    """Return the versions of what is installed, which takes reading many files."""
    return tuple(_versions())


def _versions() -> Iterator[str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    for package in _PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} (not installed as a package)"
    yield f"{platform.python_implementation()} {platform.python_version()}"
    yield platform.platform()
