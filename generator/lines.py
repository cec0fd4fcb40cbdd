"""The lines of a YAML or JSON text at which its parts stand."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeAlias, cast

import yaml
from attrs import frozen

from generator.spec import split

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_Place: TypeAlias = tuple[str, ...]


@frozen
class Lines:
    """Finds lines in a text, which is read when the first one is asked for."""

    text: str

    def of(self, pointer: str) -> int | None:
        """Return the line, from 1, of what a JSON pointer names, or of what would hold it."""
        place = tuple(split(pointer))
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place)

    @cached_property
    def _lines(self) -> Mapping[_Place, int]:
        try:
            root = yaml.compose(self.text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            # JSON that is indented with tabs is no YAML.
            return {}
        found: dict[_Place, int] = {(): root.start_mark.line + 1} if root else {}
        waiting: list[tuple[_Place, yaml.Node | None]] = [((), root)]
        while waiting:
            place, node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                inner = [
                    ((*place, key.value), key, value)
                    for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value)
                ]
            elif isinstance(node, yaml.SequenceNode):
                items = cast("list[yaml.Node]", node.value)
                inner = [((*place, str(at)), item, item) for at, item in enumerate(items)]
            else:
                continue
            for below, marked, value in inner:
                found[below] = marked.start_mark.line + 1
                waiting.append((below, value))
        return found


def line_of(path: Path, pointer: str) -> int | None:
    """The line, from 1, of what a JSON pointer names in a file, or of what would hold it.

    This reads the file: ask only to report an error.
    """
    try:
        return _lines(path.read_text(encoding="utf-8-sig")).of(pointer)
    except (OSError, UnicodeDecodeError):
        return None


@lru_cache(maxsize=32)
def _lines(text: str) -> Lines:
    return Lines(text)
