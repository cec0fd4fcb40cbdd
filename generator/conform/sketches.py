"""Makes event streams of the streams that pages print, which are sketches for human readers.

They hold comments, leave out the empty lines between events, explain the names of events in
brackets, break data over several lines, and print one outcome after the other.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

_FIELD: Final = re.compile(r"\s*(event|data|id|retry)\s*:\s?(.*?)\s*")
_REMARK: Final = re.compile(r"[\s(（]")


@frozen
class PrintedEvent:
    """An event as a page prints it.

    Attributes:
        event: Its name.
        data: Its data.
        id: Its id, if one is printed.
    """

    event: str
    data: str
    id: str | None = None

    @property
    def wire(self) -> bytes:
        """The event as it stands in a stream."""
        head = [] if self.id is None else [f"id: {self.id}"]
        data = [f"data: {line}" for line in self.data.split("\n")]
        return "\n".join([*head, f"event: {self.event}", *data, "", ""]).encode()


def is_json(text: str) -> bool:
    """Whether a text is JSON to the letter."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def printed_streams(sketch: str, last: AbstractSet[str]) -> Iterator[list[PrintedEvent]]:
    """Read the streams of a sketch, one for each outcome.

    Args:
        sketch: The sketch.
        last: The names of the events after which nothing more comes.
    """
    stream = list[PrintedEvent]()
    for event in _events(sketch):
        stream.append(event)
        if event.event in last:
            yield stream
            stream = []
    if stream:
        yield stream


@frozen
class _Open:
    """The event that is being read."""

    fields: dict[str, str] = field(factory=dict)
    data: list[str] = field(factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether its data does not go on in the next line: it opens nothing that is still open."""
        text = "\n".join(self.data)
        balanced = text.count("{") <= text.count("}") and text.count("[") <= text.count("]")
        return balanced or is_json(text)

    def closed(self) -> PrintedEvent:
        name = self.fields.get("event", "message")
        return PrintedEvent(name, "\n".join(self.data), self.fields.get("id"))


def _events(sketch: str) -> Iterator[PrintedEvent]:
    now = _Open()
    for line in sketch.replace("\r\n", "\n").split("\n"):
        match = _FIELD.fullmatch(line)
        if match is None:
            if now.data and not now.is_whole:
                now.data.append(line)
            elif now.data and not line.strip():
                yield now.closed()
                now = _Open()
            continue
        name, value = match.groups()
        if name == "data":
            now.data.append(value)
            continue
        if now.data:
            yield now.closed()
            now = _Open()
        now.fields[name] = _REMARK.split(value)[0] if name == "event" else value
    if now.data:
        yield now.closed()
