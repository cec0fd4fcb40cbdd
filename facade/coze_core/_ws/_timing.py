"""How long a socket waits, and for how much."""

from __future__ import annotations

from typing import NamedTuple

MOST_WAITING = 64
"""Events that wait to be taken until reading pauses, and so does the server in the end."""


class Timing(NamedTuple):
    """The times of one connection, in seconds.

    Attributes:
        interval: How long nothing may come before a ping is sent.
        patience: How long nothing may come after it.
        closing: How long the peer may take to answer a close frame.
    """

    interval: float = 20
    patience: float = 20
    closing: float = 2
