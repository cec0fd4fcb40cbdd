"""What takes time: how its state is read, and which arguments start it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.errors import GeneratorError, gather, raise_all
from generator.json_values import pascal
from generator.plan.extensions import fields_of_types
from generator.plan.types import Reference, TypeRef, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.plan.arguments import Argument
    from generator.plan.methods import Method
    from generator.plan.schemas import Schemas

_STATES = ("pending", "succeeded", "failed", "action")
_PLACES = ("state", "code", "message")


@frozen
class Wait:
    """What ``x-client-wait`` says of a method.

    Attributes:
        path: The dotted name of the method that starts it.
        arguments: The arguments of the method, without those that the waiting sets itself.
        places: The dotted fields of what a poll returns, by what they hold.
        states: The states by what they mean.
    """

    path: str
    arguments: tuple[Argument, ...]
    places: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, tuple[str | int, ...]], ...]

    @property
    def constant(self) -> str:
        """The name of the constant that describes it."""
        return self.path.replace(".", "_").upper()

    @property
    def class_name(self) -> str:
        """The name of the typed dictionary of its arguments."""
        return f"{pascal(self.path)}Arguments"


def make_waits(
    keys: Iterable[tuple[str, Mapping[str, Any]]], methods: list[Method], schemas: Schemas
) -> list[Wait]:
    """Read ``x-client-wait`` of all operations, by pointer.

    Raises:
        GeneratorError: It names a method, argument or field that is not there, or a state twice.
    """
    by_path = {method.path: method for method in methods}
    by_pointer = {method.pointer: method for method in reversed(methods)}
    waits = gather(
        partial(_wait, pointer, key, by_pointer[pointer], by_path, schemas) for pointer, key in keys
    )
    return sorted(waits, key=lambda wait: wait.path)


def _polled(poll: Method, schemas: Schemas) -> Iterator[TypeRef]:
    """Yield the types in what a poll returns, and those in their fields: what they list counts."""
    for type_ in walk(poll.paging.item if poll.paging else poll.result):
        yield type_
        for prop in schemas.answer_properties(type_.name) if isinstance(type_, Reference) else ():
            yield from walk(schemas.type_of(prop.schema, prop.pointer))


def _wait(
    pointer: str,
    key: Mapping[str, Any],
    method: Method,
    methods: Mapping[str, Method],
    schemas: Schemas,
) -> list[Wait]:
    faults: list[GeneratorError] = []
    if key["poll"] not in methods:
        faults.append(
            GeneratorError(
                f"{key['poll']} is not a method",
                pointer=f"{pointer}/x-client-wait/poll",
                remedy="Name the method that tells the state of what was started.",
            )
        )
    elif not fields_of_types(
        _polled(methods[key["poll"]], schemas), key["state"].partition(".")[0], schemas
    ):
        faults.append(
            GeneratorError(
                f"nothing that {key['poll']} returns has a field {key['state']!r}",
                pointer=f"{pointer}/x-client-wait/state",
                remedy="Name the field that holds the state, as the Python class has it.",
            )
        )
    faults += (
        GeneratorError(
            f"the state {state!r} is there twice",
            pointer=f"{pointer}/x-client-wait",
            remedy="Leave it where it belongs in an overlay.",
        )
        for state, times in Counter(
            state for name in _STATES for state in key.get(name, ())
        ).items()
        if times > 1
    )
    fixed = key.get("fixed", ())
    names = {argument.name for argument in method.arguments}
    faults += (
        GeneratorError(
            f"{method.path} has no argument {name}",
            pointer=f"{pointer}/x-client-wait/fixed",
            remedy=f"Name some of: {', '.join(sorted(names))}.",
        )
        for name in fixed
        if name not in names
    )
    raise_all(faults)
    return [
        Wait(
            method.path,
            tuple(one for one in method.arguments if one.name not in fixed),
            tuple((name, key[name]) for name in _PLACES if name in key),
            tuple((name, tuple(key[name])) for name in _STATES if name in key),
        )
    ]
