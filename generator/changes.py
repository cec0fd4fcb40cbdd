"""Tells two manifests apart, in a line for each change of the public surface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def changes(before: bytes, after: bytes) -> Iterator[str]:
    """What was added, removed or changed between two manifests.

    Args:
        before: The older manifest, as its file holds it.
        after: The newer one.
    """
    old: dict[str, Any] = json.loads(before)["surface"]
    new: dict[str, Any] = json.loads(after)["surface"]
    for section in sorted(old.keys() | new.keys()):
        olds, news = old.get(section, {}), new.get(section, {})
        for name in sorted(olds.keys() | news.keys()):
            if name not in news:
                yield f"removed  {section}.{name}"
            elif name not in olds:
                yield f"added    {section}.{name}"
            elif olds[name] != news[name]:
                yield f"changed  {section}.{name}"
