"""Checks the ``x-client-*`` keys, a closed list: their form, and what they name."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from generator.client_keys import (
    KEYS,
    PAGING_STYLES,
    PATH,
    SOCKET_EVENTS,
    SOCKET_MEMBERS,
    Choice,
    Fields,
    Kind,
    is_class,
)
from generator.errors import GeneratorError, raise_all
from generator.json_values import MAX_NAME, is_array, is_object
from generator.normalise.structure import check_structure
from generator.normalise.walk import children, omit, parts, rewrite
from generator.skeleton import is_method_path, proposals
from generator.spec import fields_of, follow, join, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.normalise.walk import Node, Part

_PREFIX: Final = "x-client"
_DATA: Final = frozenset({"default", "enum", "example"})
_CORRECT: Final = "Correct it in an overlay."


def check_vocabulary(document: Node) -> None:
    """Check the ``x-client-*`` keys of a document, and its operation ids.

    Raises:
        GeneratorError: A key is unknown, misplaced or badly filled, or names what is not there; or
            an operation id is not a dotted path of its own.
    """
    raise_all(faults(document))


def faults(document: Node) -> Iterator[GeneratorError]:
    """Return all faults that ``check_vocabulary`` finds; raise if the document is malformed."""
    check_structure(document)
    methods: dict[str, str] = {}
    proposed = proposals(document)
    for part in parts(document):
        wrong = list(_keys(part))
        yield from wrong
        if _role(part) == "operation":
            path, pointer = part.node.get("operationId"), join(part.pointer, "operationId")
            yield from _method(path, pointer, methods, proposed.get(part.pointer))
            # Names are looked up only where the keys that hold them are as they should be. A
            # reference that leads nowhere is reported, with its place, by the pass over references.
            with suppress(GeneratorError):
                yield from () if wrong else _names(document, part, methods)


def named(document: Node) -> Node:
    """Return a document in which operations without a usable name have one that was proposed."""

    def change(part: Part) -> Node:
        return part.node | proposed.get(part.pointer, {"update": {}})["update"]

    proposed = proposals(document)
    return rewrite(document, {"operation": change}) if proposed else document


_KNOWN: Final[Mapping[str, Mapping[str, Kind | Fields | Choice]]] = {
    role: {key.name: key.value for key in KEYS if key.role == role}
    for role in dict.fromkeys(key.role for key in KEYS)
}
_ROLES: Final = {key.name: key.role for key in KEYS}


def _role(part: Part) -> str:
    """Return the role of a part; the request of a callback is an operation, but no method."""
    place = split(part.pointer)
    if part.role == "operation" and "callbacks" in place:
        return "request of a callback"
    return "property" if part.role == "schema" and place[-2:-1] == ["properties"] else part.role


def _keys(part: Part) -> Iterator[GeneratorError]:
    """Check the keys of a part, and refuse keys inside anything that is not a part."""
    known = _KNOWN.get(_role(part), {})
    lower = {name for name, _, _ in children(part)}
    for key, value in part.node.items():
        pointer = join(part.pointer, key)
        if key in known:
            yield from _value(key, value, known[key], pointer)
        elif key.startswith(_PREFIX):
            yield _misplaced(key, pointer)
        elif key not in lower and key not in _DATA:
            yield from _elsewhere(value, pointer)
    if "x-client-constant" in part.node and part.node.get("in") != "header":
        yield GeneratorError(
            "only a header can be constant",
            pointer=join(part.pointer, "x-client-constant"),
            remedy="Give another parameter an enum of one value.",
        )
    if "$ref" in part.node and is_class(part.node.get("x-client-name")):
        yield GeneratorError(
            "x-client-name beside a $ref names nothing",
            pointer=join(part.pointer, "x-client-name"),
            remedy=f"Give it to {part.node['$ref']}.",
        )


def _elsewhere(value: Any, pointer: str) -> Iterator[GeneratorError]:
    waiting: list[tuple[Any, str]] = [(value, pointer)]
    while waiting:
        value, pointer = waiting.pop()
        if is_array(value):
            waiting += ((item, join(pointer, number)) for number, item in enumerate(value))
        elif is_object(value):
            for key, item in value.items():
                if key.startswith(_PREFIX):
                    yield _misplaced(key, join(pointer, key))
                waiting.append((item, join(pointer, key)))


def _misplaced(key: str, pointer: str) -> GeneratorError:
    if key in _ROLES:
        fault, remedy = "does not belong here", f"Move it to the {_ROLES[key]} that it is about."
    else:
        fault, remedy = "is not a known key", f"Use one of {', '.join(_ROLES)}."
    return GeneratorError(f"{key} {fault}", pointer=pointer, remedy=remedy)


def _value(
    key: str, value: Any, wanted: Kind | Fields | Choice, pointer: str
) -> Iterator[GeneratorError]:
    if isinstance(wanted, Kind):
        if not wanted.fits(value):
            yield _wrong(key, wanted.label, pointer)
        return
    if not is_object(value):
        yield _wrong(key, "an object", pointer)
        return
    if isinstance(wanted, Choice):
        fields = wanted.choices.get(str(value.get(wanted.by)))
        if fields is None:
            yield _wrong(wanted.by, f"one of {', '.join(wanted.choices)}", join(pointer, wanted.by))
            return
        yield from _fields(omit(value, wanted.by), fields, pointer)
    else:
        yield from _fields(value, wanted, pointer)


def _fields(found: Node, wanted: Fields, pointer: str) -> Iterator[GeneratorError]:
    known = {**wanted.required, **wanted.optional}
    for name in wanted.required:
        if name not in found:
            yield GeneratorError(f"the field {name} is missing", pointer=pointer, remedy=_CORRECT)
    for name, content in found.items():
        if name in known:
            yield from _value(name, content, known[name], join(pointer, name))
        else:
            yield GeneratorError(
                f"{name} is not a known field",
                pointer=join(pointer, name),
                remedy=f"Use one of {', '.join(known)}.",
            )


def _wrong(name: str, due: str, pointer: str) -> GeneratorError:
    return GeneratorError(f"{name} is not {due}", pointer=pointer, remedy=_CORRECT)


def _names(document: Node, part: Part, methods: dict[str, str]) -> Iterator[GeneratorError]:
    """Check what the keys of an operation refer to."""
    operation = part.node
    arguments = _arguments(document, operation)
    paging: Node = operation.get("x-client-pagination", {})
    names = (*PAGING_STYLES[paging["style"]].request, "size") if paging else ()
    wanted = {("x-client-pagination", key): paging[key] for key in names}
    if "x-client-batch" in operation:
        wanted["x-client-batch", "argument"] = operation["x-client-batch"]["argument"]
    for place, name in wanted.items():
        if name not in arguments:
            yield GeneratorError(
                f"the request has no {name!r}",
                pointer=join(part.pointer, *place),
                remedy=f"Name one of {', '.join(arguments) or 'its parameters; it has none'}.",
            )
    if "x-client-stream" in operation:
        yield from _stream(part, arguments, methods)
    if "x-client-socket" in operation:
        yield from _socket(document, part)


def _method(
    path: Any, pointer: str, methods: dict[str, str], skeleton: Node | None = None
) -> Iterator[GeneratorError]:
    if not is_method_path(path):
        action = f", for example {json.dumps(skeleton, ensure_ascii=False)}" if skeleton else ""
        yield GeneratorError(
            f"{repr(path)[:MAX_NAME]} is not {PATH.label}",
            pointer=pointer,
            remedy=f"Say in an overlay what the Python method is called{action}.",
        ).with_(skeleton=skeleton)
        return
    first = methods.setdefault(path, pointer)
    if first != pointer:
        yield GeneratorError(
            f"{path} is already taken by {first}", pointer=pointer, remedy="Choose another name."
        )


def _stream(
    part: Part, arguments: Mapping[str, Node], methods: dict[str, str]
) -> Iterator[GeneratorError]:
    stream: Node = part.node["x-client-stream"]
    pointer = join(part.pointer, "x-client-stream")
    named: dict[tuple[str | int, ...], str] = {
        (key, number): event
        for key in ("end", "pause")
        for number, event in enumerate(stream.get(key, ()))
    }
    if "recover" in stream:
        recover: Node = stream["recover"]
        named |= {("recover", key): recover[key] for key in ("begin", "item")}
        named |= {("recover", "states", state): event for state, event in recover["states"].items()}
    if "outcome" in stream:
        outcome: Node = stream["outcome"]
        named |= {("outcome", key): outcome[key] for key in ("message", "part") if key in outcome}
        named |= {("outcome", "ends", n): event for n, event in enumerate(outcome["ends"])}
    for place, event in named.items():
        if event not in stream["events"]:
            yield GeneratorError(
                f"{event!r} is none of the events",
                pointer=join(pointer, *place),
                remedy="Describe its data under events, or correct the name.",
            )
    if ("method" in stream) != ("switch" in stream):
        yield GeneratorError(
            "method and switch go together: the streaming method, and the body field that asks "
            "for it",
            pointer=pointer,
            remedy="Give both, or none if the operation always streams.",
        )
    elif "method" in stream:
        yield from _method(stream["method"], join(pointer, "method"), methods)
        if arguments.get(stream["switch"], {}).get("type") != "boolean":
            yield GeneratorError(
                f"the request has no true-or-false field {stream['switch']!r}",
                pointer=join(pointer, "switch"),
                remedy="Name the body field that asks for a stream.",
            )


def _arguments(document: Node, operation: Node) -> dict[str, Node]:
    """Return the schemas of what a request says in its query and in the fields of its body."""
    found: dict[str, Node] = {}
    for parameter in operation.get("parameters", ()):
        one = follow(document, parameter)
        if one.get("in") == "query":
            found[one.get("name", "")] = one.get("schema", {})
    body = follow(document, operation.get("requestBody", {}))
    for media in body.get("content", {}).values():
        found |= fields_of(document, media.get("schema", {}))
    return {name: follow(document, schema) for name, schema in found.items()}


def _socket(document: Node, part: Part) -> Iterator[GeneratorError]:
    keys: Node = part.node["x-client-socket"]
    pointer = join(part.pointer, "x-client-socket")
    for direction, place, event in _socket_events(keys):
        if event not in keys[direction]:
            yield GeneratorError(
                f"{event!r} is none of the events that a program {direction}s",
                pointer=join(pointer, *place),
                remedy=f"Describe its data under {direction}, or correct the name.",
            )
    yield from _socket_clashes(keys, pointer)
    yield from _socket_places(document, keys, pointer)


def _socket_events(keys: Node) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
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


def _socket_clashes(keys: Node, pointer: str) -> Iterator[GeneratorError]:
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


def _socket_places(document: Node, keys: Node, pointer: str) -> Iterator[GeneratorError]:
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
