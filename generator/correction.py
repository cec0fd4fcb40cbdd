"""Applies overlays to a document, and keeps in mind what each action did.

The standard calls an action whose target matches nothing a success; ``strict`` makes it an error,
so that a correction of something that is no longer there is noticed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias, cast

from attrs import define, field, frozen

from generator.creation import is_created, only_named
from generator.errors import GeneratorError, raise_all
from generator.json_values import MAX_VALUES, clone, is_array, is_object, size_of
from generator.jsonpath import Query
from generator.normalise.walk import identity
from generator.provenance import Place
from generator.spec import join

if TYPE_CHECKING:
    from pathlib import Path

    from jsonpath import JSONPathMatch

    from generator.overlay import Action, Overlay

Rules: TypeAlias = Literal["standard", "strict", "own"]
_PRIMITIVE: Final = "a primitive value"
_SETS: Final = (("required",), ("enum",), ("tags",))


@frozen
class Finding:
    """A remark on an action that is no error.

    Attributes:
        place: Where the action stands.
        message: The remark.
    """

    place: Place
    message: str

    def __str__(self) -> str:
        """Return ``file:line: action N (target): remark``."""
        return f"{self.place}: {self.message}"


@frozen
class Override:
    """Something that the document says and an action replaces or removes.

    Attributes:
        by: What replaces it, in the overlay.
        pointer: The JSON pointer of the place in the corrected document.
        value: What the document says; ``None`` also if it says nothing.
    """

    by: Place
    pointer: str
    value: Any


@define
class Correction:
    """A document to which overlays are applied.

    Attributes:
        document: The document, as corrected so far.
        place: Who wrote it.
        rules: What is an error besides what the standard calls one. ``strict``: a target that
            matches nothing, unless the action says ``x-optional: true``. ``own``, for overlays that
            correct this very document: that, an action without a description, and one that would
            create what is there.
        findings: Remarks on actions that are no errors.
        overrides: What of the document no longer shows.
    """

    document: dict[str, Any]
    place: Place
    rules: Rules
    findings: list[Finding] = field(factory=list[Finding])
    overrides: list[Override] = field(factory=list[Override])
    _faults: list[GeneratorError] = field(factory=list[GeneratorError])
    _stale: dict[tuple[str, str], list[Place]] = field(factory=dict[tuple[str, str], list[Place]])

    @classmethod
    def of(cls, document: dict[str, Any], file: Path, rules: Rules) -> Self:
        """Begin with a document, which is left as it is."""
        return cls(clone(document), Place(file, ""), rules)

    def apply(self, overlay: Overlay) -> None:
        """Apply an overlay. What can't be done is kept as an error, and the rest is done."""
        room = _Room()
        for action in overlay.actions:
            place = Place(overlay.path, join("/actions", action.number - 1), action)
            if self.rules == "own" and not action.reason.strip():
                self.add(
                    place,
                    "the action has no description",
                    "Say why it is there, so that it can go when the document catches up.",
                )
            step = _Step(self, place, action, room)
            try:
                if not step.take() and self.rules != "standard" and not action.optional:
                    self.miss(action.query, place)
            except GeneratorError as error:
                self.add(place, error.message, error.remedy or "")

    def add(self, place: Place, message: str, remedy: str) -> None:
        """Keep an error."""
        self._faults.append(_error([place], message, remedy))

    def miss(self, query: Query, by: Place) -> None:
        """Keep the error that a query at a place in an overlay matches nothing."""
        self._stale.setdefault(query.missing(self.document), []).append(by)

    @property
    def errors(self) -> list[GeneratorError]:
        """What could not be done; the actions that miss the same part of the document are one."""
        return self._faults + [
            _error(
                places,
                "the target matches nothing",
                "The document has changed: correct the target, remove the action, or mark it "
                f"x-optional: true. There is no {path}{hint}",
            )
            for (path, hint), places in self._stale.items()
        ]


def apply(
    document: dict[str, Any], overlay: Overlay, *, strict: bool
) -> tuple[dict[str, Any], list[Finding]]:
    """Apply one overlay to a document, which is left as it is.

    Args:
        document: The document.
        overlay: The overlay.
        strict: Whether a target that matches nothing is an error, unless its action says
            ``x-optional: true``.

    Returns:
        The changed document, and remarks on actions that are no errors.

    Raises:
        GeneratorError: An action can't be done.
    """
    correction = Correction.of(document, overlay.path, "strict" if strict else "standard")
    correction.apply(overlay)
    raise_all(correction.errors)
    return correction.document, correction.findings


@define
class _Room:
    """How many values an overlay may still add: copies of copies would soon fill any memory."""

    values: int = MAX_VALUES


@frozen
class _Step:
    """One action, done to a document in place."""

    correction: Correction
    place: Place
    action: Action
    room: _Room

    def take(self) -> bool:
        """Do it; return whether the target matches anything."""
        nodes = self._select(self.action.query)
        match self.action.kind:
            case "remove":
                self._remove(nodes)
            case "update":
                self._update(nodes, self.action.value, self._below("update"))
            case "copy" if nodes:
                self._update(nodes, self._source(), self._below("copy"))
            case "copy":
                pass
            case "nothing":
                self._note(self.place, "it has nothing to do: no update, no remove")
        return bool(nodes)

    @property
    def own(self) -> bool:
        """Whether the overlay corrects this very document."""
        return self.correction.rules == "own"

    def _select(self, query: Query) -> list[JSONPathMatch]:
        return query.select(self.correction.document)

    def _source(self) -> Any:
        found = self._select(self.action.value)
        if len(found) != 1:
            raise GeneratorError(
                f"copy selects {len(found)} places",
                remedy="Name the one place that is to be copied.",
            )
        return self._copy(found[0].obj)

    def _remove(self, nodes: list[JSONPathMatch]) -> None:
        found = [self._node(node.parts) for node in nodes]
        # Of one array, later items go first, so that the numbers of the others stay right.
        for node in sorted(found, key=_Node.number, reverse=True):
            if node.holder is None:
                raise GeneratorError(
                    "the whole document can't be removed", remedy="Name something within it."
                )
            self._override(node, self.place)
            node.holder.place.remove(node.keys[-1], node.holder.value, self.place)
            del node.holder.value[node.keys[-1]]

    def _update(self, nodes: list[JSONPathMatch], value: Any, by: Place) -> None:
        kinds = {_kind(node.obj) for node in nodes}
        if len(kinds) > 1:
            raise GeneratorError(
                f"the target selects {' and '.join(sorted(kinds))}",
                remedy="Make one action for each.",
            )
        redundant = bool(nodes)
        for match in nodes:
            node = self._node(match.parts)
            new = [value] if is_array(node.value) and not is_array(value) else value
            if _kind(node.value) != _kind(new):
                raise GeneratorError(
                    f"the target is {_kind(node.value)}, and the new value is {_kind(new)}",
                    remedy="Give a value of the same kind, or remove the old one first.",
                )
            if _says(node.value, new):
                continue
            redundant = False
            if node.holder is not None and _kind(node.value) == _PRIMITIVE:
                self._write(node.holder, node.keys[-1], new, by)
            else:
                self._merge(node, new, by)
        if redundant:
            self._note(self.place, "redundant, the document already says this")

    def _merge(self, old: _Node, new: Any, by: Place) -> None:
        if is_array(old.value):
            for number, item in enumerate(new):
                written = by.inner(number, new)
                if not (self.own and self._has(old, item, written)):
                    self._write(old, len(old.value), item, written)
            return
        for key, value in cast("dict[str, Any]", new).items():
            kind, written = _kind(value), by.inner(key, new)
            if (
                self.own
                and key not in old.value
                and self._is_stale((*old.keys, key), value, written)
            ):
                continue
            if key not in old.value or kind == _kind(old.value[key]) == _PRIMITIVE:
                self._write(old, key, value, written)
                continue
            inner = old.inner(key)
            if kind != _kind(inner.value):
                raise GeneratorError(
                    f"{join('', *inner.keys)} is {_kind(inner.value)}, with which {kind} can't be "
                    "merged",
                    remedy="Remove the old one in an action before this one.",
                )
            if self.own and inner.place.action is None and is_created(inner.keys, value):
                self._caught_up(inner, written)
            else:
                self._merge(inner, value, written)

    def _is_stale(self, keys: tuple[str | int, ...], value: Any, by: Place) -> bool:
        """Return whether a new value would only name what is not there, which is an error."""
        named = [*only_named(keys, value)]
        for keys_there in named:
            self.correction.miss(Query.of("$" + "".join(f"[{key!r}]" for key in keys_there)), by)
        return bool(named)

    def _write(self, holder: _Node, key: str | int, value: Any, by: Place) -> None:
        if is_object(holder.value) and key in holder.value:
            inner = holder.inner(key)
            if _text(inner.value) == _text(value):
                return
            self._override(inner, by)
        holder.place.write(key, holder.value, by)
        if is_array(holder.value) and key == len(holder.value):
            holder.value.append(self._copy(value))
        else:
            cast("dict[Any, Any]", holder.value)[key] = self._copy(value)

    def _has(self, old: _Node, item: Any, by: Place) -> bool:
        """Return whether an array that means a set has an item already, and remark on it."""
        if old.keys[-1:] == ("parameters",) and is_object(item) and "name" in item:
            for number, other in enumerate(old.value):
                if is_object(other) and identity(other) == identity(item):
                    self._caught_up(old.inner(number), by)
                    return True
        if old.keys[-1:] in _SETS and _text(item) in map(_text, old.value):
            self._note(by, f"redundant, the list already has {_text(item)}")
            return True
        return False

    def _caught_up(self, old: _Node, by: Place) -> None:
        self.correction.add(
            by,
            f"{join('', *old.keys)} would be created here, and is there already: the document has "
            "caught up",
            f"Remove it here, or correct what {old.place} says with actions of its own.",
        )

    def _override(self, old: _Node, by: Place) -> None:
        if old.place.action is None:
            self.correction.overrides.append(Override(by, join("", *old.keys), old.value))

    def _copy(self, value: Any) -> Any:
        self.room.values -= size_of(value)
        if self.room.values < 0:
            raise GeneratorError(
                f"the overlay adds more than {MAX_VALUES} values", remedy="Use references instead."
            )
        return clone(value)

    def _node(self, parts: tuple[Any, ...]) -> _Node:
        node = _Node(self.correction.document, self.correction.place)
        for part in parts:
            node = node.inner(part)
        return node

    def _below(self, field: str) -> Place:
        return Place(self.place.file, join(self.place.pointer, field), self.action)

    def _note(self, place: Place, message: str) -> None:
        self.correction.findings.append(Finding(place, message))


@frozen(eq=False)
class _Node:
    """Something in the document: its value, who wrote it, and the keys that lead there."""

    value: Any
    place: Place
    keys: tuple[str | int, ...] = ()
    holder: _Node | None = None

    def inner(self, key: str | int) -> _Node:
        place = self.place.inner(key, self.value)
        return _Node(self.value[key], place, (*self.keys, key), self)

    def number(self) -> int:
        """Return the number in an array, else 0."""
        last = self.keys[-1] if self.keys else 0
        return last if isinstance(last, int) else 0


def _kind(value: Any) -> str:
    if is_object(value):
        return "an object"
    return "an array" if is_array(value) else _PRIMITIVE


def _says(old: Any, new: Any) -> bool:
    """Return whether merging the new value changes nothing."""
    if is_object(old) and is_object(new):
        return all(key in old and _says(old[key], value) for key, value in new.items())
    if is_array(old) and is_array(new):
        # What is appended stands there twice.
        return not new
    return _text(old) == _text(new)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _error(places: list[Place], message: str, remedy: str) -> GeneratorError:
    first, *others = places
    error = GeneratorError(message, file=first.file, line=first.line, remedy=remedy)
    return error.with_(action=str(first.action), related=tuple(map(str, others)))
