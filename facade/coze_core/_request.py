"""Writes a request from an operation and its arguments, without sending it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast
from urllib.parse import quote, urlencode

from msgspec import Struct

from coze_core._coze_error import CozeError, no_stop_iteration
from coze_core._deadline import Timeout
from coze_core._decode import build
from coze_core._encoding import HeaderMap, header_value, to_json, to_texts
from coze_core._response import RequestInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coze_core._deadline import Deadline
    from coze_core._files import FormPart
    from coze_core._operation import BatchOperation, Endpoint
    from coze_core._paging import Place


T = TypeVar("T")

_PLAIN = re.compile(r"[A-Za-z0-9_.~,-]*")


class CallArguments(TypedDict, total=False):
    """The arguments of one call, by where they stand in the request."""

    path: Mapping[str, str]
    query: Mapping[str, object]
    headers: Mapping[str, object]
    body: Mapping[str, object] | None
    files: Mapping[str, object] | None


class AttemptRecord(Struct, frozen=True):
    """The outcome of one attempt.

    Attributes:
        end: The HTTP status, or the name of the error.
        seconds: How long it took, without the pause before.
        pause: Seconds of pause before.
        logid: The API's log id, if there was one.
    """

    end: int | str
    seconds: float
    pause: float
    logid: str | None

    def __str__(self) -> str:
        end = self.end if isinstance(self.end, str) else f"HTTP {self.end}"
        logid = f", log id {self.logid}" if self.logid else ""
        pause = f", after a pause of {self.pause:.2f} s" if self.pause else ""
        return f"{end}, {self.seconds:.3f} s{logid}{pause}"


class Request(Struct, eq=False):
    """A request, ready to be sent as often as needed.

    Attributes:
        operation: The dotted name of the operation.
        method: The HTTP method.
        url: The URL without the query.
        query: Names and values of the query, not yet encoded.
        info: Method and URL, with the query.
        headers: The headers, without the token.
        content: The body, unless it is a form.
        form: The parts of the form, if the body is one.
        timeout: The time limits.
        deadline: The limit for all attempts, if there is one.
        is_token_request: Whether it fetches a token: then its body is secret and follows no
            redirect, and the user's client adds no authentication.
        keep_open: Tells by the media type of a successful answer whether its body is left unread.
        max_bytes: The longest answer that is read whole.
        attempts: The outcome of each attempt.
    """

    operation: str
    method: str
    url: str
    info: RequestInfo
    headers: HeaderMap
    query: list[tuple[str, str]] = []
    content: bytes | None = None
    form: list[FormPart] = []
    timeout: Timeout = Timeout(None, None, None, None)
    deadline: Deadline | None = None
    is_token_request: bool = False
    keep_open: Callable[[str], bool] | None = None
    max_bytes: int = 0
    attempts: list[AttemptRecord] = []


def write_request(
    endpoint: Endpoint, base_url: str, headers: HeaderMap, parts: CallArguments
) -> Request:
    """Write the request of one call.

    Raises:
        CozeError: An argument cannot be written; the text names operation and argument.
    """
    try:
        with no_stop_iteration("An argument"):
            return _write(endpoint, base_url, headers, parts)
    except CozeError as error:
        raise CozeError(f"{endpoint.name}: {error}") from error.__cause__


def _write(endpoint: Endpoint, base_url: str, headers: HeaderMap, parts: CallArguments) -> Request:
    if endpoint.lists:
        _check_lists(endpoint, parts)
    path = endpoint.path
    for name, value in (parts.get("path") or {}).items():
        path = path.replace(f"{{{name}}}", _segment(name, value))  # which holds no brace itself
    url = base_url + path
    info = RequestInfo(endpoint.method, url)
    headers = headers | endpoint.header_map
    request = Request(endpoint.name, endpoint.method, url, info, headers)
    for name, value in _given(parts.get("headers")):
        texts = to_texts(name, value)
        text = texts[0] if isinstance(value, str | Mapping) else _joined(name, texts, ",")
        request.headers[name.lower()] = (name, header_value(name, text))
    request.query = _pairs(endpoint, parts.get("query"))
    if request.query:
        query = "&".join([f"{_quoted(name)}={_quoted(text)}" for name, text in request.query])
        request.info = RequestInfo(request.method, f"{request.url}?{query}")
    if endpoint.encoding == "json":
        body = parts.get("body")
        if body is not None:
            content: dict[str, object] = {
                name: value
                for name, value in body.items()
                if value is not None or name in endpoint.null_fields
            }
            media_type = endpoint.media_types.get("body", "application/json")
            _set_content(request, media_type, to_json("the body", content))
    elif endpoint.encoding == "form":
        text = urlencode(_pairs(endpoint, parts.get("body")))
        _set_content(request, "application/x-www-form-urlencoded", text.encode())
    else:
        _write_files(endpoint, request, parts)
    return request


def _write_files(endpoint: Endpoint, request: Request, parts: CallArguments) -> None:
    from coze_core._files import FormPart, file_parts

    media_types = endpoint.media_types
    files = [
        part
        for name, value in _given(parts.get("files"))
        for part in file_parts(name, value, media_types.get(name))
    ]
    if endpoint.encoding == "multipart":
        request.headers.pop("content-type", None)  # it comes with the boundary of the form
        request.form = [
            FormPart(name, None, text.encode(), media_types.get(name))
            for name, value in _given(parts.get("body"))
            for text in to_texts(name, value)
        ]
        request.form += files
    for part in files if endpoint.encoding == "raw" else ():
        _set_content(request, part.media_type or "application/octet-stream", part.read())


def _set_content(request: Request, media_type: str, content: bytes) -> None:
    request.headers["content-type"] = ("Content-Type", media_type)
    request.content = content


def _check_lists(endpoint: Endpoint, parts: CallArguments) -> None:
    """Refuse a single text where a list is due, which would be taken for its characters."""
    for name in endpoint.lists:
        for place in (parts.get("query"), parts.get("headers"), parts.get("body")):
            kind = type((place or {}).get(name))
            if issubclass(kind, str | bytes | Mapping):
                raise CozeError(
                    f"{name} must be a list, got {kind.__name__}. Pass a list even for a "
                    "single value."
                )


def _given(values: Mapping[str, object] | None) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in (values or {}).items() if value is not None)


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe=",")


def _segment(name: str, value: str) -> str:
    text = ",".join([quote(text, safe="") for text in to_texts(name, value)])
    if text in {"", ".", ".."}:
        raise CozeError(
            f"{name} is {text!r}, which would address something else. Pass an id of the API."
        )
    return text


def _pairs(endpoint: Endpoint, values: Mapping[str, object] | None) -> list[tuple[str, str]]:
    """Return the names and values of a query or form."""
    pairs: list[tuple[str, str]] = []
    for name, value in _given(values):
        delimiter = endpoint.delimiters.get(name)
        texts = to_texts(name, value)
        if delimiter:
            texts = [_joined(name, texts, delimiter)]
        pairs += [(name, text) for text in texts]
    return pairs


def _joined(name: str, texts: list[str], delimiter: str) -> str:
    for text in texts:
        if delimiter in text:
            raise CozeError(f"{name} contains {text!r}, but {delimiter!r} separates its values.")
    return delimiter.join(texts)


def groups(operation: BatchOperation[T], parts: CallArguments) -> Iterator[CallArguments]:
    """Yield the arguments of each request; without any value there is none.

    Raises:
        CozeError: The values are no list.
    """
    name, size = operation.argument, operation.size
    place: Place = "body" if name in (parts.get("body") or {}) else "query"
    arguments: Mapping[str, object] = parts.get(place) or {}
    given = arguments.get(name)
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise CozeError(
            f"{operation.name}: {name} must be a list of values, got {type(given).__name__}."
        )
    values = list(cast("Iterable[object]", given))
    for start in range(0, len(values), size):
        group = {**arguments, name: values[start : start + size]}
        yield cast("CallArguments", {**parts, place: group})


def joined(operation: BatchOperation[T], results: Sequence[T]) -> T:
    """Join the results of the requests into the first one; without any, into an empty one.

    Raises:
        CozeError: One of several results has no such list.
    """
    if len(results) == 1:
        return results[0]
    joint = results[0] if results else build(operation.result(), {})
    lists = [getattr(result, operation.join, "") for result in results]
    if not all(items is None or isinstance(items, list) for items in lists):
        raise CozeError(
            f"{operation.name}: one of {len(results)} answers has no list {operation.join}, so "
            f"they cannot be joined. Ask for at most {operation.size} values at a time."
        )
    setattr(joint, operation.join, [item for items in lists for item in items or ()])
    return joint
