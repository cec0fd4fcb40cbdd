"""What a support needs to know of an error, as text, with nothing secret in it.

The facts about the call are collected when the error is raised, already redacted: so an error never
holds the request, and a pickled one reports as well.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from coze_core._errors import CONTEXT, APITimeoutError, marks_of
from coze_core._redact import Redaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coze_core._errors import CozeError
    from coze_core._request import Request
    from coze_core._response import ResponseInfo

_LONGEST: Final = 2000
_HARMLESS_MARK: Final = re.compile(r"[\w ]+: (?:[\da-fA-F-]{1,64}|True|False)")
_UNCOMPARED: Final = "(What the API said is hidden: more was sent than it can be compared with.)"
_HEADERS: Final = ("content-type", "date", "retry-after", "server", "via", "x-tt-logid")


class Facts(NamedTuple):
    """What is known about a call that failed, redacted."""

    time: str
    message: str
    marks: tuple[str, ...]
    curl: str
    sendings: tuple[str, ...]
    answer: tuple[str, ...]


def keep_facts(error: CozeError, request: Request, token: str = "") -> None:
    """Lets an error remember the call that it is about.

    Args:
        error: The error; what it remembered before is replaced.
        request: The request.
        token: The token that was sent with it.
    """
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        facts = _facts(now, error, request, Redaction(request, token))
    except Exception as failure:  # noqa: BLE001  # what explains an error may not replace it
        hidden = f"(hidden, as its secrets could not be found: {type(failure).__name__})"
        facts = Facts(now, hidden, (), hidden, (), ())
    vars(error)[CONTEXT] = facts


def _facts(now: str, error: CozeError, request: Request, redaction: Redaction) -> Facts:
    response: ResponseInfo | None = getattr(error, "response", None)
    message, answer = str(error).replace(request.info.url, redaction.url()), list[str]()
    marks, sendings = list(marks_of(error)), request.sendings
    if response:
        redaction.learn(response.body)
    if redaction.is_comparable:
        answer += _answer(response, redaction) if response else ()
    elif not isinstance(error, APITimeoutError) and getattr(error, "sent", True):
        message = f"{request.operation} failed. {_UNCOMPARED}"
        answer += [f"answer: {_UNCOMPARED}"] if response else ()
        marks = [mark for mark in marks if _HARMLESS_MARK.fullmatch(mark)]
        sendings = [sending._replace(logid=None) for sending in sendings]
    return Facts(
        now,
        redaction.scrub(message),
        tuple(map(redaction.scrub, marks)),
        _short(redaction.curl()),
        tuple(redaction.scrub(str(sending)) for sending in sendings),
        tuple(answer),
    )


def share_facts(error: CozeError, explained: CozeError) -> None:
    """Lets an error that explains another one, and quotes it, remember the same call."""
    facts: Facts | None = vars(error).get(CONTEXT)
    if facts:
        message = str(explained).replace(str(error), facts.message)
        vars(explained)[CONTEXT] = facts._replace(message=message)


def _answer(response: ResponseInfo, redaction: Redaction) -> Iterator[str]:
    for name in _HEADERS:
        if name in response.headers:
            yield f"answer {name}: {redaction.scrub(response.headers[name])}"
    if response.body:
        yield f"answer: {_short(redaction.answer(response.body))}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
