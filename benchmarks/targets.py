"""What the client is meant to reach, as ratios within one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from benchmarks import building, cold
from benchmarks.peers import RAW, RAW_SOCKET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.figures import Measured, Quantity

OURS = "coze-client"
_MSGSPEC = "httpx + msgspec"


@frozen
class Target:
    """A ratio that should not be exceeded.

    Attributes:
        case: What is done.
        base: The peer whose figure is 1.
        limit: The ratio.
        quantity: Of what.
        base_case: What the other one does, if it is something else.
    """

    case: str
    base: str
    limit: float
    quantity: Quantity = "cpu"
    base_case: str | None = None

    def reached(self, measured: Mapping[str, Measured]) -> float | None:
        """Return the measured ratio, or ``None`` if one of the cases was not measured."""
        mine, other = measured.get(self.case), measured.get(self.base_case or self.case)
        if mine is None or other is None:
            return None
        return mine.typical(OURS, self.quantity) / other.typical(self.base, self.quantity)


TARGETS: Sequence[Target] = (
    Target(cold.IMPORT, RAW, 0.2, "wall"),
    Target(cold.FIRST_CALL, RAW, 1.2, "wall"),
    Target(cold.FIRST_CALL, RAW, 1.15, "memory"),
    Target("list call", RAW, 0.88),
    Target("list call, async", RAW, 0.92),
    Target("50 list calls at once", RAW, 1.0),
    Target("20,000 items", RAW, 0.9),
    Target("20,000 items, async", RAW, 0.9),
    Target("stream in 16 KB pieces", _MSGSPEC, 1.2),
    Target("stream in 16 KB pieces, async", _MSGSPEC, 1.2),
    Target("stream event by event", _MSGSPEC, 1.05),
    Target("stream event by event, async", _MSGSPEC, 1.05),
    Target("socket, receive text", RAW_SOCKET, 0.8),
    Target("socket, receive text, async", RAW_SOCKET, 0.8),
    Target("socket, receive audio", RAW_SOCKET, 0.8),
    Target("socket, receive audio, async", RAW_SOCKET, 0.8),
    Target("socket, send audio", RAW_SOCKET, 1.1),
    Target("socket, send audio, async", RAW_SOCKET, 1.1),
    Target("decode a list of 20", _MSGSPEC, 1.1),
    Target("decode the documented answers", _MSGSPEC, 1.1),
    Target(building.title(1), building.BOTH, 1.5),
    Target(building.title(10), building.OURS, 11, base_case=building.title(1)),
)
