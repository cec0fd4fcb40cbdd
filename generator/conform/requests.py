"""Holds what the client sends against what a page documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from coze_client import CozeError
from generator.conform.arguments import arguments_for, fields_of, file_of
from generator.conform.examples import path_values
from generator.conform.exchange import EVENTS, JSON, Exchange, Sent
from generator.conform.report import Check
from generator.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coze_client import Coze
    from generator.conform.arguments import Arguments
    from generator.conform.examples import Example, Request
    from generator.conform.operations import Argument, Method, Operation

_LONGEST: Final = 80
_ANSWERS: Final = {
    "stream": (b"", EVENTS),
    "download": (b"", "application/octet-stream"),
}


def check_request(operation: Operation, example: Example, number: int) -> Check:
    """Call a method as a documented request says, and compare what is sent.

    Args:
        operation: The operation.
        example: Its example.
        number: Which of the requests of the example, from 0.
    """
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
    exchange = Exchange(*_ANSWERS.get(method.kind, (b'{"code": 0}', JSON)))
    try:
        with exchange.client() as client:
            call(client, method, arguments.values)
    except CozeError as error:
        if not exchange.sent:
            return check.failing(str(error))
    if len(exchange.sent) > 1:
        check = check.failing(f"{len(exchange.sent)} requests are sent")
    expected = _expected(operation, method, example, request, arguments)
    return check.failing(*_differences(expected, exchange.sent[0]))


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
    """How a request contradicts its own page."""
    if request.method != example.method:
        yield f"the example uses {request.method}, its page says {example.method}"
    if request.path and path_values(example.path, request.path) is None:
        yield f"the URL of the example is of another path, {request.path}"
    if example.method == "GET" and request.body:
        yield "the example gives a GET a body"
    elif request.body is not None and not is_object(request.body):
        yield "the body of the example is no object"


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
    yield from _different("the method", expected.method, sent.method)
    yield from _different("the path", expected.path, sent.path)
    yield from _different("query", dict(expected.query), dict(sent.query))
    yield from _different("body", expected.body, sent.body or {})


def _different(at: str, expected: Any, sent: Any) -> Iterator[str]:
    if is_object(expected) and is_object(sent):
        for name in dict.fromkeys([*expected, *sent]):
            if name not in sent:
                yield f"{at}.{name}: documented, not sent"
            elif name not in expected:
                yield f"{at}.{name}: {_short(sent[name])} is sent, not documented"
            elif not (name == "content_type" and expected[name] is None):
                yield from _different(f"{at}.{name}", expected[name], sent[name])
    elif is_array(expected) and is_array(sent) and len(expected) == len(sent):
        for number, pair in enumerate(zip(expected, sent, strict=True)):
            yield from _different(f"{at}[{number}]", *pair)
    elif expected != sent or isinstance(expected, bool) != isinstance(sent, bool):
        yield f"{at}: documented {_short(expected)}, sent {_short(sent)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
