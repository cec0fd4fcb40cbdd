"""The scripts of sockets: what is sent in answer to an event, from the files in `sockets/`."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from coze_sandbox._json import Object


class Block(msgspec.Struct, frozen=True, rename={"condition": "if"}):
    """The answer to an event, or a part that answers share.

    Attributes:
        on: the event that is sent up, or the name of the part.
        script: the variant that it belongs to; see `Scenario.script`.
        condition: values that the data of the event must have.
        interrupt: this event drops what is still to be sent of a turn; where there was something,
            the event that stands here says so.
        continues: whether it answers in the turn of before.
        begins: by the audio format that was set, how the base64 of the first audio begins; the
            first format is the default.
    """

    on: str
    script: str | None = None
    condition: dict[str, Any] = {}
    interrupt: dict[str, Any] | None = None
    continues: bool = False
    begins: dict[str, str] = {}


class Script:
    """The blocks of a socket with their events, and the usual data of an event.

    Args:
        text: a line with `on` begins a block, `usual` gives data, others are events.
    """

    def __init__(self, text: str) -> None:
        self.usual: dict[str, Object] = {}
        self._blocks: list[tuple[Block, list[Object]]] = []
        for line in map(json.loads, text.splitlines()):
            if "on" in line:
                self._blocks.append((msgspec.convert(line, Block), []))
            elif "usual" in line:
                self.usual[line["usual"]] = line["data"]
            else:
                self._blocks[-1][1].append(line)
        self.variants = sorted({block.script for block, _ in self._blocks if block.script})

    def find(self, name: str, data: Object, variant: str | None) -> tuple[Block, list[Object]]:
        """Return the block for an event or a part, that of the variant first."""
        candidates = [
            one
            for one in self._blocks
            if one[0].on == name
            and one[0].script in (None, variant)
            and one[0].condition.items() <= data.items()
        ]
        nothing: tuple[Block, list[Object]] = (Block(name), [])
        return max(candidates, key=lambda one: one[0].script is not None, default=nothing)


@cache
def load(events: str) -> Script:
    """Read the script for the events of a socket; an empty one where there is none."""
    file = resources.files("coze_sandbox").joinpath("sockets", f"{events}.jsonl")
    return Script(file.read_text(encoding="utf-8") if file.is_file() else "")
