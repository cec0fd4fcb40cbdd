"""The requests that a sandbox got."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    operation: str = ""
    unknown: tuple[str, ...] = ()

    def json(self) -> Any:
        """Return the body as a JSON value.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body)


def without_token(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the value of `authorization` redacted."""
    return {name: HIDDEN if name == "authorization" else value for name, value in headers.items()}
