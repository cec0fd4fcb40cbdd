"""Holds what the client sends against what a page documents."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.policy import HTTP
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import httpx
from attrs import evolve, field, frozen

from coze_client import Coze, CozeError
from generator.conform.examples import path_values
from generator.conform.report import Check
from generator.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from generator.conform.examples import Example, Request
    from generator.conform.operations import Argument, Method, Operation

_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d*)")
_NUMBER: Final = re.compile(r"-?\d+\.\d+")
CONTENT: Final = b"the content of a file"
"""What is sent as the content of each file."""


@frozen
class Arguments:
    """How a documented request is asked for.

    Attributes:
        values: The arguments of the method.
        without: What the request holds that no argument stands for.
        missing: The path parameters that the request gives no value for.
        repeated: The fields of the body that repeat a parameter of the path.
    """

    values: dict[str, Any] = field(factory=dict)
    without: list[str] = field(factory=list)
    missing: list[str] = field(factory=list)
    repeated: list[str] = field(factory=list)


def arguments_for(operation: Operation, method: Method, path: str, request: Request) -> Arguments:
    """Find the arguments for a documented request.

    Args:
        operation: The operation.
        method: One of its methods.
        path: The path as the example has it: with other names of parameters, or with values.
        request: The documented request.
    """
    found = Arguments()
    for ours, given in (path_values(operation.path, path) or {}).items():
        argument = method.argument("path", ours)
        theirs = given.strip("{}")
        value = request.path_params.get(theirs) if given != theirs else given
        if argument is None or value is None:
            found.missing.append(theirs)
        else:
            found.values[argument.name] = value
    for name, texts in request.query.items():
        argument = method.argument("query", name)
        if argument is None:
            found.without.append(f"query {name}")
        else:
            found.values[argument.name] = from_texts(argument, texts)
    for name, value in fields_of(request.body).items():
        argument = method.argument("body", name)
        if argument is not None:
            is_form = method.endpoint.encoding == "multipart"
            found.values[argument.name] = _from_form(argument, value) if is_form else value
        elif value == request.path_params.get(name):
            found.repeated.append(name)
        elif name != operation.switch:
            found.without.append(f"body {name}")
    return found


def some_arguments(method: Method) -> dict[str, Any]:
    """Return arguments that are good enough to call a method at all."""
    return {one.name: _some(one) for one in method.arguments if one.required}


def fields_of(body: Any) -> Mapping[str, Any]:
    """Return the fields of a body that are given: null is what is sent for nothing."""
    given = body if is_object(body) else {}
    return {name: value for name, value in given.items() if value is not None}


def file_of(value: Any) -> tuple[str, str | None]:
    """Return the name and media type of a documented file: a path, or an object with one."""
    file = value if is_object(value) else {"file": value}
    name = PurePosixPath(str(file.get("file")).removeprefix("@")).name
    return name, file.get("content_type")


def from_texts(argument: Argument, texts: tuple[str, ...]) -> Any:
    """Return the value of an argument that is written as texts."""
    if "array" in argument.kinds:
        return texts[0].split(",") if len(texts) == 1 else list(texts)
    return _from_text(argument, texts[0]) if len(texts) == 1 else list(texts)


def _from_form(argument: Argument, value: Any) -> Any:
    if argument.place == "files":
        name, media_type = file_of(value)
        return (name, CONTENT, media_type) if media_type else (name, CONTENT)
    return _from_text(argument, value) if isinstance(value, str) else value


def _from_text(argument: Argument, text: str) -> Any:
    """Return what a caller would give; a text that is no such value, like 12***, stays a text."""
    if "string" in argument.kinds:
        return text
    if argument.kinds & {"integer", "number"} and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in argument.kinds and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in argument.kinds and text in {"true", "false"}:
        return text == "true"
    return text


def _some(argument: Argument) -> Any:
    if argument.place == "files":
        return CONTENT
    if "array" in argument.kinds:
        return []
    return 1 if "integer" in argument.kinds else "1"


JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
_BASE: Final = "https://conform.invalid"


@frozen
class Sent:
    """A request, as it arrived.

    Attributes:
        method: The HTTP method.
        path: The path, decoded.
        query: Each name of the query and its values.
        body: The JSON data or the fields of the form, ``None`` without a body. A file is an object
            of its ``file`` name and its ``content_type``.
    """

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]]
    body: Any


class RecordingTransport:
    """A client whose every request gets the same answer."""

    def __init__(self, content: bytes, media_type: str = JSON) -> None:
        self._content = content
        self._media_type = media_type
        self.sent: list[Sent] = []

    def client(self) -> AbstractContextManager[Coze]:
        """Return the client."""
        http_client = httpx.Client(transport=httpx.MockTransport(self._answer))
        return Coze("conform", base_url=_BASE, http_client=http_client, max_retries=0)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(_sent(request))
        headers = {"Content-Type": self._media_type}
        return httpx.Response(200, headers=headers, content=self._content)


def _sent(request: httpx.Request) -> Sent:
    path = unquote(request.url.raw_path.partition(b"?")[0].decode("ascii"))
    names = dict.fromkeys(request.url.params)
    query = {name: tuple(request.url.params.get_list(name)) for name in names}
    return Sent(request.method, path, query, _body(request))


def _body(request: httpx.Request) -> Any:
    content, media_type = request.read(), request.headers.get("Content-Type", "")
    if media_type.startswith("multipart/"):
        return dict(_form(media_type.encode() + b"\r\n\r\n" + content))
    return json.loads(content) if content else None


def _form(message: bytes) -> Iterator[tuple[str, Any]]:
    for part in message_from_bytes(b"Content-Type: " + message, policy=HTTP).iter_parts():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            yield str(name), content.decode() if isinstance(content, bytes) else content
        else:
            whole = content == CONTENT
            yield (
                str(name),
                {"file": part.get_filename(), "content_type": part.get_content_type()}
                if whole
                else {"file": None},
            )


_LONGEST: Final = 80
_ANSWERS: Final = {
    "stream": (b"", EVENTS),
    "download": (b"", "application/octet-stream"),
}


def check_request(operation: Operation, example: Example, number: int) -> Check:
    """Call a method as a documented request says, and compare what is sent."""
    request = example.requests[number]
    check = Check("request", number + 1).with_note(*_notes(example, request))
    if example.method == "GET":
        request = evolve(request, body=None)
    method = _method(operation, request)
    if method is None:
        return check.failing("no method of the client sends it")
    arguments = arguments_for(operation, method, example.path, request)
    if arguments.missing:
        return check.with_note(f"it gives no {', '.join(arguments.missing)} for the path")
    if arguments.repeated:
        check = check.with_note(f"its body repeats {', '.join(arguments.repeated)} of the path")
    check = check.failing(*(f"no argument for {name}" for name in arguments.without))
    transport = RecordingTransport(*_ANSWERS.get(method.kind, (b'{"code": 0}', JSON)))
    try:
        with transport.client() as client:
            call(client, method, arguments.values)
    except CozeError as error:
        if not transport.sent:
            return check.failing(str(error))
    if len(transport.sent) > 1:
        check = check.failing(f"{len(transport.sent)} requests are sent")
    expected = _expected(operation, method, example, request, arguments)
    return check.failing(*_differences(expected, transport.sent[0]))


def call(client: Coze, method: Method, arguments: Mapping[str, Any]) -> Any:
    """Call a method: a stream is opened, of a list the first page is asked for."""
    result = method.on(client)(**arguments)
    if method.kind == "stream":
        with result:
            return None
    if method.kind == "download":
        result.close()
    return result


def _method(operation: Operation, request: Request) -> Method | None:
    streamed = operation.switch and fields_of(request.body).get(operation.switch) is True
    return operation.streamed if streamed or not operation.plain else operation.plain


def _notes(example: Example, request: Request) -> Iterator[str]:
    """Return how a request contradicts its own page."""
    if request.method != example.method:
        yield f"the example uses {request.method}, its page says {example.method}"
    if request.path and path_values(example.path, request.path) is None:
        yield f"the URL of the example is of another path, {request.path}"
    if example.method == "GET" and request.body:
        yield "the example gives a GET a body"
    elif request.body is not None and not is_object(request.body):
        yield "the body of the example is not an object"


def _expected(
    operation: Operation,
    method: Method,
    example: Example,
    request: Request,
    arguments: Arguments,
) -> Sent:
    path = example.path
    for name, value in request.path_params.items():
        path = path.replace(f"{{{name}}}", value)
    body = {
        name: value
        for name, value in fields_of(request.body).items()
        if name not in arguments.repeated
    }
    if method.endpoint.encoding == "multipart":
        body = {
            name: _in_form(method.argument("body", name), value) for name, value in body.items()
        }
    if operation.switch:
        # Whoever leaves the switch out means the answer in one piece.
        body.setdefault(operation.switch, method.kind == "stream")
    return Sent(example.method, path, request.query, body)


def _in_form(argument: Argument | None, value: Any) -> Any:
    if argument and argument.place == "files":
        return dict(zip(("file", "content_type"), file_of(value), strict=True))
    return value if isinstance(value, str) else json.dumps(value)


def _differences(expected: Sent, sent: Sent) -> Iterator[str]:
    yield from different("the method", expected.method, sent.method)
    yield from different("the path", expected.path, sent.path)
    yield from different("query", dict(expected.query), dict(sent.query))
    yield from different("body", expected.body, sent.body or {})


def different(at: str, expected: Any, sent: Any) -> Iterator[str]:
    """Yield where what is sent differs from what is documented."""
    if is_object(expected) and is_object(sent):
        for name in dict.fromkeys([*expected, *sent]):
            if name not in sent:
                yield f"{at}.{name}: documented, not sent"
            elif name not in expected:
                yield f"{at}.{name}: {_short(sent[name])} is sent, not documented"
            elif not (name == "content_type" and expected[name] is None):
                yield from different(f"{at}.{name}", expected[name], sent[name])
    elif is_array(expected) and is_array(sent) and len(expected) == len(sent):
        for number, pair in enumerate(zip(expected, sent, strict=True)):
            yield from different(f"{at}[{number}]", *pair)
    elif expected != sent or isinstance(expected, bool) != isinstance(sent, bool):
        yield f"{at}: documented {_short(expected)}, sent {_short(sent)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
