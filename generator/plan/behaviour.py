"""What the ``x-client-*`` keys of an operation say, in the words of the runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from generator.errors import GeneratorError
from generator.plan.names import attribute_name
from generator.plan.types import ListOf, TypeRef, as_result, literal, without_null

if TYPE_CHECKING:
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

    strategy: Literal["NumberPaging", "TokenPaging", "WindowPaging"]
    options: tuple[tuple[str, str | int], ...]
    items: str
    item: TypeRef

    @property
    def data(self) -> str:
        """How a module spells the type of an item."""
        return as_result(self.item)


@frozen
class Batch:
    """How one argument of many values is split over several requests."""

    argument: str
    size: int
    join: str | None


@frozen
class Stream:
    """The events of a stream.

    Attributes:
        name: The name of their union.
        groups: Event names that carry the same data, with its type.
        end: The events that end the stream.
        pause: The events after which the connection may end as well.
        errors: The events that are raised instead of delivered.
    """

    name: str
    groups: tuple[tuple[tuple[str, ...], TypeRef], ...]
    end: tuple[str, ...]
    pause: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def data(self) -> tuple[tuple[str, str], ...]:
        """Each event with the type of its data."""
        return tuple((name, as_result(type_)) for names, type_ in self.groups for name in names)

    @property
    def annotations(self) -> tuple[str, ...]:
        """The members of the union."""
        return tuple(f"Event[{literal(names)}, {as_result(type_)}]" for names, type_ in self.groups)


_STRATEGIES: dict[str, Literal["NumberPaging", "TokenPaging", "WindowPaging"]] = {
    "number": "NumberPaging",
    "token": "TokenPaging",
    "window": "WindowPaging",
}
_PLACES = ("total", "has_more", "next", "first", "last")
_REQUEST_NAMES = ("page", "token", "before", "after", "size")


def paging(
    keys: dict[str, Any], schemas: Schemas, data: list[Property], prefix: str, *, in_body: bool
) -> Paging:
    """Read ``x-client-pagination``.

    Args:
        keys: Its value.
        schemas: The document's schemas.
        data: The properties of the page data.
        prefix: What places in the page data start with.
        in_body: Whether the request names stand in the body.
    """
    by_wire = {prop.wire: prop for prop in data}

    def attribute(key: str) -> str:
        wire = keys[key].removeprefix(prefix)
        if wire not in by_wire:
            raise GeneratorError(
                f"x-client-pagination says {key}: {keys[key]}, and the answer has no such field",
                pointer=data[0].pointer if data else None,
                remedy=f"Name one of: {', '.join(prefix + name for name in by_wire)}.",
            )
        return attribute_name(wire, by_wire[wire].pointer)

    items = attribute("items")
    place = by_wire[keys["items"].removeprefix(prefix)]
    type_ = without_null(schemas.type_of(place.schema, place.pointer))
    if not isinstance(type_, ListOf):
        raise GeneratorError(
            f"x-client-pagination says items: {keys['items']}, which is no array",
            pointer=place.pointer,
            remedy="Name the array of the answer.",
        )
    options: list[tuple[str, str | int]] = [
        (key, keys[key]) for key in _REQUEST_NAMES if key in keys
    ]
    options += [(key, attribute(key)) for key in _PLACES if key in keys]
    if "max_size" in keys:
        options.append(("max_size", keys["max_size"]))
    options.append(("request", "body" if in_body else "query"))
    return Paging(_STRATEGIES[keys["style"]], tuple(options), items, type_.item)


def batch(keys: dict[str, Any]) -> Batch:
    """Read ``x-client-batch``."""
    return Batch(keys["argument"], keys["size"], keys.get("join"))


def stream(keys: dict[str, Any], schemas: Schemas, pointer: str) -> Stream:
    """Read ``x-client-stream``: events of one data type are grouped, raised ones are left out."""
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
    )
