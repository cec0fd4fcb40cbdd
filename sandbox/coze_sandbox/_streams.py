"""Event streams: scripted ones from the files beside this module, made up ones for the rest."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from coze_sandbox._echo import echo, given_by, identify
from coze_sandbox._errors import INTERNAL, SCRIPTED, RefusalError
from coze_sandbox._json import ABSENT, Object, encode, is_object

if TYPE_CHECKING:
    from coze_sandbox._call import Call
    from coze_sandbox._document import EventStream
    from coze_sandbox._scenarios import Scenario
    from coze_sandbox._synthesis import Synthesiser

FIELD = re.compile(r"^(id|event|data):( ?)(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Frame:
    """One event as it is sent: its name, its data as text, its id if it has one."""

    event: str
    data: str
    id: str | None = None
    gap: str = " "

    @classmethod
    def parse(cls, block: str) -> Frame:
        """Read the lines of one event."""
        found = {name: (gap, value) for name, gap, value in FIELD.findall(block)}
        gap, event = found["event"]
        return cls(event, found["data"][1], found.get("id", (gap, None))[1], gap)

    def encode(self) -> bytes:
        """Return the bytes of the event, with the blank line that ends it."""
        fields = (("id", self.id), ("event", self.event), ("data", self.data))
        lines = [f"{name}:{self.gap}{value}\n" for name, value in fields if value is not None]
        return "".join([*lines, "\n"]).encode()


class Streams:
    """Makes the events of a streamed call."""

    def __init__(self, synthesiser: Synthesiser) -> None:
        self._synthesiser = synthesiser
        self._scripts = {
            file.name.removesuffix(".sse"): file.read_text(encoding="utf-8")
            for file in resources.files("coze_sandbox").joinpath("streams").iterdir()
            if file.name.endswith(".sse")
        }

    def frames(self, call: Call, stream: EventStream, scenario: Scenario) -> list[Frame]:
        """Return the events of a call.

        Raises:
            RefusalError: the scenario names a script or an event that the stream does not have.
        """
        frames = self._scripted(call, stream, scenario.script) or self._made_up(stream)
        frames = [self._filled(frame, call, stream) for frame in frames]
        if scenario.no_end:
            frames = [frame for frame in frames if frame.event not in stream.end]
        if scenario.error_event is not None:
            frames = frames[: len(frames) // 2]
            frames.append(self._failure(stream, scenario, frames))
        return frames

    def script(self, names: tuple[str, ...], variant: str | None) -> list[Frame]:
        """Read the script of the first name that has one; no variant but the usual may be missing.

        Raises:
            RefusalError: none of them has this variant.
        """
        suffix = "" if variant is None else f".{variant}"
        script = next(
            (self._scripts[name + suffix] for name in names if name + suffix in self._scripts), None
        )
        if script is None and variant is not None:
            raise RefusalError(f"scenario: {names[0]} has no script called {variant!r}")
        return [Frame.parse(block) for block in (script or "").split("\n\n") if block.strip()]

    def _scripted(self, call: Call, stream: EventStream, variant: str | None) -> list[Frame]:
        frames = self.script((call.name, stream.name), variant)
        return [frame for frame in frames if frame.event in stream.events]

    def _made_up(self, stream: EventStream) -> list[Frame]:
        """Return each event once, those that end the stream last."""
        last = {*stream.errors, *stream.pause, *stream.end}
        names = [name for name in stream.events if name not in last]
        return [Frame(name, self._data(stream, name)) for name in (*names, *stream.end)]

    def _data(self, stream: EventStream, event: str) -> str:
        value = self._synthesiser.value(stream.events[event])
        return encode(None if value is ABSENT else value).decode()

    def _filled(self, frame: Frame, call: Call, stream: EventStream) -> Frame:
        """Put the ids and values of the call into an event."""
        data = json.loads(frame.data or "null")
        if not is_object(data):
            return frame
        schema = stream.events[frame.event]
        echo(self._synthesiser, schema, data, given_by(call))
        identify(self._synthesiser, schema, data, call)
        return replace(frame, data=encode(data).decode())

    def _failure(self, stream: EventStream, scenario: Scenario, before: list[Frame]) -> Frame:
        event = scenario.error_event or ""
        if event not in stream.errors:
            raise RefusalError(
                f"scenario: no error event {event!r}; there are {', '.join(stream.errors)}"
            )
        data = json.loads(self._data(stream, event))
        code = INTERNAL if scenario.code is None else scenario.code
        msg = SCRIPTED if scenario.msg is None else scenario.msg
        if is_object(data):
            set_error_fields(data, code, msg)
        like = before[-1] if before else Frame(event, "")
        number = None if like.id is None else str(int(like.id) + 1)
        return Frame(event, encode(data).decode(), number, like.gap)


def set_error_fields(data: Object, code: int, msg: str) -> None:
    """Put a code and a text into the fields of an error, however they are called."""
    for name, value in data.items():
        if is_object(value):
            set_error_fields(value, code, msg)
        elif name.endswith("code"):
            data[name] = _same_type(value, code)
        elif name.endswith(("msg", "message")):
            data[name] = msg


def _same_type(like: Any, code: int) -> int | str:
    return str(code) if isinstance(like, str) else code
