"""Reads OpenAPI Overlay documents, version 1.0 and 1.1.

Both versions are read by the rules of 1.1, which settle what 1.0 left open.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from attrs import field, frozen

from generator.errors import GeneratorError
from generator.json_values import is_object
from generator.jsonpath import Query
from generator.spec import join, line_of, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VERSION: Final = re.compile(r"1\.[01]\.\d+(?:-.+)?")
_ROOT: Final[Mapping[str, type]] = {"overlay": str, "info": dict, "extends": str, "actions": list}
_INFO: Final[Mapping[str, type]] = {"title": str, "version": str, "description": str}
_ACTION: Final[Mapping[str, type]] = {
    "target": str,
    "description": str,
    "update": object,
    "copy": str,
    "remove": bool,
    "x-optional": bool,
}
_LABELS: Final[Mapping[type, str]] = {
    str: "a text",
    bool: "true or false",
    dict: "an object",
    list: "an array",
}


@frozen
class Action:
    """One change of a document.

    Attributes:
        number: Its place in the overlay, from 1.
        target: The JSONPath of what it changes.
        reason: Its description: why it is there.
        kind: What it does.
        query: The target, compiled.
        value: What ``update`` merges; the query of what ``copy`` merges.
        optional: Whether the target may match nothing.
    """

    number: int
    target: str
    reason: str
    kind: Literal["update", "copy", "remove", "nothing"]
    query: Query = field(repr=False)
    value: Any = field(repr=False)
    optional: bool

    def __str__(self) -> str:
        """Return how remarks and errors name it."""
        return f"action {self.number} ({self.target})"


@frozen
class Overlay:
    """An overlay document.

    Attributes:
        path: The file that it was read from.
        actions: What it does, in this order.
    """

    path: Path
    actions: tuple[Action, ...] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an overlay.

        Raises:
            GeneratorError: The file is not an overlay of version 1.0 or 1.1.
        """
        return cls(path, _Form(path).read(load(path)))


@frozen
class _Form:
    """Checks the form of an overlay."""

    path: Path

    def read(self, root: dict[str, Any]) -> tuple[Action, ...]:
        """Return the actions."""
        version = root.get("overlay")
        if not (isinstance(version, str) and _VERSION.fullmatch(version)):
            raise self._error(
                "/overlay",
                f"the Overlay version is {version!r}",
                "Begin the file with 'overlay: 1.0.0' or 'overlay: 1.1.0'.",
            )
        self._check("", root, _ROOT, ("info", "actions"))
        self._check("/info", root["info"], _INFO, ("title", "version"))
        actions: list[Any] = root["actions"]
        if not actions:
            raise self._error("/actions", "there is no action", "Write one, or remove the file.")
        known: dict[str, int] = {}
        for number, action in enumerate(actions, 1):
            pointer = join("/actions", number - 1)
            self._check(pointer, action, _ACTION, ("target",))
            first = known.setdefault(json.dumps(action, sort_keys=True), number)
            if first != number:
                raise self._error(pointer, f"this is action {first} again", "Remove one of them.")
        return tuple(self._action(*numbered) for numbered in enumerate(actions, 1))

    def _action(self, number: int, action: dict[str, Any]) -> Action:
        pointer = join("/actions", number - 1)
        if "update" in action and "copy" in action:
            raise self._error(
                pointer, "the action has both update and copy", "Split it into two actions."
            )
        kind, value = "nothing", None
        if action.get("remove"):
            kind = "remove"
        elif "copy" in action:
            kind, value = "copy", self._compile(f"{pointer}/copy", action["copy"])
        elif "update" in action:
            kind, value = "update", action["update"]
        target = action["target"]
        query = self._compile(f"{pointer}/target", target)
        reason, optional = action.get("description", ""), action.get("x-optional", False)
        return Action(number, target, reason, kind, query, value, optional)

    def _compile(self, pointer: str, text: str) -> Query:
        try:
            return Query.of(text)
        except GeneratorError as error:
            raise self._error(pointer, error.message, error.remedy or "") from error

    def _check(
        self, pointer: str, value: Any, fields: Mapping[str, type], required: tuple[str, ...]
    ) -> None:
        if not is_object(value):
            raise self._error(pointer, "this is not an object", "Write 'field: value' lines.")
        for name in required:
            if name not in value:
                raise self._error(pointer, f"the field {name!r} is missing", "Add it.")
        for name, content in value.items():
            kind = fields.get(name, object if name.startswith("x-") else None)
            if kind is None:
                raise self._error(
                    join(pointer, name),
                    f"the field {name!r} is unknown",
                    f"Use {', '.join(fields)}, or a name that begins with x-.",
                )
            if not isinstance(content, kind):
                message = f"the field {name!r} is not {_LABELS[kind]}"
                raise self._error(join(pointer, name), message, "Correct its value.")

    def _error(self, pointer: str, message: str, remedy: str) -> GeneratorError:
        line = line_of(self.path, pointer)
        return GeneratorError(message, file=self.path, line=line, remedy=remedy)
