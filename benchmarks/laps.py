"""The cases that are measured lap by lap, in processes that go on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from benchmarks import answers, decoding
from benchmarks.figures import Lap, Measured
from benchmarks.peers import MODULES
from benchmarks.processes import MeasuringError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@frozen
class Case:
    """Something that the peers do, over and over.

    Attributes:
        title: What it is.
        method: The lap of a peer.
        mode: How the server answers.
        unit: What a lap does.
        count: How many of these.
        due: What a lap must say that it received.
        rounds: Laps of each peer.
    """

    title: str
    method: str
    mode: str
    unit: str
    count: int
    due: Callable[[int], str]
    rounds: int


_LIST = partial(Case, unit="call", count=200, due=answers.pages_seen, rounds=25)
_PAGING = partial(
    Case, mode="plain", unit="item", count=answers.ITEMS, due=answers.items_seen, rounds=9
)
_STREAM = partial(Case, unit="event", count=answers.EVENTS, due=answers.events_seen)
_SOCKET = partial(Case, mode="socket", unit="event", count=10_000, rounds=9)
_DECODE = partial(Case, mode="plain", unit="round", count=2_000, rounds=15)

CASES: Sequence[Case] = (
    _LIST("list call", "list_call", "plain"),
    _LIST("list call, async", "list_call_async", "plain"),
    _LIST("50 list calls at once", "at_once", "together"),
    _PAGING("20,000 items", "paging"),
    _PAGING("20,000 items, async", "paging_async"),
    _STREAM("stream in 16 KB pieces", "stream", "large", rounds=15),
    _STREAM("stream in 16 KB pieces, async", "stream_async", "large", rounds=15),
    _STREAM("stream event by event", "stream", "small", rounds=5),
    _STREAM("stream event by event, async", "stream_async", "small", rounds=5),
    _SOCKET("socket, receive text", "receive_text", due=answers.texts_seen),
    _SOCKET("socket, receive text, async", "receive_text_async", due=answers.texts_seen),
    _SOCKET("socket, receive audio", "receive_audio", due=answers.pieces_seen),
    _SOCKET("socket, receive audio, async", "receive_audio_async", due=answers.pieces_seen),
    _SOCKET("socket, send audio", "send_audio", due=answers.pieces_sent),
    _SOCKET("socket, send audio, async", "send_audio_async", due=answers.pieces_sent),
    _DECODE("decode a list of 20", "decode_page", due=decoding.page_decoded),
    _DECODE("decode the documented answers", "decode_documented", due=decoding.documented_decoded),
)


def measure(case: Case, url: str, packages: Sequence[Path], rounds: int | None) -> Measured:
    """Measure one case; the peers take turns.

    Args:
        case: The case.
        url: Where the server answers.
        packages: Folders with packages that peers import.
        rounds: Laps of each peer, instead of what the case says.

    Raises:
        MeasuringError: A peer received something wrong.
    """
    started = {name: Worker(name, f"{url}/{case.mode}", case.method, packages) for name in MODULES}
    workers = {name: worker for name, worker in started.items() if worker.able}
    laps: dict[str, list[Lap]] = {name: [] for name in workers}
    due = case.due(case.count)
    try:
        for number in range(1 + (rounds or case.rounds)):
            for name, worker in workers.items():
                measured = worker.lap(case.count)
                if measured["seen"] != due:
                    raise MeasuringError(f"{name}, {case.title}: {measured['seen']}; due is {due}")
                if number:  # the first round warms up
                    laps[name].append(Lap(measured["wall"], measured["cpu"], measured["memory"]))
    finally:
        for worker in started.values():
            worker.close()
    return Measured(case.title, case.unit, case.count, laps)
