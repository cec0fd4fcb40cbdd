"""What the client is meant to reach, as ratios within one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from benchmarks import building, cold
from benchmarks.peers import MSGSPEC, OURS, OURS2, RAW, RAW2, RAW_SOCKET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.figures import Measured, Quantity

SECONDS = "a second"


@frozen
class Target:
    """A ratio that should not be exceeded, or a number of seconds.

    Attributes:
        case: What is done.
        base: The peer whose figure is 1, or `SECONDS`.
        limit: The ratio, or the seconds.
        quantity: Of what.
        base_case: What the other one does, if it is something else.
        peer: Whose figure it is.
    """

    case: str
    base: str
    limit: float
    quantity: Quantity = "cpu"
    base_case: str | None = None
    peer: str = OURS

    def reached(self, measured: Mapping[str, Measured]) -> float | None:
        """Return the measured ratio, or ``None`` if one of the cases was not measured."""
        mine, other = measured.get(self.case), measured.get(self.base_case or self.case)
        if mine is None or other is None:
            return None
        if self.base == SECONDS:
            return mine.typical(self.peer, self.quantity)
        return mine.typical(self.peer, self.quantity) / other.typical(self.base, self.quantity)


_STREAMS = {"short stream": 0.85, "short stream, async": 0.95}
_STREAMS |= {"first event": 0.95, "first event, async": 0.95}

TARGETS: Sequence[Target] = (
    Target(cold.IMPORT, RAW, 0.2, "wall"),
    Target(cold.FIRST_CALL, RAW, 1.25, "wall"),
    Target(cold.FIRST_CALL, RAW, 1.15, "memory"),
    Target("list call", RAW, 0.78),
    Target("list call, async", RAW, 0.82),
    Target("50 list calls at once", RAW, 1.0),
    Target("50 list calls at once", RAW, 0.42, peer=OURS2),
    Target("50 list calls at once", RAW2, 1.02, peer=OURS2),
    Target("20,000 items", RAW, 0.9),
    Target("20,000 items, async", RAW, 0.92),
    *(Target(case, RAW, limit) for case, limit in _STREAMS.items()),
    *(Target(f"{case}, TLS", RAW, limit) for case, limit in _STREAMS.items()),
    Target("stream in 16 KB pieces", MSGSPEC, 1.15),
    Target("stream in 16 KB pieces, async", MSGSPEC, 1.15),
    Target("stream event by event", MSGSPEC, 1.05),
    Target("stream event by event, async", MSGSPEC, 1.05),
    Target("socket, receive text", RAW_SOCKET, 0.8),
    Target("socket, receive text, async", RAW_SOCKET, 0.8),
    Target("socket, receive audio", RAW_SOCKET, 0.8),
    Target("socket, receive audio, async", RAW_SOCKET, 0.8),
    Target("socket, send audio", RAW_SOCKET, 1.1),
    Target("socket, send audio, async", RAW_SOCKET, 1.1),
    Target("create and wait", OURS, 1.05, base_case="create and wait, by hand"),
    Target("a tool asked for", OURS, 1.05, base_case="a tool asked for, by hand"),
    Target("decode a list of 20", MSGSPEC, 1.1),
    Target("decode the documented answers", MSGSPEC, 1.1),
    Target(building.title(1), building.BOTH, 0.45),
    Target(building.title(1), SECONDS, 2.5),
    Target(building.DIFF, SECONDS, 0.8),
    Target(building.title(10), OURS, 9, base_case=building.title(1)),
    Target(building.CHECK, OURS, 1.02, base_case=building.title(1)),
)
