"""Holds what the client makes of an event stream against what a page prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import evolve

from coze_client import StreamError, UnknownEvent
from coze_core._decode import TypeDecoder
from generator.conform.answers import arguments_like
from generator.conform.decoding import decoded
from generator.conform.exchange import EVENTS, Exchange
from generator.conform.leaves import leaves, lost
from generator.conform.report import Check
from generator.conform.sketches import is_json, printed_streams

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.conform.examples import Example
    from generator.conform.operations import Method, Operation
    from generator.conform.sketches import PrintedEvent


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
    for sketch in example.streams:
        for stream in printed_streams(sketch, last):
            for printed, given in _given(method, arguments, stream):
                number += 1
                yield _check_event(Check("event", number), printed, given, kinds)


def _given(
    method: Method, arguments: dict[str, Any], stream: list[PrintedEvent]
) -> list[tuple[PrintedEvent, Any]]:
    """Each printed event with what the client gives for it: an event, an error, or nothing."""
    given = list[Any]()
    exchange = Exchange(b"".join(event.wire for event in stream), EVENTS)
    with exchange.client() as client, method.on(client)(**arguments) as events:
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
        return check.with_note(f"the data of the printed {printed.event} is no JSON")
    data = json.loads(printed.data)
    if kind is not None:
        check = decoded(check, TypeDecoder(kind), printed.data.encode(), kind)
    return evolve(check, leaves=sum(1 for _ in leaves(data)), lost=tuple(lost(data, given.data)))
