"""What a socket sends: the events of its script, filled with what was sent up."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coze_sandbox import _scripts
from coze_sandbox._echo import echo
from coze_sandbox._errors import INTERNAL, INVALID, SCRIPTED, RefusalError
from coze_sandbox._json import ABSENT, Object, at, encode, is_array, is_object
from coze_sandbox._streams import set_error_fields
from coze_sandbox._synthesis import DIGITS, MOMENT
from coze_sandbox._tones import tone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coze_sandbox._call import Call
    from coze_sandbox._document import Socket
    from coze_sandbox._scenarios import Scenario
    from coze_sandbox._synthesis import Synthesiser

NO_BASE64 = "%%%"
BAD_FRAME = b"\xf1\x00"  # reserved bits, which no extension was agreed to use
IDS = 1_000  # of a turn
FORMAT = "input_audio.format"
CODEC = "output_audio.codec"
RATE = "output_audio.pcm_config.sample_rate"

Item = Object | bytes | int
"""An event, a frame as it stands, or the code to close with."""


@dataclass
class Dialogue:
    """One socket: its settings, its turns, and what its scenario breaks in the first of them.

    Raises:
        RefusalError: the scenario names a script or an event that the socket does not have.
    """

    call: Call
    socket: Socket
    scenario: Scenario
    synthesiser: Synthesiser
    logid: str

    def __post_init__(self) -> None:
        self._script = _scripts.load(self.socket.events)
        _check("script", self.scenario.script, self._script.variants)
        _check("error_event", self.scenario.error_event, self.socket.errors)
        ready = {"event_type": self.socket.ready}
        self._ready: list[Item] = [] if self.scenario.no_ready else [ready]
        self._settings: Object = {}
        self._begun: set[str] = set()
        self._turns = self._sent = 0
        self._in_turn = False

    def opening(self) -> list[Item]:
        """Return what is sent first."""
        if self.scenario.late_ready:
            return []
        ready, self._ready = self._ready, []
        return ready

    def answer(self, event: Object, *, pending: bool) -> tuple[bool, Iterable[Item]]:
        """Answer an event that has been checked.

        Returns:
            Whether that drops what is still to be sent (`pending`: there is something), and what is
            sent; there may be no end of it.

        Raises:
            RefusalError: the audio is not of the format that was set.
        """
        name, data = event["event_type"], event.get("data", {})
        if name == self.socket.settings:
            self._settings |= data
        variant = None if self._turns else self.scenario.script
        block, lines = self._script.find(name, data, variant)
        buffer = name.rpartition(".")[0]
        if not block.begins:
            self._begun.discard(buffer)
        elif buffer not in self._begun:
            self._check_begin(block.begins, data["delta"])
            self._begun.add(buffer)
        lines = self._with_parts(lines, data, variant)
        ends = {*self.socket.turn, *self.socket.turn_after.get(name, ())}
        is_turn = any(line["event_type"] in ends for line in lines)
        is_new = is_turn and not block.continues
        self._turns += is_new
        items: list[Item] = [self._event(line, data) for line in lines]
        if items:
            items[1:1] = self._ready
            self._ready = []
        interrupts = block.interrupt is not None and self._in_turn
        if block.interrupt and interrupts and pending:
            items.insert(0, self._event(block.interrupt, data))
        self._in_turn = is_turn or (self._in_turn and not interrupts)
        breaks = is_new and self._turns == 1
        return interrupts, self._broken(items, ends) if breaks else items

    def error(self, msg: str, code: int = INVALID) -> Object:
        """Make an error event."""
        name = self.scenario.error_event or self.socket.errors[0]
        data = self.synthesiser.value(self.socket.receive[name])
        set_error_fields(data, code, msg)
        return {"event_type": name, "data": data}

    def encode(self, item: Object) -> bytes:
        """Return an event as it is sent."""
        self._sent += 1
        detail = {"logid": self.logid, "respond_at": str(MOMENT * 1_000 + self._sent)}
        number = f"00000000-0000-4000-8000-{self._sent:012d}"
        return encode({"id": number, **item, "detail": detail})

    def _check_begin(self, begins: dict[str, str], audio: str) -> None:
        kind = self._set(FORMAT, next(iter(begins)))
        if not audio.startswith(begins.get(kind, "")):
            raise RefusalError(
                f"body.data.delta: {FORMAT} is {kind}, and this is not {kind}; send "
                f"{self.socket.settings} first"
            )

    def _set(self, place: str, default: Any) -> Any:
        value = at(self._settings, place)
        return default if value is ABSENT else value

    def _with_parts(self, lines: list[Object], data: Object, variant: str | None) -> list[Object]:
        """Return events with those of the parts that they run."""
        found: list[Object] = []
        for line in lines:
            if "run" in line:
                _, part = self._script.find(line["run"], data, variant)
                found += self._with_parts(part, data, variant)
            else:
                found.append(line)
        return found

    def _broken(self, items: list[Item], ends: set[str]) -> Iterable[Item]:
        """Break a turn in the middle, as the scenario has it."""
        scenario, middle = self.scenario, len(items) // 2
        before, after = items[:middle], items[middle:]
        if scenario.no_end:
            after = [one for one in after if is_object(one) and one["event_type"] not in ends]
        if scenario.unknown_event is not None:
            before.append({"event_type": scenario.unknown_event, "data": {"new": True}})
        if scenario.oversize is not None and is_object(after[0]):
            after[0] = {**after[0], "padding": "x" * scenario.oversize}
        if scenario.error_event is not None:
            code = INTERNAL if scenario.code is None else scenario.code
            return [*before, self.error(scenario.msg or SCRIPTED, code)]
        if scenario.close_code is not None:
            return [*before, scenario.close_code]
        if scenario.bad_frame:
            return [*before, BAD_FRAME]
        if scenario.endless:
            return itertools.chain(before, itertools.repeat(after[0]))
        return before + after

    def _event(self, line: Object, data: Object) -> Object:
        """Fill an event of the script."""
        name = line["event_type"]
        usual: Object = self._script.usual.get(name, {})
        if not usual and "data" not in line:
            return {"event_type": name}
        given = dict(self.call.arguments)
        for one in self._settings.values():
            given |= one if is_object(one) else {}
        made = line.get("data", usual)
        if is_object(made):
            made = {**usual, **made}
        made = self._filled(made, {**self._settings, **data, "settings": self._settings})
        echo(self.synthesiser, self.socket.receive.get(name, {}), made, given)
        return {"event_type": name, "data": made}

    def _filled(self, value: Any, given: Object) -> Any:
        """Fill the places of a script: `#1` is an id of this turn, `$name` what was given."""
        if is_array(value):
            return [self._filled(one, given) for one in value]
        if is_object(value) and "tone_ms" in value:
            if self.scenario.bad_base64:
                return NO_BASE64
            return tone(value["tone_ms"], self._set(RATE, 24_000), self._set(CODEC, "pcm"))
        if is_object(value):
            return {name: self._filled(one, given) for name, one in value.items()}
        if isinstance(value, str) and value[:1] == "#":
            return str(DIGITS + IDS * self._turns + int(value[1:]))
        if isinstance(value, str) and value[:1] == "$":
            name, _, default = value[1:].partition("|")
            return given.get(name, default)
        return value


def _check(field: str, value: str | None, known: Iterable[str]) -> None:
    if value not in (None, *known):
        raise RefusalError(
            f"scenario: the socket has no {field} {value!r}; there are {', '.join(known) or 'none'}"
        )
