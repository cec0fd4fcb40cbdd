"""What takes time: how its state is read, and which arguments start it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.errors import GeneratorError
from generator.json_values import pascal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generator.plan.arguments import Argument
    from generator.plan.methods import Method

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


def make_waits(keys: Iterable[tuple[str, Mapping[str, Any]]], methods: list[Method]) -> list[Wait]:
    """Read ``x-client-wait`` of all operations, by pointer.

    Raises:
        GeneratorError: It names a method or an argument that is not there.
    """
    by_path = {method.path: method for method in methods}
    by_pointer = {method.pointer: method for method in reversed(methods)}
    waits: list[Wait] = []
    for pointer, key in keys:
        method = by_pointer[pointer]
        if key["poll"] not in by_path:
            raise GeneratorError(
                f"{key['poll']} is not a method",
                pointer=f"{pointer}/x-client-wait/poll",
                remedy="Name the method that tells the state of what was started.",
            )
        names = {argument.name for argument in method.arguments}
        for name in key.get("fixed", ()):
            if name not in names:
                raise GeneratorError(
                    f"{method.path} has no argument {name}",
                    pointer=f"{pointer}/x-client-wait/fixed",
                    remedy=f"Name some of: {', '.join(sorted(names))}.",
                )
        waits.append(
            Wait(
                method.path,
                tuple(one for one in method.arguments if one.name not in key.get("fixed", ())),
                tuple((name, key[name]) for name in _PLACES if name in key),
                tuple((name, tuple(key[name])) for name in _STATES if name in key),
            )
        )
    return sorted(waits, key=lambda wait: wait.path)
