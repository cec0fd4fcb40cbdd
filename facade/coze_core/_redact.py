"""What of a request may be shown to others: names, numbers and ids, but no texts."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, quote

import msgspec

from coze_core._lenient import NotJSONError, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from coze_core._headers import HeaderMap
    from coze_core._request import Request

HIDDEN = "***"
_HARMLESS = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})
_ID_NAME = re.compile(r"(?:\w+_)?ids?")
_ID = re.compile(r"[\w.:-]{1,64}")
_SHORT = re.compile(r"\d{1,6}|true|false")
_SECRET_NAME = re.compile(
    r"token|secret|passw|authorization|cookie|credential|signature|assertion|verifier|api_?key",
    re.IGNORECASE,
)
_LONGEST_REQUEST = 100_000  # bytes
_LONGEST_ANSWER = 20_000
_DEEPEST = 40  # levels of JSON
_SHORTEST_SECRET = 8  # characters: what is shorter stands in too many innocent texts
_SHORTEST_PART = 24  # characters that a text and a longer secret have in common by no accident


def shown_headers(headers: HeaderMap) -> dict[str, str]:
    """Header fields as they may be shown: the values of harmless ones only."""
    return {
        name: value if lower in _HARMLESS else HIDDEN for lower, (name, value) in headers.items()
    }


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return a text with each secret in it hidden.

    Secrets under 8 characters stay: they are parts of innocent words. Where one is the whole value
    of a header, `shown_headers` hides it.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


class Redaction:
    """Shows a request without its texts, and keeps these to hide them elsewhere too.

    Args:
        request: The request.
        token: The token that was sent with it.
    """

    def __init__(self, request: Request, token: str = "") -> None:
        self._request = request
        self._texts = {token}
        self._texts |= {
            value for name, (_, value) in request.headers.items() if name not in _HARMLESS
        }

    def url(self) -> str:
        """The URL, with the values in its query hidden."""
        query = "&".join(
            f"{quote(name)}={self._shown(name, value, _is_query_text)}"
            for name, value in self._request.query
        )
        return f"{self._request.url}?{query}" if query else self._request.url

    def curl(self) -> str:
        """The request as a command for curl."""
        request = self._request
        headers = shown_headers(request.headers)
        if not request.bare and "authorization" not in request.headers:
            headers["Authorization"] = HIDDEN
        words = ["curl", "-X", request.method, _quoted(self.url())]
        for name, value in headers.items():
            words += "-H", _quoted(f"{name}: {value}")
        return " ".join([*words, *self._body()])

    def scrub(self, text: str) -> str:
        """A text of any kind, with all that is hidden in the request hidden there too."""
        hidden = {spelling for secret in self._texts for spelling in _spellings(secret)}
        return _without_parts(redacted(text, hidden), hidden)

    def answer(self, body: bytes) -> str:
        """The body of an answer, with its secrets hidden."""
        if self._request.bare or len(body) > _LONGEST_ANSWER:
            return _size(body)
        value = _json(body)
        if value is None:
            return self.scrub(" ".join(body.decode("utf-8", "replace").split()))
        return self.scrub(_dumped(self._shown("", value, _is_secret)))

    def _body(self) -> Iterator[str]:
        request = self._request
        for part in request.form:
            text = part.content if part.filename is None else part.filename
            self._texts.add(text.decode() if isinstance(text, bytes) else str(text))
            yield "-F"
            yield _quoted(f"{part.name}={'@' if part.filename else ''}{HIDDEN}")
        if request.content is not None:
            shown = len(request.content) <= _LONGEST_REQUEST and not request.bare
            value = _fields(request) if shown else None
            text = (
                _size(request.content)
                if value is None
                else _dumped(self._shown("", value, _is_text))
            )
            yield "--data"
            yield _quoted(text)

    def _shown(
        self, name: str, value: object, hides: Callable[[str, str], bool], depth: int = 0
    ) -> object:
        """JSON with some of its texts hidden, as their names and they themselves decide."""
        match value:
            case dict() | list() if depth == _DEEPEST:
                return HIDDEN
            case dict():
                fields = cast("dict[str, object]", value)
                return {
                    key: self._shown(key, inner, hides, depth + 1) for key, inner in fields.items()
                }
            case list():
                items = cast("list[object]", value)
                return [self._shown(name, inner, hides, depth + 1) for inner in items]
            case str() if hides(name, value):
                self._texts.add(value)
                return HIDDEN
            case _:
                return value


def _is_text(name: str, value: str) -> bool:
    return not (_ID_NAME.fullmatch(name) and _ID.fullmatch(value))


def _is_query_text(name: str, value: str) -> bool:
    return not _SHORT.fullmatch(value) and _is_text(name, value)


def _is_secret(name: str, value: str) -> bool:
    del value
    return bool(_SECRET_NAME.search(name))


def _spellings(text: str) -> set[str]:
    """How a text may stand in what a server says."""
    return {
        text,
        " ".join(text.split()),
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text, errors="replace"),
        html.escape(text),
    }


def _without_parts(text: str, secrets: set[str]) -> str:
    """Hides what a text quotes of long secrets without quoting them as a whole."""
    size, half = _SHORTEST_PART, _SHORTEST_PART // 2
    halves = {text[start : start + half] for start in range(len(text) - half + 1)}
    suspects = [  # most secrets are not quoted at all, as a few pieces of them tell
        secret
        for secret in secrets
        if any(secret[at : at + half] in halves for at in range(0, len(secret) - half + 1, half))
    ]
    if not suspects:
        return text
    here = {text[start : start + size] for start in range(len(text) - size + 1)}
    parts = {
        part
        for secret in suspects
        for start in range(len(secret) - size + 1)
        if (part := secret[start : start + size]) in here
    }
    shown, hidden_to = list[str](), 0
    for start, character in enumerate(text):
        quoted = text[start : start + size] in parts
        if start >= hidden_to:
            shown.append(HIDDEN if quoted else character)
        if quoted:
            hidden_to = start + size
    return "".join(shown)


def _size(body: bytes) -> str:
    return f"({len(body)} bytes)"


def _fields(request: Request) -> Any:
    """The body of a request, where it is a form or JSON."""
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
    """The text as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"
