"""Applies OpenAPI Overlay documents, version 1.0 and 1.1.

The standard calls an action whose target matches nothing a success; ``strict`` makes it an error,
so that a correction of something that is no longer there is noticed.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast

from attrs import define, field, frozen

from generator.errors import GeneratorError
from generator.selection import Query
from generator.spec import join, line_of, load
from generator.values import MAX_VALUES, clone, is_array, is_object, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jsonpath import JSONPathMatch

_VERSION: Final = re.compile(r"1\.([01])\.\d+(?:-.+)?")
_ROOT: Final[Mapping[str, type]] = {"overlay": str, "info": dict, "extends": str, "actions": list}
_INFO: Final[Mapping[str, type]] = {"title": str, "version": str}
_ACTION: Final[Mapping[str, type]] = {
    "target": str,
    "description": str,
    "update": object,
    "remove": bool,
    "x-optional": bool,
}
_INFO_SINCE_1: Final[Mapping[str, type]] = {"description": str}
_ACTION_SINCE_1: Final[Mapping[str, type]] = {"copy": str}
_TOLD: Final[Mapping[type, str]] = {
    str: "a text",
    bool: "true or false",
    dict: "an object",
    list: "an array",
}
_PRIMITIVE: Final = "a primitive value"


@frozen
class Action:
    """One change of a document.

    Attributes:
        number: Its place in the overlay, from 1.
        target: The JSONPath of what it changes.
        kind: What it does.
        query: The target, compiled.
        value: What ``update`` merges; the query of what ``copy`` merges.
        optional: Whether the target may match nothing.
    """

    number: int
    target: str
    kind: Literal["update", "copy", "remove", "nothing"]
    query: Query = field(repr=False)
    value: Any = field(repr=False)
    optional: bool

    def __str__(self) -> str:
        """How remarks and errors name it."""
        return f"action {self.number} ({self.target})"


@frozen
class Overlay:
    """An overlay document.

    Attributes:
        path: The file that it was read from.
        minor: The minor version of the Overlay Specification that it keeps to: 0 or 1.
        actions: What it does, in this order.
    """

    path: Path
    minor: int
    actions: tuple[Action, ...] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an overlay.

        Raises:
            GeneratorError: The file is no overlay of version 1.0 or 1.1.
        """
        return cls(path, *_Form(path).read(load(path)))


@frozen
class Finding:
    """A remark on an action that is no error.

    Attributes:
        overlay: The overlay.
        action: Its action.
        message: The remark.
    """

    overlay: Overlay
    action: Action
    message: str

    def __str__(self) -> str:
        """``file:line: action N (target): remark``."""
        line = line_of(self.overlay.path, join("/actions", self.action.number - 1))
        return f"{self.overlay.path}:{line}: {self.action}: {self.message}"


def apply(
    document: dict[str, Any], overlay: Overlay, *, strict: bool
) -> tuple[dict[str, Any], list[Finding]]:
    """Apply an overlay to a document.

    Args:
        document: The document; it is left as it is.
        overlay: The overlay.
        strict: Whether a target that matches nothing is an error, unless its action says
            ``x-optional: true``.

    Returns:
        The changed document, and remarks on actions that change nothing.

    Raises:
        GeneratorError: An action can't be done.
    """
    result = clone(document)
    findings: list[Finding] = []
    room = _Room()
    for action in overlay.actions:
        remark = _Step(overlay, action, result, room).take(strict=strict)
        if remark:
            findings.append(Finding(overlay, action, remark))
    return result, findings


@define
class _Room:
    """How many values an overlay may still add: copies of copies would soon fill any memory."""

    values: int = MAX_VALUES


@frozen
class _Step:
    """One action, done to a document in place."""

    overlay: Overlay
    action: Action
    document: dict[str, Any]
    room: _Room

    def take(self, *, strict: bool) -> str | None:
        """Do it; returns a remark."""
        nodes = self._select(self.action.query)
        if not nodes and strict and not self.action.optional:
            raise self._error(
                "the target matches nothing",
                "The document has changed: correct the target, remove the action, or mark it "
                "x-optional: true.",
            )
        match self.action.kind:
            case "remove":
                self._remove(nodes)
            case "update":
                return self._update(nodes, self.action.value)
            case "copy":
                return self._update(nodes, self._source()) if nodes else None
            case "nothing":
                return "it has nothing to do: no update, no remove"
        return None

    def _select(self, query: Query) -> list[JSONPathMatch]:
        try:
            return query.select(self.document)
        except GeneratorError as error:
            raise self._error(error.message, error.remedy or "") from error

    def _source(self) -> Any:
        found = self._select(self.action.value)
        if len(found) != 1:
            raise self._error(
                f"copy selects {len(found)} places", "Name the one place that is to be copied."
            )
        return self._copy(found[0].obj)

    def _remove(self, nodes: list[JSONPathMatch]) -> None:
        for node in nodes:
            self._check_primitive(node)
        # Of one array, later items go first, so that the numbers of the others stay right.
        for node in sorted(nodes, key=_number, reverse=True):
            holder, key = self._place(node)
            del holder[key]

    def _update(self, nodes: list[JSONPathMatch], value: Any) -> str | None:
        kinds = {_kind(node.obj) for node in nodes}
        if self.overlay.minor and len(kinds) > 1:
            raise self._error(
                f"the target selects {' and '.join(sorted(kinds))}", "Make one action for each."
            )
        changes = False
        for node in nodes:
            self._check_primitive(node)
            old: Any = node.obj
            new = value
            if is_array(old) and not (self.overlay.minor and is_array(value)):
                new = [value]
            changes = changes or not _says(old, new)
            if _kind(old) != _kind(new):
                raise self._error(
                    f"the target is {_kind(old)}, and the new value is {_kind(new)}",
                    "Give a value of the same kind, or remove the old one first.",
                )
            if _kind(old) == _PRIMITIVE:
                holder, key = self._place(node)
                holder[key] = new
            else:
                self._merge(old, new, "")
        return "redundant, the document already says this" if nodes and not changes else None

    def _merge(self, old: Any, new: Any, place: str) -> None:
        if is_array(old):
            old.extend(self._copy(new))
            return
        for key, value in cast("dict[str, Any]", new).items():
            kind, here = _kind(value), f"{place}.{key}" if place else key
            if key in old and kind == _kind(old[key]) != _PRIMITIVE:
                self._merge(old[key], value, here)
            elif key in old and kind != _kind(old[key]) and self.overlay.minor:
                raise self._error(
                    f"{here} is {_kind(old[key])}, with which {kind} can't be merged",
                    "Remove the old one in an action before this one.",
                )
            else:
                old[key] = self._copy(value)

    def _copy(self, value: Any) -> Any:
        self.room.values -= size_of(value)
        if self.room.values < 0:
            raise self._error(
                f"the overlay adds more than {MAX_VALUES} values", "Use references instead."
            )
        return clone(value)

    def _place(self, node: JSONPathMatch) -> tuple[Any, str | int]:
        if node.parent is None:
            raise self._error("the whole document can't be removed", "Name something within it.")
        return node.parent.obj, node.parts[-1]

    def _check_primitive(self, node: JSONPathMatch) -> None:
        if not self.overlay.minor and _kind(node.obj) == _PRIMITIVE:
            raise self._error(
                "the target is a primitive value, and Overlay 1.0 changes objects and arrays only",
                "Name the object that holds it, or begin the file with 'overlay: 1.1.0'.",
            )

    def _error(self, message: str, remedy: str) -> GeneratorError:
        path, pointer = self.overlay.path, join("/actions", self.action.number - 1)
        return _error(path, pointer, f"{self.action}: {message}", remedy)


@frozen
class _Form:
    """Checks the form of an overlay."""

    path: Path

    def read(self, root: dict[str, Any]) -> tuple[int, tuple[Action, ...]]:
        """The minor version, and the actions."""
        version = root.get("overlay")
        match = _VERSION.fullmatch(version) if isinstance(version, str) else None
        if not match:
            raise self._error(
                "/overlay",
                f"the Overlay version is {version!r}",
                "Begin the file with 'overlay: 1.0.0' or 'overlay: 1.1.0'.",
            )
        minor = int(match[1])
        self._check("", root, _ROOT, ("info", "actions"))
        info = {**_INFO, **_INFO_SINCE_1} if minor else _INFO
        self._check("/info", root["info"], info, ("title", "version"))
        fields = {**_ACTION, **_ACTION_SINCE_1} if minor else _ACTION
        actions: list[Any] = root["actions"]
        if not actions:
            raise self._error("/actions", "there is no action", "Write one, or remove the file.")
        known: dict[str, int] = {}
        for number, action in enumerate(actions, 1):
            pointer = join("/actions", number - 1)
            self._check(pointer, action, fields, ("target",))
            first = known.setdefault(json.dumps(action, sort_keys=True), number)
            if first != number:
                raise self._error(pointer, f"this is action {first} again", "Remove one of them.")
        return minor, tuple(self._action(*numbered) for numbered in enumerate(actions, 1))

    def _action(self, number: int, action: dict[str, Any]) -> Action:
        pointer = join("/actions", number - 1)
        if "update" in action and "copy" in action:
            raise self._error(pointer, "the action has both update and copy", "Make two of it.")
        kind, value = "nothing", None
        if action.get("remove"):
            kind = "remove"
        elif "copy" in action:
            kind, value = "copy", self._compile(f"{pointer}/copy", action["copy"])
        elif "update" in action:
            kind, value = "update", action["update"]
        target = action["target"]
        query = self._compile(f"{pointer}/target", target)
        return Action(number, target, kind, query, value, action.get("x-optional", False))

    def _compile(self, pointer: str, text: str) -> Query:
        try:
            return Query.of(text)
        except GeneratorError as error:
            raise self._error(pointer, error.message, error.remedy or "") from error

    def _check(
        self, pointer: str, value: Any, fields: Mapping[str, type], required: tuple[str, ...]
    ) -> None:
        if not is_object(value):
            raise self._error(pointer, "this is no object", "Write 'field: value' lines.")
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
                told = f"the field {name!r} is not {_TOLD[kind]}"
                raise self._error(join(pointer, name), told, "Correct its value.")

    def _error(self, pointer: str, message: str, remedy: str) -> GeneratorError:
        return _error(self.path, pointer, message, remedy)


def _kind(value: Any) -> str:
    if is_object(value):
        return _TOLD[dict]
    return _TOLD[list] if is_array(value) else _PRIMITIVE


def _number(node: JSONPathMatch) -> int:
    last = node.parts[-1] if node.parts else 0
    return last if isinstance(last, int) else 0


def _says(old: Any, new: Any) -> bool:
    """Whether merging the new value adds nothing."""
    if is_object(old) and is_object(new):
        return all(key in old and _says(old[key], value) for key, value in new.items())
    if is_array(old) and is_array(new):
        known = {_text(item) for item in old}
        return all(_text(item) in known for item in new)
    return _text(old) == _text(new)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _error(path: Path, pointer: str, message: str, remedy: str) -> GeneratorError:
    return GeneratorError(message, file=path, line=line_of(path, pointer), remedy=remedy)
