"""What a page documents about one operation, read from a file.

Two kinds of file are understood. One holds one operation: ``method``, ``path``, ``requests``,
``responses`` and ``sse``; of a WebSocket ``sent`` and ``received``. The other lists many under
``endpoints``, each with an ``endpoint``, a ``request_example`` and a ``response_example``.

The streams that pages print are made for human readers: they hold comments, leave out the empty
lines between events, explain the names of events in brackets, break data over several lines, and
print one outcome after the other.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from attrs import Factory, frozen
from msgspec import UNSET, Struct, UnsetType, field

from generator.errors import GeneratorError
from generator.json_values import is_array
from generator.spec import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

T = TypeVar("T", bound=Struct)

_SUFFIXES: Final = {".json", ".yaml", ".yml"}
_CALLABLE: Final = {"json", "multipart"}
_REMEDY: Final = "Correct the file."


@frozen
class Request:
    """A documented request.

    Attributes:
        method: The HTTP method.
        path: The path, or nothing where the example names no URL.
        path_params: What stands for the names in the path.
        query: Each name of the query and its values, not encoded.
        body: The body as JSON data, the fields of a form, or ``None``.
    """

    method: str
    path: str
    path_params: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    body: Any


@frozen
class Example:
    """What one page documents about one operation.

    Attributes:
        file: Where it stands.
        method: The HTTP method.
        path: The path, with ``{name}`` for each path parameter.
        requests: The documented requests.
        responses: The documented answers, as JSON data.
        streams: The documented event streams, as printed.
        sent: The documented events that go to a WebSocket, as JSON data.
        received: Those that come from it.
        unfit: Why it is not an example of a call over HTTP, if it is none.
    """

    file: Path
    method: str
    path: str
    requests: tuple[Request, ...] = ()
    responses: tuple[Any, ...] = ()
    streams: tuple[str, ...] = ()
    sent: tuple[dict[str, Any], ...] = ()
    received: tuple[dict[str, Any], ...] = ()
    unfit: str = ""


@frozen
class Examples:
    """What a folder holds.

    Attributes:
        found: The examples.
        broken: What is wrong with the files that can't be read.
        others: The files that hold no examples.
    """

    found: tuple[Example, ...]
    broken: tuple[GeneratorError, ...]
    others: tuple[Path, ...]


def read_examples(folder: Path) -> Examples:
    """Read the examples of a folder, or of a single file."""
    files = [folder] if folder.is_file() else sorted(folder.iterdir())
    found: list[Example] = []
    broken: list[GeneratorError] = []
    others: list[Path] = []
    for file in files:
        if file.suffix not in _SUFFIXES or file.is_dir():
            continue
        try:
            inside = list(_examples(file))
        except GeneratorError as error:
            broken.append(error)
        else:
            found += inside
            if not inside:
                others.append(file)
    return Examples(tuple(found), tuple(broken), tuple(others))


class _Request(Struct):
    method: str = ""
    url: str = ""
    path_params: dict[str, Any] = {}
    query: dict[str, Any] = {}
    body: Any = None


class _Operation(Struct):
    method: str
    path: str
    requests: list[_Request] = []
    responses: list[Any] = []
    sse: list[str] = []
    sent: list[dict[str, Any]] = []
    received: list[dict[str, Any]] = []


class _Printed(Struct):
    method: str = ""
    url: str = ""
    json: Any = None
    form: dict[str, Any] | None = None


class _Endpoint(Struct):
    endpoint: str
    kind: str = "json"
    request: _Printed | None = field(default=None, name="request_example")
    response: Any | UnsetType = field(default=UNSET, name="response_example")


def _examples(file: Path) -> Iterator[Example]:
    content = load(file)
    if is_array(content.get("endpoints")):
        for number, endpoint in enumerate(content["endpoints"]):
            yield _listed(file, _as(_Endpoint, endpoint, file, f"/endpoints/{number}"), number)
    elif {"requests", "responses", "sse"} & content.keys() or {"method", "path"} <= content.keys():
        operation = _as(_Operation, content, file, "")
        path = _template(operation.path)
        yield Example(
            file,
            operation.method.upper(),
            path,
            tuple(_request(request, operation.method, path) for request in operation.requests),
            tuple(operation.responses),
            tuple(operation.sse),
            tuple(operation.sent),
            tuple(operation.received),
        )


def _listed(file: Path, endpoint: _Endpoint, number: int) -> Example:
    method, _, path = endpoint.endpoint.partition(" ")
    if not path.startswith("/"):
        raise GeneratorError(
            f"endpoint is {endpoint.endpoint!r}, not a method and a path as in 'GET /v1/bots'",
            file=file,
            pointer=f"/endpoints/{number}",
            remedy=_REMEDY,
        )
    path, printed, requests = _template(path), endpoint.request, ()
    if printed:
        body = printed.json if printed.form is None else printed.form
        request = _Request(printed.method, printed.url, {}, _query(printed.url), body)
        requests = (_request(request, method, path),)
    answers = () if isinstance(endpoint.response, UnsetType) else (endpoint.response,)
    unfit = "" if endpoint.kind in _CALLABLE else f"the endpoint is of the kind {endpoint.kind}"
    return Example(file, method.upper(), path, requests, answers, unfit=unfit)


def _request(request: _Request, method: str, path: str) -> Request:
    url = _path(request.url)
    given = {name: str(value) for name, value in request.path_params.items()}
    values = path_values(path, url) if url and not given else given
    return Request(
        (request.method or method).upper(),
        url,
        values or {},
        {name: _texts(value) for name, value in request.query.items()},
        request.body,
    )


def path_names(path: str) -> list[str]:
    """Return the names of the parameters of a path."""
    return re.findall(r"{([^{}]*)}", path)


def path_values(path: str, url: str) -> dict[str, str] | None:
    """Return the path parameters that a URL fills in, or ``None`` if its path is another one."""
    pattern = "([^/]+)".join(map(re.escape, re.split(r"{[^{}]*}", path)))
    match = re.fullmatch(pattern, url)
    return dict(zip(path_names(path), match.groups(), strict=True)) if match else None


def _template(path: str) -> str:
    return re.sub(r":(\w+)", r"{\1}", path.strip())


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:  # such as a bracket that is never closed
        return url


def _query(url: str) -> dict[str, Any]:
    try:
        return dict(parse_qs(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if is_array(value) else (str(value),)


def _as(kind: type[T], value: Any, file: Path, pointer: str) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise GeneratorError(
            f"this is not an example: {error}", file=file, pointer=pointer or None, remedy=_REMEDY
        ) from error


_FIELD: Final = re.compile(r"\s*(event|data|id|retry)\s*:\s?(.*?)\s*")
_REMARK: Final = re.compile(r"[\s(（]")


@frozen
class PrintedEvent:
    """An event as a page prints it.

    Attributes:
        event: Its name.
        data: Its data.
        id: Its id, if one is printed.
    """

    event: str
    data: str
    id: str | None = None

    @property
    def wire(self) -> bytes:
        """The event as it stands in a stream."""
        head = [] if self.id is None else [f"id: {self.id}"]
        data = [f"data: {line}" for line in self.data.split("\n")]
        return "\n".join([*head, f"event: {self.event}", *data, "", ""]).encode()


def is_json(text: str) -> bool:
    """Return whether a text is JSON to the letter."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def printed_streams(text: str, last: AbstractSet[str]) -> Iterator[list[PrintedEvent]]:
    """Read the streams that a page prints, one for each outcome.

    Args:
        text: What the page prints.
        last: The names of the events after which nothing more comes.
    """
    stream = list[PrintedEvent]()
    for event in _events(text):
        stream.append(event)
        if event.event in last:
            yield stream
            stream = []
    if stream:
        yield stream


@frozen
class _Open:
    """The event that is being read."""

    fields: dict[str, str] = Factory(dict[str, str])
    data: list[str] = Factory(list[str])

    @property
    def is_whole(self) -> bool:
        """Whether its data does not go on in the next line: it opens nothing that is still open."""
        text = "\n".join(self.data)
        balanced = text.count("{") <= text.count("}") and text.count("[") <= text.count("]")
        return balanced or is_json(text)

    def finished(self) -> PrintedEvent:
        name = self.fields.get("event", "message")
        return PrintedEvent(name, "\n".join(self.data), self.fields.get("id"))


def _events(text: str) -> Iterator[PrintedEvent]:
    now = _Open()
    for line in text.replace("\r\n", "\n").split("\n"):
        match = _FIELD.fullmatch(line)
        if match is None:
            if now.data and not now.is_whole:
                now.data.append(line)
            elif now.data and not line.strip():
                yield now.finished()
                now = _Open()
            continue
        name, value = match.groups()
        if name == "data":
            now.data.append(value)
            continue
        if now.data:
            yield now.finished()
            now = _Open()
        now.fields[name] = _REMARK.split(value)[0] if name == "event" else value
    if now.data:
        yield now.finished()
