"""Writes a request from an operation and its arguments, without sending it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, cast
from urllib.parse import quote

import msgspec

from coze_core._errors import CozeError
from coze_core._files import FormPart, file_part
from coze_core._headers import HeaderMap, header_value
from coze_core._response import RequestInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from coze_core._http import HTTPTimeout
    from coze_core._operation import Endpoint


class Parts(TypedDict, total=False):
    """The arguments of one call, by where they stand in the request."""

    path: Mapping[str, str]
    query: Mapping[str, object]
    headers: Mapping[str, object]
    body: Mapping[str, object] | None
    files: Mapping[str, object] | None


class Request:
    """A request, ready to be sent as often as needed.

    Attributes:
        operation: The dotted name of the operation.
        method: The HTTP method.
        url: The URL without the query.
        query: Names and values of the query, not yet encoded.
        headers: The headers, without the token.
        content: The body, unless it is a form.
        form: The parts of the form, if the body is one.
        timeout: The time limits.
        keep_open: Tells by the media type of a successful answer whether its body is left unread.
    """

    __slots__ = (
        "content",
        "form",
        "headers",
        "keep_open",
        "method",
        "operation",
        "query",
        "timeout",
        "url",
    )

    def __init__(self, endpoint: Endpoint, url: str, headers: HeaderMap) -> None:
        self.operation = endpoint.name
        self.method = endpoint.method
        self.url = url
        self.headers = headers
        self.timeout: HTTPTimeout | None = None
        self.keep_open: Callable[[str], bool] | None = None
        self.query: list[tuple[str, str]] = []
        self.content: bytes | None = None
        self.form: list[FormPart] = []

    @property
    def info(self) -> RequestInfo:
        """Method and URL, for answers and errors."""
        query = "&".join(f"{quote(name)}={quote(value, ',')}" for name, value in self.query)
        return RequestInfo(self.method, f"{self.url}?{query}" if query else self.url)


def write_request(endpoint: Endpoint, base_url: str, headers: HeaderMap, parts: Parts) -> Request:
    """Writes the request of one call.

    Args:
        endpoint: The operation.
        base_url: What paths are added to, without a slash at its end.
        headers: Headers of every request of the client.
        parts: The arguments.

    Raises:
        CozeError: An argument cannot be written; the text names operation and argument.
    """
    try:
        return _write(endpoint, base_url, headers, parts)
    except CozeError as error:
        raise CozeError(f"{endpoint.name}: {error}") from error.__cause__


def _write(endpoint: Endpoint, base_url: str, headers: HeaderMap, parts: Parts) -> Request:
    path = endpoint.path
    if arguments := parts.get("path"):
        path = path.format_map({name: _segment(name, arguments[name]) for name in arguments})
    request = Request(endpoint, base_url + path, headers | endpoint.headers)
    for name, value in _given(parts.get("headers")):
        request.headers[name.lower()] = (name, header_value(name, _text(name, value)))
    for name, value in _given(parts.get("query")):
        texts = _texts(name, value)
        if name in endpoint.comma:
            texts = [_joined(name, texts)]
        request.query += [(name, text) for text in texts]
    body = parts.get("body")
    if endpoint.encoding == "multipart":
        request.headers.pop("content-type", None)  # it comes with the boundary of the form
        request.form = [
            FormPart(name, None, text.encode())
            for name, value in _given(body)
            for text in _texts(name, value)
        ]
        request.form += [file_part(name, value) for name, value in _given(parts.get("files"))]
    elif body is not None:
        request.headers["content-type"] = ("Content-Type", "application/json")
        request.content = _json("the body", dict(_given(body)))
    return request


def _given(values: Mapping[str, object] | None) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in (values or {}).items() if value is not None)


def _segment(name: str, value: str) -> str:
    text = _text(name, value)
    if text in {"", ".", ".."}:
        raise CozeError(
            f"{name} is {text!r}, which would address something else. Pass an id of the API."
        )
    return quote(text, safe="")


def _texts(name: str, value: object) -> list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [_text(name, item) for item in cast("list[object]", value)]
    return [_text(name, value)]


def _joined(name: str, texts: list[str]) -> str:
    for text in texts:
        if "," in text:
            raise CozeError(f"{name} holds {text!r}, but commas separate its values.")
    return ",".join(texts)


def _text(name: str, value: object) -> str:
    match value:
        case None:
            raise CozeError(f"{name} is or holds None. Leave it out instead.")
        case str():
            return _encodable(name, value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return _json(name, value).decode()


def _encodable(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CozeError(f"{name} holds half a character: {error.reason}.") from error
    return text


def _json(name: str, value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise CozeError(f"{name} cannot be written as JSON: {error}.") from error
