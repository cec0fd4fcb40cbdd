"""The requests that a sandbox got."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

HIDDEN = "..."
MAX_REQUESTS = 10_000
MAX_BYTES = 64 << 20
"""The bodies that are kept have this size together; the last one is kept whatever its size."""


@dataclass(frozen=True)
class RecordedRequest:
    """A request as it arrived, without its token.

    Attributes:
        method: HTTP method, upper case.
        path: path as it was sent, still percent-encoded.
        query: names and values of the query in their order.
        headers: headers by lower-case name; the value of `authorization` is `...`.
        body: the body, byte by byte.
        operation: dotted name of the operation, empty where none matched.
        unknown: what a strict sandbox would have refused: names that the document does not know.
        messages: what was sent over a socket since, message by message; the last ones only, once
            they are 10,000 or 64 MiB.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    operation: str = ""
    unknown: list[str] = field(default_factory=list[str])
    messages: list[bytes] = field(default_factory=list[bytes], repr=False)

    def json(self) -> Any:
        """Return the body as a JSON value.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The messages as JSON values.

        Raises:
            ValueError: one of them is not JSON.
        """
        return [json.loads(message) for message in self.messages]


def without_token(fields: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Redact `authorization`, which browsers send in the query of a socket."""
    for name, value in fields:
        yield name, HIDDEN if name == "authorization" else value


def keep(kept: list[T], one: T, size: Callable[[T], int]) -> None:
    """Append to a list, and take as much from its beginning as goes beyond the bounds."""
    kept.append(one)
    del kept[:-MAX_REQUESTS]
    surplus = sum(map(size, kept)) - MAX_BYTES
    while surplus > 0 and len(kept) > 1:
        surplus -= size(kept.pop(0))
