"""What ``x-client-socket`` names: events, and fields of their data."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from generator.client_keys import SOCKET_EVENTS, SOCKET_MEMBERS
from generator.errors import GeneratorError
from generator.spec import fields_of, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.normalise.walk import Node, Part

_KEY = "x-client-socket"


def socket_faults(document: Node, operation: Part) -> Iterator[GeneratorError]:
    """Return what is wrong with the names in the ``x-client-socket`` of an operation.

    Args:
        document: The document.
        operation: The operation, whose key has the form that it should have.
    """
    keys: Node = operation.node[_KEY]
    pointer = join(operation.pointer, _KEY)
    for direction, place, event in _events(keys):
        if event not in keys[direction]:
            yield GeneratorError(
                f"{event!r} is none of the events that a program {_DIRECTIONS[direction]}",
                pointer=join(pointer, *place),
                remedy=f"Describe its data under {direction}, or correct the name.",
            )
    yield from _clashes(keys, pointer)
    yield from _places(document, keys, pointer)


_DIRECTIONS = {"send": "sends", "receive": "receives"}


def _events(keys: Node) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    """Return the events that must be described: the direction, and where each is named."""
    yield "receive", ("ready",), keys["ready"]
    yield "send", ("settings",), keys["settings"]
    for key in ("errors", "turn"):
        yield from (("receive", (key, n), event) for n, event in enumerate(keys[key]))
    for sent, events in keys.get("turn_after", {}).items():
        yield "send", ("turn_after", sent), sent
        yield from (("receive", ("turn_after", sent, n), event) for n, event in enumerate(events))
    if "pipe" in keys:
        yield "send", ("pipe", "done"), keys["pipe"]["done"]
        yield "receive", ("pipe", "end"), keys["pipe"]["end"]


def _clashes(keys: Node, pointer: str) -> Iterator[GeneratorError]:
    """Refuse events whose names are taken: by the socket itself, the runtime, or one another."""
    for event in keys["send"]:
        first = event.partition(".")[0]
        if first in SOCKET_MEMBERS:
            yield GeneratorError(
                f"{event!r} can't be sent by its name: a socket has {first!r} of its own",
                pointer=join(pointer, "send", event),
                remedy="Leave the event out in an overlay; it can be sent with socket.send().",
            )
    for shorter, longer in pairwise(sorted(f"{event}." for event in keys["send"])):
        if longer.startswith(shorter):
            yield GeneratorError(
                f"{shorter[:-1]!r} would be a method, and hold the method {longer[:-1]!r}",
                pointer=join(pointer, "send", longer[:-1]),
                remedy="Leave one of them out in an overlay; it can be sent with socket.send().",
            )
    for event in sorted(SOCKET_EVENTS & keys["receive"].keys()):
        yield GeneratorError(
            f"{event!r} is what the client calls an event of its own",
            pointer=join(pointer, "receive", event),
            remedy="Leave the event out in an overlay; it is delivered as an unknown one.",
        )


def _places(document: Node, keys: Node, pointer: str) -> Iterator[GeneratorError]:
    """Refuse fields that are not in the data of the events that they are looked for in."""
    for field, place in keys.get("resume", {}).items():
        here = join(pointer, "resume", field)
        data: list[Node] = list(keys["receive"].values())
        if not any(field in fields_of(document, schema) for schema in data):
            yield _nowhere(field, "the data of the events that a program receives", here)
        if not _leads(document, keys["send"].get(keys["settings"], {}), place):
            yield _nowhere(place, f"the data of {keys['settings']!r}", here)
    for key, direction in (("feed", "send"), ("take", "receive")) if "pipe" in keys else ():
        event, _, field = keys["pipe"][key].rpartition(".")
        here = join(pointer, "pipe", key)
        if event not in keys[direction]:
            yield _nowhere(keys["pipe"][key], f"the events under {direction}", here)
        elif not _leads(document, keys[direction][event], field):
            yield _nowhere(field, f"the data of {event!r}", here)


def _leads(document: Node, schema: Node, place: str) -> bool:
    """Return whether a dotted path leads to a field of an object."""
    for step in place.split("."):
        fields = fields_of(document, schema)
        if step not in fields:
            return False
        schema = fields[step]
    return True


def _nowhere(name: str, place: str, pointer: str) -> GeneratorError:
    return GeneratorError(
        f"{name!r} is not in {place}",
        pointer=pointer,
        remedy="Correct the name, or describe the field there in an overlay.",
    )
