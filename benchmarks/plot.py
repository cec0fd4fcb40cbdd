"""Draws the ratios as bars: ``python -m benchmarks.plot FILE`` reads them on standard input.

Run in the environment of the benchmarks, which alone has matplotlib.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

_COLOURS = {
    "httpx + json": "#8c8c8c",
    "httpx2 + json": "#5f5f5f",
    "httpx + msgspec": "#bdbdbd",
    "coze-client": "#1f6feb",
    "coze-client, httpx2": "#79b0f5",
    "cozepy": "#d9822b",
    "openai": "#a05fb0",
    "openapi-python-client": "#6f9f5f",
}
_HEIGHT = 0.11


def main() -> None:
    """Draw one group of bars for each case."""
    cases: dict[str, dict[str, float]] = json.load(sys.stdin)
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "", "font.size": 9})
    pyplot: Any = import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(figsize=(8, 0.9 * len(cases)), layout="constrained")
    for row, ratios in enumerate(cases.values()):
        for place, (peer, ratio) in enumerate(ratios.items()):
            middle = row + (place - (len(ratios) - 1) / 2) * _HEIGHT
            bars = axes.barh(middle, ratio, height=_HEIGHT, color=_COLOURS[peer])
            axes.bar_label(bars, fmt="%.2f", padding=2, fontsize=7)
    axes.set_yticks(range(len(cases)), labels=list(cases))
    axes.invert_yaxis()
    axes.axvline(1, color="#8c8c8c", linewidth=0.8)
    axes.set_xlabel("processor time in relation to httpx + json: less is better")
    axes.spines[["top", "right"]].set_visible(False)
    handles = [pyplot.Rectangle((0, 0), 1, 1, color=colour) for colour in _COLOURS.values()]
    axes.legend(handles, list(_COLOURS), loc="lower right", frameon=False)
    figure.savefig(sys.argv[1], metadata={"Date": None})


if __name__ == "__main__":
    main()
