"""The Markdown report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers import OURS, RAW
from benchmarks.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.figures import Measured, Quantity
    from benchmarks.growth import Growth

_INTRODUCTION = """\
# Benchmarks

`make bench` measures and writes this page. A server answers on one core; each peer runs in a
process of its own on the other, and the peers take turns lap by lap. Every lap checks what it
received. Times are of the processor (user and system) unless they are said to be of the clock.
Ratios are of medians, to httpx + json in the same run unless said otherwise; below 1 is less.

* **httpx + json** is written by hand: `client.get(url, params=...)`, `json.loads`, and a loop for
  pages; streams are split at blank lines.
* **httpx + msgspec** is the same with msgspec decoders of attrs classes that have the fields of
  ours, in the form that msgspec fills fastest: without slots, with the defaults on the class.
* **websockets + json** is written by hand over that package, with base64; its sync client is the
  one in threads.
* **cozepy** is the official SDK; **openai** is the client of OpenAI over the same streams (and over
  httpx2); **openapi-python-client** is what that generator makes of our corrected document with its
  own templates.
* **httpx2 + json** and **coze-client, httpx2** are the same over httpx2.
* A short stream has 20 events on a warm connection. Where 500 calls are queued, raw clients get a
  queue of a hundred at a time, as this client has it: in that of httpx itself each call would look
  through all.
* All have sniffio, as openai and this client bring it: without it, httpcore 1.0.9 looks for it in
  vain several times in each async call, in 30 to 50 µs each time.

What is left above a target, and why: [profile.md](profile.md).
"""


_TIMES = """\
The median, and the lower quartile in brackets. Memory is the most that a process ever held.
"""


def report(measured: Sequence[Measured], growths: Sequence[Growth], machine: str) -> str:
    """Return the whole page."""
    by_title = {one.title: one for one in measured}
    parts = [
        _INTRODUCTION,
        "![The ratios as bars](benchmarks.svg)\n",
        f"Measured {machine}\n",
        "## Targets\n",
        _targets(by_title),
        "## Ratios\n",
        _ratios(measured),
        "## Growth\n",
        _growths(growths),
        "## Connections opened for 100 streams\n",
        _connections(measured),
        "## Times and memory\n",
        _TIMES,
        _times(measured),
    ]
    return "\n".join(parts)


def _targets(measured: Mapping[str, Measured]) -> str:
    rows: list[Sequence[str]] = []
    for target in TARGETS:
        reached = target.reached(measured)
        if reached is not None:
            base = target.base if target.base_case is None else target.base_case
            kept = "yes" if reached <= target.limit else "**no**"
            peer = "" if target.peer == OURS else f" ({target.peer})"
            name = f"{target.case}{peer}: {_NAMES[target.quantity]}"
            rows.append((name, base, f"{target.limit:g}", f"{reached:.2f}", kept))
    return _table(("what", "in relation to", "at most", "reached", "kept"), rows)


_NAMES: Mapping[Quantity, str] = {"cpu": "processor", "wall": "clock", "memory": "memory"}


def _growths(growths: Sequence[Growth]) -> str:
    rows = [
        (
            one.title,
            ", ".join(
                f"{size:,}: {seconds * 1e3:,.1f} ms" for size, seconds in one.seconds.items()
            ),
            f"{one.exponent:.2f}",
        )
        for one in growths
    ]
    return _table(("what grows", "processor", "exponent"), rows)


def _connections(measured: Sequence[Measured]) -> str:
    counted = [one for one in measured if one.title.startswith("short stream")]
    peers = list(dict.fromkeys(peer for one in counted for peer in one.laps))
    rows = [
        (one.title, *(f"{one.typical(peer, 'connections'):.0f}" for peer in peers))
        for one in counted
    ]
    return _table(("", *peers), rows)


def _ratios(measured: Sequence[Measured]) -> str:
    """Return a row for each case, with a column for each peer."""
    mine = [one for one in measured if {RAW, OURS} <= one.laps.keys()]
    peers = list(dict.fromkeys(peer for one in mine for peer in one.laps))
    rows = [
        (
            one.title,
            *(f"{one.ratio(peer, RAW, 'cpu'):.2f}" if peer in one.laps else "" for peer in peers),
        )
        for one in mine
    ]
    return _table(("", *peers), rows)


def _times(measured: Sequence[Measured]) -> str:
    rows: list[Sequence[str]] = []
    for one in measured:
        for peer in one.laps:
            scale, symbol = (1e3, "ms") if one.count == 1 else (1e6 / one.count, "µs")
            rows.append(
                (
                    one.title,
                    peer,
                    f"{_pair(one, peer, 'cpu', scale)} {symbol} per {one.unit}",
                    f"{_pair(one, peer, 'wall', scale)} {symbol}",
                    f"{one.typical(peer, 'memory') / 1e6:.0f} MB",
                    str(len(one.laps[peer])),
                )
            )
    return _table(("case", "peer", "processor", "clock", "memory", "laps"), rows)


def _pair(one: Measured, peer: str, quantity: Quantity, scale: float) -> str:
    typical, low = one.typical(peer, quantity) * scale, one.low(peer, quantity) * scale
    digits = 2 if typical < 100 else 0  # noqa: PLR2004  # three or four digits are enough
    return f"{typical:.{digits}f} ({low:.{digits}f})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
