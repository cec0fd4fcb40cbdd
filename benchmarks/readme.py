"""The measured table of README.md and README.zh-CN.md, with the figures of docs/benchmarks.md."""

from __future__ import annotations

import re
from typing import Final

from benchmarks.processes import ROOT

PAGES: Final = (ROOT / "README.md", ROOT / "README.zh-CN.md")
_PEERS: Final = ("httpx + json", "coze-client", "cozepy")
_MEMORY: Final = "memory"
_ROWS: Final = (
    ("import", ""),
    ("import, construct, first list call", ""),
    ("list call", ""),
    ("50 list calls at once", ""),
    ("20,000 items", ""),
    ("stream in 16 KB pieces", ""),
    ("stream event by event", ""),
    ("list call", _MEMORY),
)
"""The case of each row, in the order of the tables."""
_TABLE: Final = re.compile(r"(?<=\| cozepy [\d.]{4} \|\n\|---\|---\|---\|---\|\n)(\|.*\n)+")


def with_figures(page: str, benchmarks: str) -> str:
    """Return a page with the figures of the benchmarks in its measured table."""
    found = _TABLE.search(page)
    if found is None:
        raise ValueError("the page has no measured table")
    names = [line.split("|")[1] for line in found[0].splitlines()]
    rows = [
        f"|{name}| {' | '.join(_figures(benchmarks, case, quantity))} |\n"
        for name, (case, quantity) in zip(names, _ROWS, strict=True)
    ]
    return f"{page[: found.start()]}{''.join(rows)}{page[found.end() :]}"


def _figures(benchmarks: str, case: str, quantity: str) -> list[str]:
    """Return a figure of each peer: time of the processor, or memory."""
    found: list[str] = []
    for peer in _PEERS:
        start = re.escape(f"| {case} | {peer} | ")
        row = re.search(rf"^{start}(.*) \|$", benchmarks, re.MULTILINE)
        if row is None:
            raise ValueError(f"the benchmarks lack {case} of {peer}")
        processor, _, memory, _ = row[1].split(" | ")
        median, _, symbol, *_ = processor.split()
        found.append(memory if quantity == _MEMORY else f"{median} {symbol}")
    return found
