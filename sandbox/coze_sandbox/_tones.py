"""Audio that the sandbox makes up."""

from __future__ import annotations

import base64
import math
import sys
from array import array
from functools import lru_cache

FREQUENCY = 500  # hertz: pieces of an even number of milliseconds join without a click
LOUDNESS = 8_000  # of 32,767
COMPRESSED = 6  # bytes per millisecond: 48 kbit/s


@lru_cache
def tone(milliseconds: int, rate: int, codec: str) -> str:
    """Return a tone as base64: 16-bit PCM of one channel.

    Another codec than `pcm` gives bytes of a plausible length that nobody can play.
    """
    if codec != "pcm":
        return base64.b64encode(codec.encode()[:1] * milliseconds * COMPRESSED).decode()
    step = 2 * math.pi * FREQUENCY / rate
    count = rate * milliseconds // 1_000
    samples = array("h", (round(LOUDNESS * math.sin(step * number)) for number in range(count)))
    if sys.byteorder == "big":
        samples.byteswap()
    return base64.b64encode(samples.tobytes()).decode()
