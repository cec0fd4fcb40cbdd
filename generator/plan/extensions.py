"""What the ``x-client-*`` keys of an operation say, in the words of the runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from generator.client_keys import PAGING_STYLES
from generator.errors import GeneratorError, raise_all
from generator.plan.names import check_class, field_name
from generator.plan.types import (
    NONE,
    ListOf,
    Reference,
    TypeRef,
    UnionOf,
    as_result,
    literal,
    references,
    without_null,
)
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.plan.schemas import Property, Schemas


@frozen
class Paging:
    """How a list is asked for page by page.

    Attributes:
        strategy: The runtime class that does it.
        options: Its keyword arguments.
        items: The attribute of the page data that holds the items.
        item: The type of one item.
    """

    strategy: str
    options: tuple[tuple[str, str], ...]
    items: str
    item: TypeRef

    @property
    def data(self) -> str:
        """How a module spells the type of an item."""
        return as_result(self.item)


@frozen
class Batch:
    """How one argument of many values is split over several requests.

    Attributes:
        argument: Its request name.
        size: The number of values in one request at most.
        join: The attribute of the answers that holds the lists to be joined.
    """

    argument: str
    size: int
    join: str


@frozen
class Stream:
    """The events of a stream.

    Attributes:
        name: The name of their union.
        groups: Event names that carry the same data, with its type.
        end: The events that end the stream.
        pause: The events after which the connection may end as well.
        errors: The events that are raised instead of delivered.
        outcome: How text and result are read: the keyword arguments of the runtime class.
        parts: The types of a message, the end, the status and the usage in the result.
    """

    name: str
    groups: tuple[tuple[tuple[str, ...], TypeRef], ...]
    end: tuple[str, ...]
    pause: tuple[str, ...]
    errors: tuple[str, ...]
    outcome: tuple[tuple[str, str | list[str] | dict[str, str]], ...] = ()
    parts: tuple[TypeRef, ...] = ()

    @property
    def data(self) -> tuple[tuple[str, str], ...]:
        """Each event with the type of its data."""
        return tuple((name, as_result(type_)) for names, type_ in self.groups for name in names)

    @property
    def result_name(self) -> str:
        """The name of the type of its result, if it has one."""
        return f"{self.name.removesuffix('Event')}StreamResult" if self.parts else ""

    @property
    def result(self) -> str:
        """How a module spells its result."""
        return f"StreamResult[{', '.join(map(as_result, self.parts))}]"

    @property
    def annotations(self) -> tuple[str, ...]:
        """The members of the union."""
        return tuple(f"Event[{literal(names)}, {as_result(type_)}]" for names, type_ in self.groups)


@frozen
class Callback:
    """What the requests of a callback tell.

    Attributes:
        name: The name of their union.
        header: The type of what each says beside its data.
        events: Each event with the type of its data.
        pointer: Where the document says so.
    """

    name: str
    header: TypeRef
    events: tuple[tuple[str, TypeRef], ...]
    pointer: str = field(eq=False)

    @property
    def about(self) -> str:
        """How a module spells the type of the header."""
        return as_result(self.header)

    @property
    def data(self) -> tuple[tuple[str, str], ...]:
        """Each event with how a module spells the type of its data."""
        return tuple((event, as_result(type_)) for event, type_ in self.events)

    @property
    def annotations(self) -> tuple[str, ...]:
        """The members of the union."""
        return tuple(
            f"Callback[{literal((event,))}, {self.about}, {type_}]" for event, type_ in self.data
        )

    @property
    def references(self) -> frozenset[str]:
        """The names of the components that it mentions."""
        types = (self.header, *(type_ for _, type_ in self.events))
        return frozenset[str]().union(*map(references, types))


@frozen
class Recovery:
    """How the rest of a broken stream is found.

    Attributes:
        subject: The method that gives what the stream is about, below the stream's own resource.
        items: The method that gives what it made, likewise.
        options: The keyword arguments of the runtime class.
    """

    subject: str
    items: str
    options: tuple[tuple[str, str | dict[str, str]], ...]


def recovery(keys: dict[str, Any], resource: str, pointer: str) -> Recovery:
    """Read ``recover`` of ``x-client-stream``."""
    for key in ("retrieve", "items"):
        if not keys[key].startswith(f"{resource}."):
            raise GeneratorError(
                f"{key}: {keys[key]} is not below {resource}, the resource of the stream",
                pointer=join(pointer, key),
                remedy="Name a method of that resource, or of one below it.",
            )
    names = ("begin", "arguments", "item", "status", "states")
    return Recovery(
        keys["retrieve"].removeprefix(f"{resource}."),
        keys["items"].removeprefix(f"{resource}."),
        tuple((name, keys[name]) for name in names),
    )


_UNIONS = frozenset({
    "Callback", "Event", "Reconnected", "SocketEvent", "StreamResult", "UnknownCallback",
    "UnknownEvent", "UnknownSocketEvent",
})  # fmt: skip


@frozen
class Answer:
    """Where an answer holds what an ``x-client-*`` key names.

    Attributes:
        key: The key.
        places: Its value, which says where the parts are.
        schemas: The document's schemas.
        properties: The properties of the result.
        pointer: The JSON pointer of the operation.
        prefix: What places in the result start with.
    """

    key: str
    places: dict[str, Any]
    schemas: Schemas
    properties: list[Property]
    pointer: str
    prefix: str = ""

    def attribute(self, part: str) -> str:
        """Return the attribute that holds a part."""
        prop = self._property(part)
        return field_name(prop.label, prop.pointer)

    def array(self, part: str) -> tuple[str, ListOf]:
        """Return the attribute that holds a part which is an array, and its type."""
        prop = self._property(part)
        type_ = without_null(self.schemas.type_of(prop.schema, prop.pointer))
        if not isinstance(type_, ListOf):
            raise GeneratorError(
                f"{self.key} says {part}: {self.places[part]}, which is not an array",
                pointer=join(self.pointer, self.key, part),
                remedy="Name the array of the answer.",
            )
        return self.attribute(part), type_

    def _property(self, part: str) -> Property:
        by_place = {self.prefix + prop.wire: prop for prop in self.properties}
        outer, _, inner = self.places[part].partition(".")
        if inner and outer in by_place:
            beside = ", ".join(name for name in by_place if name != outer)
            why = f"{beside} stands beside {outer}" if beside else f"no envelope is around {outer}"
            raise GeneratorError(
                f"{self.key} says {part}: {self.places[part]}, and {why}, so that the whole answer "
                "is the result",
                pointer=join(self.pointer, self.key, part),
                remedy=f"Remove {beside} from the answer in an overlay, or name it among the "
                "fields of x-client-envelope."
                if beside
                else f"Say in an overlay that {outer} holds the result, as in "
                f"x-client-envelope: {{data: {outer}, fields: [code, msg]}}.",
            )
        if self.places[part] not in by_place:
            raise GeneratorError(
                f"{self.key} says {part}: {self.places[part]}, and the answer has no such field",
                pointer=join(self.pointer, self.key, part),
                remedy=f"Name one of: {', '.join(by_place)}; or correct the answer in an overlay.",
            )
        return by_place[self.places[part]]


def paging(answer: Answer, *, in_body: bool) -> Paging:
    """Read ``x-client-pagination``."""
    keys = answer.places
    items, type_ = answer.array("items")
    style = PAGING_STYLES[keys["style"]]
    options: list[tuple[str, str]] = [(key, keys[key]) for key in style.request]
    options += [(key, answer.attribute(key)) for key in style.answer if key in keys]
    options.append(("request", "body" if in_body else "query"))
    return Paging(style.strategy, tuple(options), items, type_.item)


def batch(answer: Answer) -> Batch:
    """Read ``x-client-batch``."""
    lists, _ = answer.array("join")
    return Batch(answer.places["argument"], answer.places["size"], lists)


def stream(keys: dict[str, Any], schemas: Schemas, pointer: str) -> Stream:
    """Read ``x-client-stream``: events of one data type are grouped, raised ones are left out."""
    check_class(keys["name"], f"{pointer}/name", taken=_UNIONS)
    errors = tuple(keys.get("errors", ()))
    groups: dict[TypeRef, list[str]] = {}
    for event, schema in keys["events"].items():
        if event not in errors:
            type_ = without_null(schemas.type_of(schema, f"{pointer}/events/{event}"))
            groups.setdefault(type_, []).append(event)
    return Stream(
        keys["name"],
        tuple((tuple(events), type_) for type_, events in groups.items()),
        tuple(keys["end"]),
        tuple(keys.get("pause", ())),
        errors,
        tuple(keys.get("outcome", {}).items()),
        _result(keys["outcome"], groups, schemas, pointer) if "outcome" in keys else (),
    )


def _result(
    outcome: dict[str, Any], groups: dict[TypeRef, list[str]], schemas: Schemas, pointer: str
) -> tuple[TypeRef, ...]:
    """Return the types of a message, the end, the status and the usage in the result."""
    types = {event: type_ for type_, events in groups.items() for event in events}
    ends = [types[event] for event in outcome["ends"]]
    message = types[outcome["message"]]
    raise_all(
        GeneratorError(
            f"a message of the stream has no field {name!r}",
            pointer=join(pointer, "outcome"),
            remedy="Correct the name in an overlay, or describe the field in the data of "
            f"{outcome['message']}.",
        )
        for name in (outcome["text"], *outcome.get("answer", ()))
        if not fields_of_types([message], name, schemas)
    )
    status = fields_of_types(ends, outcome["status"], schemas)
    usage = fields_of_types([*ends, message], outcome["usage"], schemas)
    return message, _any_of(ends), _any_of(status), _any_of(usage)


def fields_of_types(types: Iterable[TypeRef], attribute: str, schemas: Schemas) -> list[TypeRef]:
    """Return the types of an attribute in those of the classes that have it."""
    return [
        without_null(schemas.type_of(prop.schema, prop.pointer))
        for type_ in types
        if isinstance(type_, Reference)
        for prop in schemas.answer_properties(type_.name)
        if field_name(prop.label, prop.pointer) == attribute
    ]


def _any_of(types: list[TypeRef]) -> TypeRef:
    members = tuple(dict.fromkeys(types))
    return members[0] if len(members) == 1 else UnionOf(members) if members else NONE


def callbacks(operation: dict[str, Any], schemas: Schemas, pointer: str) -> list[Callback]:
    """Read ``x-client-events`` in the callbacks of an operation."""
    return [
        _callback(request["x-client-events"], schemas, join(pointer, "callbacks", name))
        for name, callback in operation.get("callbacks", {}).items()
        for item in callback.values()
        for request in item.values()
        if "x-client-events" in request
    ]


def _callback(keys: dict[str, Any], schemas: Schemas, pointer: str) -> Callback:
    check_class(keys["name"], pointer, taken=_UNIONS)

    def type_of(schema: dict[str, Any]) -> TypeRef:
        return without_null(schemas.type_of(schema, pointer))

    return Callback(
        keys["name"],
        type_of(keys["header"]),
        tuple((event, type_of(schema)) for event, schema in keys["events"].items()),
        pointer,
    )
