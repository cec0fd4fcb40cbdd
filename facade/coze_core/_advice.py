"""What is known about an error code."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal[
    "authentication",
    "permission",
    "not-found",
    "invalid-request",
    "rate-limit",
    "quota",
    "conflict",
    "server",
]


class Advice(Struct, frozen=True):
    """What is known about an error code.

    Attributes:
        kind: The kind of error, which decides the class.
        cause: The likely cause, as part of a sentence.
        remedy: What to do, as part of a sentence.
        retryable: ``yes``, ``no``, ``refused`` where the API says that it did not begin, or
            ``token`` where the token was the reason.
        page: The URL of a page that says more.
    """

    kind: Kind
    cause: str = ""
    remedy: str = ""
    retryable: Literal["yes", "no", "refused", "token"] = "no"
    page: str | None = None
