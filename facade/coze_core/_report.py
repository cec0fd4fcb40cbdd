"""What a support needs to know of an error, as text, with nothing secret in it.

The context of the call is collected when the error is raised, already redacted: so an error never
holds the request, and a pickled one reports as well. Of a request, names, numbers and ids may be
shown to others, but no texts.
"""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from urllib.parse import parse_qsl, quote

import msgspec

from coze_core._coze_error import CONTEXT, marks_of
from coze_core._decode import NotJSONError, parse
from coze_core._errors import APITimeoutError
from coze_core._secrets import (
    HIDDEN,
    SENSITIVE_NAME,
    hide_named,
    redacted,
    spellings,
    without_parts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coze_core._coze_error import CozeError
    from coze_core._encoding import HeaderMap
    from coze_core._files import FormPart
    from coze_core._request import Request
    from coze_core._response import ResponseInfo


_HARMLESS = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})
_ID_NAME = re.compile(r"(?:\w+_)?ids?")
_ID = re.compile(r"[\w.:-]{1,64}")
_SHORT = re.compile(r"\d{1,6}|true|false")

# Field names of the API; any other key is the user's own.
_PLAIN_KEY = re.compile(r"(?=.{1,40}$)[a-z]+(?:_[a-z]+)*")
_SECRET_NAME = re.compile(SENSITIVE_NAME, re.IGNORECASE)
_LONGEST_REQUEST = 100_000  # bytes
_MOST_COMPARED = 100_000  # characters
_LONGEST_ANSWER = 20_000
_DEEPEST = 40  # levels of JSON


def shown_headers(headers: HeaderMap) -> dict[str, str]:
    """Return header fields as they may be shown: the values of harmless ones only."""
    return {
        name: value if lower in _HARMLESS else HIDDEN for lower, (name, value) in headers.items()
    }


class Redaction:
    """Shows a request without its texts, and hides these elsewhere too.

    Args:
        request: The request.
        token: The token that was sent with it.

    Attributes:
        is_comparable: Whether an answer can be compared with all that was sent. It cannot where
            that is longer than 100,000 characters, or a file cannot be read again.
    """

    def __init__(self, request: Request, token: str = "") -> None:
        self._request = request
        texts = [value for name, (_, value) in request.headers.items() if name not in _HARMLESS]
        texts += [value for name, value in request.query if _query_text(name, value) == HIDDEN]
        try:
            texts += _sent_texts(request)
            self.is_comparable = sum(map(len, texts)) <= _MOST_COMPARED
        except Exception:  # noqa: BLE001  # a file of the user's, which is closed or gone
            self.is_comparable = False
        self._texts = {token}
        if self.is_comparable:
            self._texts.update(texts, *(text.splitlines() for text in texts))

    def url(self) -> str:
        """Return the URL with the values in its query hidden."""
        query = "&".join(
            f"{quote(name)}={_query_text(name, value)}" for name, value in self._request.query
        )
        return f"{self._request.url}?{query}" if query else self._request.url

    def curl(self) -> str:
        """Return the request as a command for curl."""
        request = self._request
        headers = shown_headers(request.headers)
        if not request.is_token_request and "authorization" not in request.headers:
            headers["Authorization"] = HIDDEN
        words = ["curl", "-X", request.method, _quoted(self.url())]
        for name, value in headers.items():
            words += "-H", _quoted(f"{name}: {value}")
        return " ".join([*words, *self._body()])

    def scrub(self, text: str) -> str:
        """Return a text of any kind with all that was sent hidden, as far as it is comparable."""
        return without_parts(redacted(text, self._hidden), self._hidden)

    def learn(self, body: bytes) -> None:
        """Hide what an answer itself calls secret, wherever else it stands; before any `scrub`."""
        if len(body) <= _LONGEST_ANSWER:
            self._texts.update(_texts(_json(body), lambda name, _: bool(_SECRET_NAME.search(name))))

    @cached_property
    def _hidden(self) -> set[str]:
        return {spelling for secret in self._texts for spelling in spellings(secret)}

    def answer(self, body: bytes) -> str:
        """Return the body of an answer with its secrets, and what was sent, hidden."""
        if self._request.is_token_request or len(body) > _LONGEST_ANSWER:
            return _size(body)
        value = _json(body)
        if value is None:
            return self.scrub(hide_named(" ".join(body.decode("utf-8", "replace").split())))
        return self.scrub(_dumped(_shown("", value, _answer_text)))

    def _body(self) -> Iterator[str]:
        request = self._request
        for part in request.form:
            yield "-F"
            yield _quoted(f"{part.name}={'@' if part.filename else ''}{HIDDEN}")
        if request.content is not None:
            shown = len(request.content) <= _LONGEST_REQUEST and not request.is_token_request
            value = _fields(request) if shown else None
            text = (
                _size(request.content) if value is None else _dumped(_shown("", value, _sent_text))
            )
            yield "--data"
            yield _quoted(text)


def _sent_texts(request: Request) -> Iterator[str]:
    """Iterate over all texts in the body of a request.

    Raises:
        Exception: A file cannot be read.
    """
    for part in request.form:
        yield part.filename or ""
        yield _beginning(part)
    if request.content:
        value = _fields(request) if len(request.content) <= _MOST_COMPARED else None
        yield from (
            [request.content.decode("utf-8", "replace")]
            if value is None
            else _texts(value, _is_sent_text)
        )


def _beginning(part: FormPart) -> str:
    """Read a part of a form, as far as it can be compared."""
    with ExitStack() as stack:
        content = part.opened(stack)
        read = content if isinstance(content, bytes) else content.read(_MOST_COMPARED)
    return read.decode("utf-8", "replace")


def _texts(value: object, hides: Callable[[str, str], bool]) -> Iterator[str]:
    """Iterate over the hidden values in JSON at any depth, and in JSON inside texts.

    Of what was sent, the keys of the user's own are among them.
    """
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        name, value = waiting.pop()
        match value:
            case dict():
                fields = cast("dict[str, object]", value)
                waiting += fields.items()
                if hides is _is_sent_text:
                    yield from (key for key in fields if not _PLAIN_KEY.fullmatch(key))
            case list():
                waiting += ((name, item) for item in cast("list[object]", value))
            case str():
                waiting.append((name, _json_inside(value)))
                if hides(name, value):
                    yield value
            case _:
                pass


def _shown(name: str, value: object, show: Callable[[str, str], str], depth: int = 0) -> object:
    """Return JSON with each of its texts, called by its name, as it may be shown."""
    match value:
        case dict() | list() if depth == _DEEPEST:
            return HIDDEN
        case dict():
            fields = cast("dict[str, object]", value)
            is_sent = show is _sent_text
            return {
                HIDDEN if is_sent and not _PLAIN_KEY.fullmatch(key) else key: _shown(
                    key, inner, show, depth + 1
                )
                for key, inner in fields.items()
            }
        case list():
            items = cast("list[object]", value)
            return [_shown(name, inner, show, depth + 1) for inner in items]
        case str():
            return show(name, value)
        case _:
            return value


def _is_sent_text(name: str, value: str) -> bool:
    return not (_ID_NAME.fullmatch(name) and _ID.fullmatch(value))


def _sent_text(name: str, value: str) -> str:
    return HIDDEN if _is_sent_text(name, value) else value


def _query_text(name: str, value: str) -> str:
    return value if _SHORT.fullmatch(value) else _sent_text(name, value)


def _answer_text(name: str, value: str) -> str:
    if _SECRET_NAME.search(name):
        return HIDDEN
    inner = _json_inside(value)
    return hide_named(value) if inner is None else _dumped(_shown(name, inner, _answer_text))


def _json_inside(text: str) -> Any:
    """Return the JSON object or list that a text holds, or ``None``."""
    inner = _json(text.encode("utf-8", "replace")) if text.lstrip()[:1] in {"{", "["} else None
    return cast("Any", inner) if isinstance(inner, dict | list) else None


def _size(body: bytes) -> str:
    return f"({len(body)} bytes)"


def _fields(request: Request) -> Any:
    """Return the body of a request, where it is a form or JSON."""
    content = request.content or b""
    if request.headers.get("content-type", ("", ""))[1].endswith("form-urlencoded"):
        return dict(parse_qsl(content.decode()))
    return _json(content)


def _json(body: bytes) -> Any:
    try:
        return parse(body)
    except NotJSONError:
        return None


def _dumped(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError):  # lone surrogates, absurd nesting
        return f"({type(value).__name__})"


def _quoted(text: str) -> str:
    """Return the text as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


_LONGEST: Final = 2000
_HARMLESS_MARK: Final = re.compile(r"[\w ]+: (?:[\da-fA-F-]{1,64}|True|False)")
_UNCOMPARED: Final = "(What the API said is hidden: more was sent than it can be compared with.)"
_HEADERS: Final = ("content-type", "date", "retry-after", "server", "via", "x-tt-logid")


class ErrorContext(NamedTuple):
    """What is known about a call that failed, redacted."""

    time: str
    message: str
    marks: tuple[str, ...]
    curl: str
    attempts: tuple[str, ...]
    answer: tuple[str, ...]


def attach_context(error: CozeError, request: Request, token: str = "") -> None:
    """Attach the redacted request and response to an error, for `CozeError.report`.

    An earlier context is replaced.
    """
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        context = _context(now, error, request, Redaction(request, token))
    except Exception as failure:  # noqa: BLE001  # what explains an error may not replace it
        hidden = f"(hidden, as its secrets could not be found: {type(failure).__name__})"
        context = ErrorContext(now, hidden, (), hidden, (), ())
    vars(error)[CONTEXT] = context


def _context(now: str, error: CozeError, request: Request, redaction: Redaction) -> ErrorContext:
    response: ResponseInfo | None = getattr(error, "response", None)
    message, answer = str(error).replace(request.info.url, redaction.url()), list[str]()
    marks, attempts = list(marks_of(error)), request.attempts
    if response:
        redaction.learn(response.body)
    if redaction.is_comparable:
        answer += _answer(response, redaction) if response else ()
    elif not isinstance(error, APITimeoutError) and getattr(error, "sent", True):
        message = f"{request.operation} failed. {_UNCOMPARED}"
        answer += [f"answer: {_UNCOMPARED}"] if response else ()
        marks = [mark for mark in marks if _HARMLESS_MARK.fullmatch(mark)]
        attempts = [msgspec.structs.replace(record, logid=None) for record in attempts]
    return ErrorContext(
        now,
        redaction.scrub(message),
        tuple(map(redaction.scrub, marks)),
        _short(redaction.curl()),
        tuple(redaction.scrub(str(record)) for record in attempts),
        tuple(answer),
    )


def copy_context(error: CozeError, explained: CozeError) -> None:
    """Give an error that explains and quotes another one the same context."""
    context: ErrorContext | None = vars(error).get(CONTEXT)
    if context:
        message = str(explained).replace(str(error), context.message)
        vars(explained)[CONTEXT] = context._replace(message=message)


def _answer(response: ResponseInfo, redaction: Redaction) -> Iterator[str]:
    for name in _HEADERS:
        if name in response.headers:
            yield f"answer {name}: {redaction.scrub(response.headers[name])}"
    if response.body:
        yield f"answer: {_short(redaction.answer(response.body))}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
