"""Media types: how a body is written, and an answer read."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["json", "form", "multipart", "events", "raw"]

JSON: Final = "application/json"
WILDCARDS: Final = frozenset({"*/*", "application/*"})
CANONICAL: Final[dict[Kind, str]] = {
    "json": JSON,
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data",
    "events": "text/event-stream",
}
"""The spelling of each kind; a raw one has its own."""
_KINDS: Final[dict[str, Kind]] = {
    **{name: kind for kind, name in CANONICAL.items()},
    "text/json": "json",
    **dict.fromkeys(WILDCARDS, "json"),
}


def kind_of(media_type: str) -> Kind:
    """Return the kind of a media type; its parameters and its case make no difference."""
    name = without_parameters(media_type)
    return "json" if name.endswith("+json") else _KINDS.get(name, "raw")


def without_parameters(media_type: str) -> str:
    """Return a media type in lower case, without its parameters."""
    return media_type.partition(";")[0].strip().lower()
