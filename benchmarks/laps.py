"""The cases that are measured lap by lap, in processes that go on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from benchmarks import answers, decoding
from benchmarks.figures import Lap, Measured
from benchmarks.peers import MODULES, OURS, OURS2, RAW, RAW2, RAW_SOCKET
from benchmarks.processes import MeasuringError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.processes import Served


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
        peers: Who does it.
        tls: Whether the server is asked over TLS.
        connections: Whether connections are counted.
    """

    title: str
    method: str
    mode: str
    unit: str
    count: int
    due: Callable[[int], str]
    rounds: int
    peers: Sequence[str] = tuple(name for name in MODULES if name not in {RAW2, OURS2, RAW_SOCKET})
    tls: bool = False
    connections: bool = False


_TOGETHER = f"together-{answers.AT_ONCE}"
_ALL = tuple(name for name in MODULES if name != RAW_SOCKET)
_OUR = (OURS,)
_BY_HAND = (RAW, OURS)
_LIST = partial(Case, unit="call", count=200, due=answers.pages_seen, rounds=15)
_PAGING = partial(
    Case, mode="plain", unit="item", count=answers.ITEMS, due=answers.items_seen, rounds=7
)
_STREAM = partial(Case, unit="event", count=answers.EVENTS, due=answers.events_seen)
_DECODE = partial(Case, mode="plain", unit="round", count=2_000, rounds=11)
_SHORT = partial(Case, mode="short", unit="stream", count=100, due=answers.short_seen, rounds=15)
_SOCKET = partial(
    Case,
    mode="socket",
    unit="event",
    count=10_000,
    rounds=9,
    peers=(RAW_SOCKET, OURS),
)
_FILE = partial(Case, mode="plain", unit="MiB", count=100, due=answers.file_seen, rounds=3)
_JOB = partial(Case, unit="job", count=100, due=answers.done_seen, rounds=9, peers=_OUR)
_SHORTS = (
    _SHORT("short stream", "short", connections=True),
    _SHORT("short stream, async", "short_async", connections=True),
    _SHORT("first event", "first_short"),
    _SHORT("first event, async", "first_short_async"),
)

CASES: Sequence[Case] = (
    _LIST("list call", "list_call", "plain", peers=_ALL),
    _LIST("list call, async", "list_call_async", "plain", peers=_ALL),
    _LIST("50 list calls at once", "at_once", _TOGETHER, peers=_ALL),
    _LIST(
        "500 list calls queued",
        "queued",
        "plain",
        count=500,
        rounds=7,
        peers=(RAW, RAW2, OURS, OURS2),
    ),
    _PAGING("20,000 items", "paging"),
    _PAGING("20,000 items, async", "paging_async"),
    *_SHORTS,
    *(evolve(case, title=f"{case.title}, TLS", tls=True) for case in _SHORTS),
    _STREAM("stream in 16 KB pieces", "stream", "large", rounds=9),
    _STREAM("stream in 16 KB pieces, async", "stream_async", "large", rounds=9),
    _STREAM("stream event by event", "stream", "small", rounds=5),
    _STREAM("stream event by event, async", "stream_async", "small", rounds=5),
    _SOCKET("socket, receive text", "receive_text", due=answers.texts_seen),
    _SOCKET("socket, receive text, async", "receive_text_async", due=answers.texts_seen),
    _SOCKET("socket, receive audio", "receive_audio", due=answers.pieces_seen),
    _SOCKET("socket, receive audio, async", "receive_audio_async", due=answers.pieces_seen),
    _SOCKET("socket, send audio", "send_audio", due=answers.pieces_sent),
    _SOCKET("socket, send audio, async", "send_audio_async", due=answers.pieces_sent),
    _FILE("download of 100 MiB", "download", peers=_BY_HAND),
    _FILE("upload of 100 MiB", "upload", peers=_BY_HAND),
    _JOB("create and wait", "wait", "jobs", count=5),
    _JOB("create and wait, by hand", "wait_by_hand", "jobs", count=5),
    _JOB("a tool asked for", "tools", "tools"),
    _JOB("a tool asked for, by hand", "tools_by_hand", "tools"),
    _JOB("callback", "callback", "plain", count=1_000),
    _LIST("50 list calls at once, each 50 with a new login", "renewal", _TOGETHER, peers=_OUR),
    _DECODE("decode a list of 20", "decode_page", due=decoding.page_decoded),
    _DECODE("decode the documented answers", "decode_documented", due=decoding.documented_decoded),
)


def measure(case: Case, server: Served, packages: Sequence[Path], rounds: int | None) -> Measured:
    """Measure one case; the peers take turns.

    Args:
        case: The case.
        server: The server.
        packages: Folders with packages that peers import.
        rounds: Laps of each peer, instead of what the case says.

    Raises:
        MeasuringError: A peer received something wrong.
    """
    url = f"{server.tls if case.tls else server.url}/{case.mode}"
    started = {
        name: Worker(name, url, case.method, packages, server.certificate if case.tls else None)
        for name in case.peers
    }
    workers = {name: worker for name, worker in started.items() if worker.able}
    laps: dict[str, list[Lap]] = {name: [] for name in workers}
    due = case.due(case.count)
    try:
        for number in range(1 + (rounds or case.rounds)):
            for name, worker in workers.items():
                before = server.connections() if case.connections else 0
                measured = worker.lap(case.count)
                opened = server.connections() - before - 1 if case.connections else 0
                if measured["seen"] != due:
                    raise MeasuringError(f"{name}, {case.title}: {measured['seen']}; due is {due}")
                if number:  # the first round warms up
                    lap = Lap(measured["wall"], measured["cpu"], measured["memory"], opened)
                    laps[name].append(lap)
    finally:
        for worker in started.values():
            worker.close()
    return Measured(case.title, case.unit, case.count, laps)
