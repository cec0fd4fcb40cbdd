"""Holds what the client makes of an answer, or of a stream, against what a page documents."""

from __future__ import annotations

import json
from base64 import b64encode
from types import NoneType
from typing import TYPE_CHECKING, Any, cast

import attrs
from attrs import evolve

from coze_client import APIError, StreamError, UnknownEvent
from coze_core._decode import DECODE_ERRORS, TypeDecoder
from generator.conform.examples import is_json, printed_streams
from generator.conform.report import Check
from generator.conform.requests import (
    EVENTS,
    RecordingTransport,
    arguments_for,
    call,
    some_arguments,
)
from generator.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coze_core._decode import AnswerDecoder
    from generator.conform.examples import Example, PrintedEvent
    from generator.conform.operations import Method, Operation


def leaves(value: Any, at: str = "$") -> Iterator[str]:
    """Return the JSON paths of all leaves; an empty object or array is one, too."""
    if is_object(value) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{at}.{name}")
    elif is_array(value) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{at}[{number}]")
    else:
        yield at


def missing(value: Any, typed: Any, at: str = "$") -> Iterator[str]:
    """Return the JSON paths of the leaves that a typed value does not have.

    Args:
        value: JSON data.
        typed: What was made of it: models, lists, dicts and scalars.
        at: The JSON path of the data.
    """
    if is_object(value):
        fields = _fields(typed)
        if fields is None:
            yield from leaves(value, at)
            return
        for name, inner in value.items():
            if name in fields:
                yield from missing(inner, fields[name], f"{at}.{name}")
            else:
                yield from leaves(inner, f"{at}.{name}")
    elif is_array(value):
        if not is_array(typed) or len(typed) != len(value):
            yield from leaves(value, at)
            return
        for number, (inner, made) in enumerate(zip(value, typed, strict=True)):
            yield from missing(inner, made, f"{at}[{number}]")
    elif not _same(value, typed):
        yield at


def _fields(typed: Any) -> dict[str, Any] | None:
    """Return what stands under each JSON name in a model or a dict."""
    if is_object(typed):
        return typed
    model = cast("type[Any]", type(typed))
    if not attrs.has(model):
        return None
    names = getattr(model, "__wire_names__", {})
    spellings = getattr(model, "__spellings__", {})
    return {
        names.get(field.name, field.name): getattr(typed, spellings.get(field.name, field.alias))
        for field in attrs.fields(model)
    }


def _same(value: Any, typed: Any) -> bool:
    if isinstance(typed, bytes):
        typed = b64encode(typed).decode()
    # 1 is 1.0 in JSON, and True is neither.
    return value == typed and isinstance(value, bool) == isinstance(typed, bool)


def decoded(check: Check, decoder: AnswerDecoder[Any] | TypeDecoder[Any], body: bytes) -> Check:
    """Note if a body is not decoded fast, and so exactly.

    Args:
        check: What is noted so far.
        decoder: The decoder of the client.
        body: The body.
    """
    if decoder.fast is None:
        return check.failing("its type has no fast decoder")
    try:
        decoder.fast(body)
    except DECODE_ERRORS as error:
        return check.failing(f"decoded leniently: {error}")
    return check


def check_answer(
    operation: Operation, example: Example, number: int, envelope: frozenset[str]
) -> Check:
    """Answer a method with a documented answer, and look for all of it in the result.

    Args:
        operation: The operation.
        example: Its example.
        number: Which of the answers of the example, from 0.
        envelope: The fields of an answer that only wrap its result.
    """
    answer = example.responses[number]
    check = Check("response", number + 1)
    if not is_object(answer):
        return check.with_note("the answer of the example is not an object")
    method = operation.plain or operation.methods[0]
    body = json.dumps(answer).encode()
    try:
        with RecordingTransport(body).client() as client:
            result = call(client, method, arguments_like(operation, method, example))
    except APIError as error:
        return _refused(check, error, answer, method)
    endpoint = method.call
    if answer.get("code") or endpoint is None:
        return check.failing("it is taken for a success")
    kind: Any = endpoint.result()
    check = decoded(check, endpoint.decoder, body)
    typed = result.data if method.kind == "list" else result
    if endpoint.unwrap:
        typed = {} if kind is NoneType else {endpoint.unwrap: typed}
    rest = {name: value for name, value in answer.items() if name not in envelope}
    if kind is NoneType:
        rest = {name: value for name, value in rest.items() if value}
    return evolve(check, leaves=_size(rest), lost=tuple(missing(rest, typed)) if rest else ())


def arguments_like(operation: Operation, method: Method, example: Example) -> dict[str, Any]:
    """Return the arguments of the first documented request, so far as there are any."""
    given = some_arguments(method)
    for request in example.requests[:1]:
        given |= arguments_for(operation, method, example.path, request).values
    return given


def _refused(check: Check, error: APIError, answer: dict[str, Any], method: Method) -> Check:
    if not answer.get("code"):
        if method.kind == "download":
            return check.with_note("the operation answers with a file")
        return check.failing(str(error))
    if str(error.code) != str(answer["code"]) or error.msg != answer.get("msg"):
        return check.failing(f"the error has the code {error.code} and the text {error.msg!r}")
    return check.with_note("it is an error, and raised as one")


def _size(rest: dict[str, Any]) -> int:
    return sum(1 for _ in leaves(rest)) if rest else 0


def check_events(operation: Operation, example: Example) -> Iterator[Check]:
    """Stream all printed events through the client, and look for their data in what it gives.

    Args:
        operation: The operation.
        example: Its example.
    """
    method = operation.streamed
    endpoint = method.stream if method else None
    if method is None or endpoint is None:
        yield Check("event", 1).failing("the operation does not stream")
        return
    last, kinds = endpoint.end | endpoint.errors, endpoint.events()
    arguments = arguments_like(operation, method, example)
    number = 0
    for text in example.streams:
        for stream in printed_streams(text, last):
            for printed, given in _given(method, arguments, stream):
                number += 1
                yield _check_event(Check("event", number), printed, given, kinds)


def _given(
    method: Method, arguments: dict[str, Any], stream: list[PrintedEvent]
) -> list[tuple[PrintedEvent, Any]]:
    """Pair each printed event with what the client gives for it: an event, an error, or nothing."""
    given = list[Any]()
    transport = RecordingTransport(b"".join(event.wire for event in stream), EVENTS)
    with transport.client() as client, method.on(client)(**arguments) as events:
        try:
            given += events
        except StreamError as error:
            given.append(error)
    return [
        (printed, given[place] if place < len(given) else None)
        for place, printed in enumerate(stream)
    ]


def _check_event(
    check: Check, printed: PrintedEvent, given: Any, kinds: Mapping[str, type[object]]
) -> Check:
    if given is None:
        return check.failing(f"{printed.event} does not come out")
    if isinstance(given, UnknownEvent):
        return check.failing(f"{printed.event} is an unknown event")
    kind = kinds.get(printed.event)
    if kind is str and given.data == printed.data:
        return evolve(check, leaves=1)
    if not is_json(printed.data):
        return check.with_note(f"the data of the printed {printed.event} is not JSON")
    data = json.loads(printed.data)
    if kind is not None:
        check = decoded(check, TypeDecoder(kind), printed.data.encode())
    return evolve(check, leaves=sum(1 for _ in leaves(data)), lost=tuple(missing(data, given.data)))
