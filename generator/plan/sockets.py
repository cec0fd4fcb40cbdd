"""The sockets of the emitted package: which classes send their events, and what they receive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.errors import GeneratorError
from generator.json_values import pascal
from generator.normalise.objects import referred
from generator.plan.arguments import Argument, body_argument, in_order, no_file_here
from generator.plan.names import check_class, module_name
from generator.plan.types import (
    BYTES,
    NONE,
    STRING,
    TypeRef,
    as_result,
    literal,
    without_null,
)
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.plan.schemas import Property, Schemas

# What a module of a socket imports or defines besides its own classes.
_CLASSES = frozenset({
    "Any", "AsyncIterable", "AsyncIterator", "AsyncSenders", "AsyncSocket", "Iterable", "Iterator",
    "Literal", "Mapping", "Reconnected", "Senders", "Sequence", "Socket", "SocketEvent",
    "TypeAlias", "UnknownSocketEvent",
})  # fmt: skip


@frozen
class Sender:
    """A method that sends an event.

    Attributes:
        event: The wire name of the event.
        arguments: The fields of its data; none if it has no data.
        text: What the document says of the data.
    """

    event: str
    arguments: tuple[Argument, ...]
    text: str

    @property
    def binary(self) -> tuple[str, ...]:
        """The fields of its data that are bytes."""
        return tuple(one.wire for one in self.arguments if without_null(one.type) == BYTES)

    @property
    def name(self) -> str:
        """The name of the method."""
        return self.event.rpartition(".")[2]


@frozen
class Group:
    """A class of senders, or the socket itself, which holds the groups below it.

    Attributes:
        class_name: The name of the synchronous class.
        path: What the events have in common that are sent from here; empty for the socket.
        senders: Its methods, by name.
        children: The groups below it, by name.
    """

    class_name: str
    path: str
    senders: tuple[Sender, ...]
    children: tuple[Group, ...]

    @property
    def name(self) -> str:
        """The attribute under which it is reached."""
        return self.path.rpartition(".")[2]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups below it and itself: each after those that it mentions."""
        return (*(lower for child in self.children for lower in child.groups), self)


@frozen
class Socket:
    """What ``x-client-socket`` says of an operation.

    Attributes:
        events: The name of the union of received events.
        root: The socket's class, with the senders.
        received: The events that may come, with the types of their data.
        texts: What the document says of each.
        options: What the runtime has to know besides: its keyword arguments.
        pipe: The arguments of the runtime's pipe, if one thing goes in and another comes out.
        piped: How a module spells the types of the two.
        pointer: Where the document says so.
    """

    events: str
    root: Group
    received: dict[str, TypeRef]
    texts: dict[str, str]
    options: dict[str, Any]
    pipe: dict[str, str | int]
    piped: tuple[str, ...]
    pointer: str

    @property
    def name(self) -> str:
        """The name of its synchronous class."""
        return self.root.class_name

    @property
    def module(self) -> str:
        """The name of its module."""
        return module_name(self.name)

    @property
    def senders(self) -> tuple[Sender, ...]:
        """All its senders."""
        return tuple(sender for group in self.root.groups for sender in group.senders)

    @property
    def types(self) -> dict[str, str]:
        """How a module spells the class of the data of each event that may come."""
        return {
            event: "NoneType" if type_ == NONE else as_result(type_)
            for event, type_ in self.received.items()
        }

    @property
    def data(self) -> dict[str, str]:
        """How a module spells the type of the data of each event that is delivered."""
        delivered = self.received.keys() - set(self.options["errors"])
        return {
            event: as_result(type_) for event, type_ in self.received.items() if event in delivered
        }

    @property
    def annotations(self) -> tuple[str, ...]:
        """The members of the union: one for all events with the same data."""
        events: dict[str, list[str]] = {}
        for event, type_ in self.data.items():
            events.setdefault(type_, []).append(event)
        return tuple(
            f"SocketEvent[{literal(tuple(names))}, {type_}]" for type_, names in events.items()
        )


def read_socket(
    keys: dict[str, Any], hosts: dict[str, str], schemas: Schemas, pointer: str
) -> Socket:
    """Read ``x-client-socket``.

    Args:
        keys: Its value.
        hosts: The servers of the document, each with that of the operation.
        schemas: The document's schemas.
        pointer: Where it stands.

    Raises:
        GeneratorError: An event can't be sent, or what is piped is no text and no bytes.
    """
    senders = [
        _sender(event, schema, schemas, join(pointer, "send", event))
        for event, schema in keys["send"].items()
    ]
    received = {
        event: without_null(schemas.type_of(schema, join(pointer, "receive", event)))
        if _has_data(schema)
        else NONE
        for event, schema in keys["receive"].items()
    }
    after = {event: tuple(ends) for event, ends in keys.get("turn_after", {}).items()}
    maps = {"turn_after": after, "resume": keys.get("resume")}
    pipe, piped = _pipe(keys, schemas, pointer) if "pipe" in keys else ({}, ())
    return Socket(
        events=keys["events"],
        root=_group(keys["name"], "", senders),
        received=received,
        texts={event: schemas.text_of(schema) for event, schema in keys["receive"].items()},
        options={
            "hosts": hosts,
            "ready": keys["ready"],
            "errors": tuple(keys["errors"]),
            "turn": tuple(keys["turn"]),
            "settings": keys["settings"],
            **{key: value for key, value in maps.items() if value},
        },
        pipe=pipe,
        piped=piped,
        pointer=pointer,
    )


def _sender(event: str, schema: dict[str, Any], schemas: Schemas, pointer: str) -> Sender:
    fields = _fields(schema, schemas, pointer) if _has_data(schema) else []
    arguments = [body_argument(prop, schemas) for prop in fields]
    if any(argument.location == "files" for argument in arguments):
        raise no_file_here(pointer)
    return Sender(event, in_order(arguments, pointer), schemas.text_of(schema))


def _has_data(schema: dict[str, Any]) -> bool:
    return bool(schema.keys() - {"description"})


def _fields(schema: dict[str, Any], schemas: Schemas, pointer: str) -> list[Property]:
    name = referred(schema)
    if not schemas.is_model(name):
        raise GeneratorError(
            "the data of an event that is sent are not an object with properties",
            pointer=pointer,
            remedy="List its properties in an overlay, or only describe the event if it has none.",
        )
    return schemas.request_properties(name)


def _group(class_name: str, path: str, senders: Iterable[Sender]) -> Group:
    prefix = f"{path}." if path else ""
    own: list[Sender] = []
    lower: dict[str, list[Sender]] = {}
    for sender in senders:
        step, _, rest = sender.event.removeprefix(prefix).partition(".")
        (lower.setdefault(step, []) if rest else own).append(sender)
    own.sort(key=lambda sender: sender.name)
    children = (_group(class_name + pascal(one), prefix + one, lower[one]) for one in sorted(lower))
    return Group(class_name, path, tuple(own), tuple(children))


def _pipe(
    keys: dict[str, Any], schemas: Schemas, pointer: str
) -> tuple[dict[str, str | int], tuple[str, ...]]:
    """Return the arguments of the pipe, and how a module spells what goes in and comes out."""
    pipe = keys["pipe"]
    spelled: list[str] = []
    options: dict[str, str | int] = {}
    for key, direction in (("feed", "send"), ("take", "receive")):
        event, _, field = pipe[key].rpartition(".")
        place = join(pointer, "pipe", key)
        known = {prop.wire: prop for prop in _fields(keys[direction][event], schemas, place)}
        type_ = without_null(schemas.type_of(known[field].schema, known[field].pointer))
        if type_ not in {BYTES, STRING}:
            raise GeneratorError(
                f"{pipe[key]} is neither a text nor bytes, so it can't be piped",
                pointer=place,
                remedy="Name another field in an overlay, or leave pipe out.",
            )
        spelled.append(as_result(type_))
        options |= {key: event, f"{key}_field": field}
    return pipe | options, tuple(spelled)


def check_sockets(sockets: Iterable[Socket], taken: Iterable[str]) -> tuple[Socket, ...]:
    """Return the sockets by name, once each name means one thing.

    Raises:
        GeneratorError: Two classes, or two unions of events, would have one name.
    """
    classes: dict[str, tuple[str, str]] = {}
    unions: dict[str, Any] = dict.fromkeys(taken)
    found = sorted(sockets, key=lambda socket: socket.name)
    for socket in found:
        pointer = join(socket.pointer, "name")
        for group in socket.root.groups:
            for name in (group.class_name, f"Async{group.class_name}"):
                check_class(name, pointer, taken=_CLASSES)
                meant = (socket.pointer, group.path)
                if classes.setdefault(name, meant) != meant:
                    raise _clash("classes", name, pointer)
        pointer = join(socket.pointer, "events")
        check_class(socket.events, pointer, taken=_CLASSES)
        if unions.setdefault(socket.events, socket.data) != socket.data:
            raise _clash("unions of events", socket.events, pointer)
    return tuple(found)


def _clash(what: str, name: str, pointer: str) -> GeneratorError:
    return GeneratorError(
        f"two {what} would both be called {name}",
        pointer=pointer,
        remedy="Choose another name in x-client-socket in an overlay, or leave events out there.",
    )
