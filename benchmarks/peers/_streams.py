"""Laps over streams, for peers that know how to read one; and how long its first event takes."""

from __future__ import annotations

from time import perf_counter, process_time


class Watch:
    """Adds up the times between starts and the first stop after each.

    Attributes:
        wall: Seconds on the clock.
        cpu: Seconds of the processor.
    """

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0
        self._started = (0.0, 0.0)

    def start(self) -> None:
        """Begin."""
        self._started = perf_counter(), process_time()

    def stop(self) -> None:
        """End."""
        wall, cpu = self._started
        self.wall += perf_counter() - wall
        self.cpu += process_time() - cpu


class Streams:
    """The laps.

    Attributes:
        watch: Times the first event of each stream.
    """

    def __init__(self) -> None:
        self.watch = Watch()

    def stream(self, _: int) -> str:
        """Read one stream."""
        return _seen([self._read()])

    def short(self, count: int) -> str:
        """Read as many streams, one after another."""
        return _seen([self._read() for _ in range(count)])

    async def stream_async(self, _: int) -> str:
        """Read one stream."""
        return _seen([await self._read_async()])

    async def short_async(self, count: int) -> str:
        """Read as many streams, one after another."""
        return _seen([await self._read_async() for _ in range(count)])

    def _read(self) -> tuple[int, int]:
        """Read a stream; return the number of its parts, and of their characters."""
        raise NotImplementedError

    async def _read_async(self) -> tuple[int, int]:
        """As `_read`."""
        raise NotImplementedError


def _seen(read: list[tuple[int, int]]) -> str:
    events, characters = (sum(numbers) for numbers in zip(*read, strict=True))
    return f"{events} events, {characters} characters"
