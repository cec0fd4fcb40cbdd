"""What was measured, and what follows from it."""

from __future__ import annotations

from statistics import median, quantiles
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Quantity: TypeAlias = Literal["cpu", "wall", "memory", "connections"]


@frozen
class Lap:
    """One measurement.

    Attributes:
        wall: Seconds on the clock.
        cpu: Seconds of the processor, in the program and in the system on its behalf.
        memory: The most bytes of memory that the process ever held.
        connections: How many connections it opened, where that was counted.
    """

    wall: float
    cpu: float
    memory: float
    connections: int = 0

    def of(self, quantity: Quantity) -> float:
        """Return one of the four."""
        return float(getattr(self, quantity))


@frozen
class Measured:
    """The laps of one case, by peer.

    Attributes:
        title: What was done.
        unit: What a lap does.
        count: How many of these.
        laps: The laps of each peer, in the order of the rounds.
    """

    title: str
    unit: str
    count: int
    laps: Mapping[str, Sequence[Lap]]

    def typical(self, peer: str, quantity: Quantity) -> float:
        """Return the median over the laps."""
        return median(lap.of(quantity) for lap in self.laps[peer])

    def low(self, peer: str, quantity: Quantity) -> float:
        """Return the lower quartile over the laps."""
        values = [lap.of(quantity) for lap in self.laps[peer]]
        return quantiles(values, n=4, method="inclusive")[0] if len(values) > 1 else values[0]

    def ratio(self, peer: str, base: str, quantity: Quantity) -> float:
        """Return the median of one peer over that of another."""
        return self.typical(peer, quantity) / self.typical(base, quantity)
