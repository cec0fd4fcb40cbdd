"""Holds the events of a WebSocket against documented ones: what is sent, and what is received."""

from __future__ import annotations

import json
from base64 import b64decode
from functools import partial
from importlib import import_module
from types import NoneType
from typing import TYPE_CHECKING, Any

import msgspec
from attrs import evolve

from coze_core._decode import TypeDecoder
from generator.conform.answers import decoded, leaves, missing
from generator.conform.report import Check
from generator.conform.requests import different

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from generator.conform.examples import Example
    from generator.conform.operations import Operation


def socket_checks(
    operation: Operation, example: Example, senders: Mapping[str, Any]
) -> Iterator[Callable[[], Check]]:
    """Yield a check for each documented event.

    Args:
        operation: The operation.
        example: Its example.
        senders: The methods that send events, by name, as in the manifest.
    """
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
    return evolve(decoded(check, decoder, body), leaves=sum(1 for _ in leaves(data)), lost=lost)
