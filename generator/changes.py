"""Tells two manifests apart, in a line for each change of the public surface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def changes(before: bytes, after: bytes) -> Iterator[str]:
    """What was added, removed or changed between two manifests.

    Args:
        before: The older manifest, as its file holds it; one that can't be read has no surface.
        after: The newer one.
    """
    old, new = _surface(before), _surface(after)
    for section in sorted(old.keys() | new.keys()):
        olds, news = old.get(section, {}), new.get(section, {})
        for name in sorted(olds.keys() | news.keys()):
            if name not in news:
                yield f"removed  {section}.{name}"
            elif name not in olds:
                yield f"added    {section}.{name}"
            elif olds[name] != news[name]:
                yield f"changed  {section}.{name}"


def _surface(manifest: bytes) -> dict[str, Any]:
    try:
        return json.loads(manifest)["surface"]
    except (ValueError, LookupError, TypeError):
        return {}
