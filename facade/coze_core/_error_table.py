"""Error codes of an API as data: what each means, and whether to try again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from coze_core import _errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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

_CLASSES: Mapping[str, type[_errors.APIError]] = {
    "authentication": _errors.AuthenticationError,
    "permission": _errors.PermissionDeniedError,
    "not-found": _errors.NotFoundError,
    "invalid-request": _errors.InvalidRequestError,
    "rate-limit": _errors.RateLimitError,
    "quota": _errors.QuotaError,
    "conflict": _errors.ConflictError,
    "server": _errors.ServerError,
}

_STATUSES: Mapping[int, Kind] = {
    401: "authentication",
    402: "quota",
    403: "permission",
    404: "not-found",
    408: "server",
    409: "conflict",
    429: "rate-limit",
}


class Advice(Struct, frozen=True):
    """What is known about an error code.

    Attributes:
        kind: The kind of error, which decides the class.
        cause: The likely cause, as part of a sentence.
        remedy: What to do, as part of a sentence.
        retryable: ``yes``, ``no``, or ``refused`` where the API says that it did not begin.
        page: The URL of a page that says more.
    """

    kind: Kind
    cause: str = ""
    remedy: str = ""
    retryable: Literal["yes", "no", "refused"] = "no"
    page: str | None = None


class ErrorTable:
    """The error codes of an API.

    Args:
        load: Gives the table: the code, or ``http`` and a status as in ``http 502``, to the fields
            of `Advice`. Called when the first error occurs.
    """

    def __init__(self, load: Callable[[], Mapping[str, Advice]]) -> None:
        self._load = load

    @cached_property
    def _entries(self) -> Mapping[str, Advice]:
        return self._load()

    def advice(self, code: int | str | None, status_code: int = 200) -> Advice | None:
        """Looks a code up, or without a known code the HTTP status."""
        return self._entries.get(str(code)) or self._entries.get(f"http {status_code}")


def error_class(advice: Advice | None, status_code: int) -> type[_errors.APIError]:
    """The class of an error, by what is known of its code, else by its HTTP status."""
    kind = advice.kind if advice else _STATUSES.get(status_code)
    if kind:
        return _CLASSES[kind]
    match status_code // 100:
        case 4:
            return _errors.InvalidRequestError
        case 5:
            return _errors.ServerError
        case _:
            return _errors.APIError
