"""Runs all checks over a folder of examples: of requests, answers, streams and sockets."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from functools import partial
from importlib import import_module
from types import NoneType
from typing import TYPE_CHECKING, Any, cast

import attrs
import msgspec
from attrs import evolve

from coze_client import APIError, StreamError, UnknownEvent
from coze_core._decode import DECODE_ERRORS, TypeDecoder
from generator.conform.examples import is_json, printed_streams, read_examples
from generator.conform.operations import Catalogue
from generator.conform.report import Check, Outcome, Report
from generator.conform.requests import (
    EVENTS,
    RecordingTransport,
    arguments_for,
    call,
    check_request,
    different,
    some_arguments,
)
from generator.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from coze_core._decode import AnswerDecoder
    from generator.conform.examples import Example, PrintedEvent
    from generator.conform.operations import Method, Operation
    from generator.conform.report import Kind


def conform(folder: Path) -> Report:
    """Hold the built client against all examples of a folder."""
    examples, catalogue = read_examples(folder), Catalogue()
    return Report(
        tuple(_outcome(example, catalogue) for example in examples.found),
        examples.broken,
        tuple(file.name for file in examples.others),
    )


def _outcome(example: Example, catalogue: Catalogue) -> Outcome:
    name = f"{example.method} {example.path}"
    operation = catalogue.find(example.method, example.path)
    if operation is None or example.unfit:
        reason = example.unfit or "the document has no such operation"
        return Outcome(example.file.name, name, reason=reason, unknown=not example.unfit)
    if not operation.methods:
        return Outcome(example.file.name, name, reason="no public method calls it")
    return Outcome(
        example.file.name,
        name,
        tuple(method.path for method in operation.methods),
        tuple(_checks(example, operation, catalogue)),
    )


def _checks(example: Example, operation: Operation, catalogue: Catalogue) -> Iterator[Check]:
    for number in range(len(example.requests)):
        yield from _safely(
            "request", number, lambda n=number: [check_request(operation, example, n)]
        )
    for number in range(len(example.responses)):
        yield from _safely(
            "response",
            number,
            lambda n=number: [
                _check_answer(operation, example, n, catalogue.envelope).with_note(
                    *catalogue.unlisted(operation, example.method, example.responses[n])
                )
            ],
        )
    if example.streams:
        yield from _safely("event", 0, lambda: _check_events(operation, example))
    for number, check in enumerate(_socket_checks(operation, example, catalogue.senders)):
        yield from _safely("event", number, lambda one=check: [one()])


def _safely(kind: Kind, number: int, check: Callable[[], Iterable[Check]]) -> list[Check]:
    """Run a check; an exception that nobody foresaw is a finding, too."""
    try:
        return list(check())
    except Exception as error:  # noqa: BLE001  # the client may raise anything
        return [Check(kind, number + 1).failing(f"{type(error).__name__}: {error}")]


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
    """Return the JSON paths of the leaves of JSON data that what was made of it does not have."""
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


def _decoded(check: Check, decoder: AnswerDecoder[Any] | TypeDecoder[Any], body: bytes) -> Check:
    """Note if a body is not decoded fast, and so exactly."""
    if decoder.fast is None:
        return check.failing("its type has no fast decoder")
    try:
        decoder.fast(body)
    except DECODE_ERRORS as error:
        return check.failing(f"decoded leniently: {error}")
    return check


def _check_answer(
    operation: Operation, example: Example, number: int, envelope: frozenset[str]
) -> Check:
    """Answer a method with a documented answer, and look for all of it in the result.

    The fields of the envelope only wrap the result.
    """
    answer = example.responses[number]
    check = Check("response", number + 1)
    if not is_object(answer):
        return check.with_note("the answer of the example is not an object")
    method = operation.plain or operation.methods[0]
    body = json.dumps(answer).encode()
    try:
        with RecordingTransport(body).client() as client:
            result = call(client, method, _arguments_like(operation, method, example))
    except APIError as error:
        return _refused(check, error, answer, method)
    endpoint = method.call
    if answer.get("code") or endpoint is None:
        return check.failing("it is taken for a success")
    kind: Any = endpoint.result()
    check = _decoded(check, endpoint.decoder, body)
    typed = result.data if method.kind == "list" else result
    if endpoint.unwrap:
        typed = {} if kind is NoneType else {endpoint.unwrap: typed}
    rest = {name: value for name, value in answer.items() if name not in envelope}
    if kind is NoneType:
        rest = {name: value for name, value in rest.items() if value}
    return evolve(check, leaves=_size(rest), lost=tuple(missing(rest, typed)) if rest else ())


def _arguments_like(operation: Operation, method: Method, example: Example) -> dict[str, Any]:
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


def _check_events(operation: Operation, example: Example) -> Iterator[Check]:
    """Stream all printed events through the client, and look for their data in what it gives."""
    method = operation.streamed
    endpoint = method.stream if method else None
    if method is None or endpoint is None:
        yield Check("event", 1).failing("the operation does not stream")
        return
    last, kinds = endpoint.end | endpoint.errors, endpoint.events()
    arguments = _arguments_like(operation, method, example)
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
        check = _decoded(check, TypeDecoder(kind), printed.data.encode())
    return evolve(check, leaves=sum(1 for _ in leaves(data)), lost=tuple(missing(data, given.data)))


def _socket_checks(
    operation: Operation, example: Example, senders: Mapping[str, Any]
) -> Iterator[Callable[[], Check]]:
    """Yield a check for each documented event of a WebSocket."""
    first = len(example.requests) + 1
    by_event = {
        entry["operation"].partition("#")[2]: entry
        for entry in senders.values()
        if entry["operation"].startswith(f"SEND {operation.path}#")
    }
    for number, event in enumerate(example.sent, first):
        yield partial(_check_sent, Check("request", number), by_event, event)
    for number, event in enumerate(example.received, 1):
        yield partial(_check_received, Check("event", number), operation, event)


def _check_sent(check: Check, senders: Mapping[str, Any], event: dict[str, Any]) -> Check:
    """Send an event by the method of its name, and compare the data."""
    name: str = event.get("event_type", "")
    data: dict[str, Any] = event.get("data") or {}
    if name not in senders:
        return check.failing(f"no method sends {name!r}")
    by_wire = {
        details["wire"].partition(".")[2]: (argument, details["type"])
        for argument, details in senders[name]["arguments"].items()
    }
    arguments: dict[str, Any] = {}
    for wire, value in data.items():
        if wire not in by_wire:
            return check.failing(f"no argument for {wire}")
        argument, type_ = by_wire[wire]
        arguments[argument] = b64decode(value) if type_.startswith("bytes") else value
    sent: list[dict[str, Any]] = []

    def record(_: str, fields: Mapping[str, Any] | None = None) -> None:
        sent.append({key: one for key, one in (fields or {}).items() if one is not None})

    module, _, class_ = senders[name]["class"].rpartition(".")
    group = getattr(import_module(module), class_)(record)
    try:
        getattr(group, name.rpartition(".")[2])(**arguments)
    except TypeError as error:
        return check.failing(str(error))
    return check.failing(*different("data", data, json.loads(msgspec.json.encode(sent[0]))))


def _check_received(check: Check, operation: Operation, event: dict[str, Any]) -> Check:
    """Decode the data of an event, and look for all of it in the result."""
    kinds = {name: one for each in operation.methods for name, one in each.received.items()}
    name: str = event.get("event_type", "")
    data: dict[str, Any] = event.get("data") or {}
    if name not in kinds:
        return check.failing(f"{name} is an unknown event")
    if kinds[name] is NoneType:
        return check.failing(*(f"nothing is read of {wire}" for wire in data))
    decoder, body = TypeDecoder(kinds[name]), json.dumps(data).encode()
    lost = tuple(missing(data, decoder.decode(body)))
    return evolve(_decoded(check, decoder, body), leaves=sum(1 for _ in leaves(data)), lost=lost)
