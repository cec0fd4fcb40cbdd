"""How time grows with what there is to do, and the exponent that fits: 1 is in proportion."""

from __future__ import annotations

from math import log
from statistics import linear_regression, median
from typing import TYPE_CHECKING

from attrs import frozen

from benchmarks import answers
from benchmarks.peers import OURS, OURS2
from benchmarks.processes import MeasuringError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.processes import Served

_ROUNDS = 3


@frozen
class Growth:
    """One line.

    Attributes:
        title: What grows.
        seconds: Seconds of the processor by size, in order.
    """

    title: str
    seconds: Mapping[int, float]

    @property
    def exponent(self) -> float:
        """The power of the size that the time grows with, by least squares of the logarithms."""
        return linear_regression(*zip(*self._logarithms(), strict=True)).slope

    def _logarithms(self) -> Iterator[tuple[float, float]]:
        return ((log(size), log(seconds)) for size, seconds in self.seconds.items())


@frozen
class _Line:
    """What is measured.

    Attributes:
        title: What grows.
        mode: How the server answers, with the size in it.
        method: The lap of the peer.
        sizes: How large it is.
        due: What a lap says, by size.
        count: How much the lap is told to do, by size.
        peer: Who does it.
    """

    title: str
    mode: str
    method: str
    sizes: Sequence[int]
    due: Callable[[int], str]
    count: Callable[[int], int] = int
    peer: str = OURS


def _one(_: int) -> int:
    return 1


def _line_seen(size: int) -> str:
    return f"1 events, {len('第 0 句') + size} characters"


_LINES: Sequence[_Line] = (
    _Line(
        "events of a stream",
        "events-{}",
        "stream",
        (1_000, 10_000, 100_000),
        answers.events_seen,
    ),
    _Line(
        "characters of one event",
        "line-{}",
        "stream",
        (100_000, 1_000_000, 10_000_000),
        _line_seen,
        _one,
    ),
    _Line("items on pages", "items-{}", "paging", (400, 4_000, 40_000), answers.items_seen),
    _Line(
        "depth of an unknown field, 200 calls",
        "nested-{}",
        "list_call",
        (100, 400, 900),
        lambda _: answers.pages_seen(200),
        lambda _: 200,
    ),
    _Line(
        "calls at once, as many connections",
        "together-{}",
        "queued",
        (10, 30, 90),
        answers.pages_seen,
    ),
    _Line("calls queued", "plain", "queued", (50, 500, 5_000), answers.pages_seen),
    _Line(
        "calls queued, httpx2", "plain", "queued", (50, 500, 5_000), answers.pages_seen, peer=OURS2
    ),
)


def measure(server: Served) -> Iterator[Growth]:
    """Measure all lines with this client.

    Args:
        server: The server.

    Raises:
        MeasuringError: Something wrong was received.
    """
    for line in _LINES:
        yield Growth(line.title, {size: _typical(line, size, server) for size in line.sizes})


def _typical(line: _Line, size: int, server: Served) -> float:
    worker = Worker(line.peer, f"{server.url}/{line.mode.format(size)}", line.method)
    try:
        laps = [worker.lap(line.count(size)) for _ in range(1 + _ROUNDS)]
    finally:
        worker.close()
    if laps[-1]["seen"] != line.due(size):
        raise MeasuringError(f"{line.title}, {size}: {laps[-1]['seen']}; due is {line.due(size)}")
    return median(lap["cpu"] for lap in laps[1:])
