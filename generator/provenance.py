"""Knows who wrote which place of a corrected document: the document, or an action of an overlay."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import define, field

from generator.json_values import is_array, is_object
from generator.spec import join, line_of, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from generator.errors import GeneratorError
    from generator.overlay import Action

Key: TypeAlias = str | int
MAX_RELATED: Final = 3
"""How many other places an error names."""


@define(eq=False)
class Place:
    """A place of a corrected document, and where what stands there was written.

    What is below a place is made only once an overlay changes something there: until then it stands
    in the same file, below the same place.

    Attributes:
        file: The document, or the overlay that wrote the place.
        pointer: The JSON pointer of the place in that file.
        action: The action that wrote it; ``None``: the document did.
    """

    file: Path
    pointer: str
    action: Action | None = None
    _children: dict[Key, Place] | None = None
    _removed: dict[Key, Place] = field(factory=dict[Key, "Place"])

    def __str__(self) -> str:
        """Return ``file:line: action``."""
        line = self.line
        where = f"{self.file}:{line}" if line else str(self.file)
        return f"{where}: {self.action}" if self.action else where

    @property
    def line(self) -> int | None:
        """The line in the file, from 1."""
        return line_of(self.file, self.pointer)

    def inner(self, key: Key, value: Any) -> Place:
        """Return the place of an item."""
        return self._items(value)[key]

    def write(self, key: Key, value: Any, place: Place) -> None:
        """Note who writes an item, before it is written."""
        self._items(value)[key] = place

    def remove(self, key: Key, value: Any, place: Place) -> None:
        """Note who removes an item, before it is removed."""
        children = self._items(value)
        del children[key]
        if is_array(value):
            self._children = dict(enumerate(children.values()))
        self._removed[key if is_object(value) else ""] = place

    def find(self, pointer: str) -> Place:
        """Return the place of a JSON pointer; if nothing is there, who removed it or its holder."""
        place, parts = self, split(pointer)
        for number, part in enumerate(parts):
            if place._children is None:
                return Place(place.file, join(place.pointer, *parts[number:]), place.action)
            key = int(part) if part.isdecimal() and part not in place._children else part
            found = place._children.get(key)
            if found is None:
                return place._removed.get(part, place._removed.get("", place))
            place = found
        return place

    def written(self) -> Iterator[Place]:
        """Return the places below that other actions wrote or removed."""
        waiting = deque[Place]([self])
        while waiting:
            place = waiting.popleft()
            for one in (*(place._children or {}).values(), *place._removed.values()):  # noqa: SLF001  # its own class
                if one.action is self.action:
                    waiting.append(one)
                elif one.action is not None:
                    yield one

    def _items(self, value: Any) -> dict[Key, Place]:
        if self._children is None:
            keys: Iterable[Key] = value if is_object(value) else range(len(value))
            self._children = {
                key: Place(self.file, join(self.pointer, key), self.action) for key in keys
            }
        return self._children

    def placed(self, error: GeneratorError) -> GeneratorError:
        """Return an error about the corrected document with its file, line and action."""
        if error.file is not None or error.pointer is None:
            return error
        place = self.find(error.pointer)
        # Of the document as a whole, any action would be another place.
        written = place.written() if error.pointer else ()
        others = list(dict.fromkeys(map(str, written)))[:MAX_RELATED]
        return error.with_(
            file=place.file,
            line=place.line,
            action=str(place.action) if place.action else None,
            related=tuple(others),
        )
