"""One connection of a socket, in threads or tasks: what both know of it, and its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from coze_core._decode import json_object
from coze_core._errors import APIConnectionError, APITimeoutError, StreamError, error_class
from coze_core._failures import paragraph
from coze_core._http._errors import SWITCHING
from coze_core._reader import logid_of, plain_of, reason_of
from coze_core._response import AnyBody
from coze_core._secrets import HIDDEN, redacted, redacted_bytes, spellings
from coze_core._ws._link import Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_core._coze_error import CozeError
    from coze_core._response import ResponseInfo
    from coze_core._settings import Settings
    from coze_core._ws._timing import Timing

B = TypeVar("B", bound=AnyBody)

_LOST = {1001, 1006, 1011, 1012, 1013}
_STATUSES = {3000: 401, 3003: 403}
_API_CODES = range(4000, 5000)


class AnyConnection(Generic[B]):
    """What is known of a connection.

    Args:
        deliver: Takes the messages.
        name: The dotted name of the operation that opened it.
        settings: The settings of the client.
        timing: Its times.
        body: What holds it.
        response: The answer that opened it.

    Attributes:
        body: As given.
        response: As given.
        link: Its state.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # what is known when it is open
        self,
        deliver: Callable[[bytes], object],
        name: str,
        settings: Settings,
        timing: Timing,
        body: B,
        response: ResponseInfo,
    ) -> None:
        self.body = body
        self.response = response
        self.link = Link(settings.max_response_bytes, timing, deliver)
        self._name = name
        self._timing = timing
        self._table = settings.errors

    def event_error(self, message: bytes, data: object) -> StreamError:
        """Return the error that an event tells of.

        Args:
            message: The event as it came.
            data: Its data.
        """
        plain = json_object(plain_of(redacted_bytes(message, self.body.secret)))
        code, msg = reason_of(plain.get("data"))
        error = StreamError(
            "",
            code=code,
            msg=msg,
            logid=logid_of(plain) or self.response.logid,
            data=data,
            response=self.response,
            advice=self._table.advice(code),
        )
        self._explain(
            error, "the API reports an error" + (f" with code {code}" if code else ""), msg
        )
        return error

    def end_error(self, expected: str = "") -> CozeError:
        """Return the error of a connection that is over.

        Args:
            expected: What should have been before.
        """
        closed, response = self.link.end(), self.response
        code = 1000 if closed.ours else closed.code
        words = redacted(closed.reason, spellings(self.body.secret))
        what = f"the socket was closed with code {code}"
        error: CozeError
        if closed.silent:
            what, words = "nothing came over the socket, not even the answer to a ping", ""
            seconds = self._timing.interval + self._timing.patience
            error = APITimeoutError("", phase="read", seconds=seconds, request=response.request)
        elif code in _LOST:
            what = f"the connection of the socket was lost (close code {code})"
            error = APIConnectionError("", request=response.request)
        elif code in _API_CODES or code in _STATUSES:
            known = code if code in _API_CODES else None
            status = _STATUSES.get(code, SWITCHING)
            advice = self._table.advice(known, status)
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
            error = StreamError("", msg=words, logid=response.logid, response=response)
        if isinstance(error, APIConnectionError):
            error.logid = response.logid
        error.close_code = code
        self._explain(error, f"{what} before {expected}" if expected else what, words)
        return error

    def _explain(self, error: CozeError, what: str, words: str | None) -> None:
        """Give an error its text; its report hides what the API says, which may quote the user."""
        known: Any = error

        def text(words: str | None) -> str:
            said = f"{self._name}: {what}" + (f": {words}" if words else "")
            advice = getattr(known, "advice", None)
            return paragraph(said, advice, known.logid, self.response.request)

        error.args = (text(words and HIDDEN),)
        self.body.explain(error)
        error.args = (text(words),)
