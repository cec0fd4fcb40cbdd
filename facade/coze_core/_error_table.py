"""Error codes of an API as data: what each means, and whether to try again."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from coze_core import _errors
from coze_core._lenient import json_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from coze_core._advice import Advice, Kind

_LOG = logging.getLogger("coze_client")

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


class BareError(NamedTuple):
    """What an answer without envelope says, if it is an error."""

    code: str | None
    text: str | None
    logid: str | None


class ErrorTable:
    """The error codes of an API.

    Args:
        load: Gives the table: the code, or ``http`` and a status as in ``http 502``, to the fields
            of `Advice`. Called when the first error occurs.
        code_fields: Where an answer without envelope has its code if it is an error: a field, or a
            field of a field as in ``error.code``. The first of them that holds a text counts.
        text_fields: Where such an answer has its words.
        logid_fields: Where it has its log id.
    """

    def __init__(
        self,
        load: Callable[[], Mapping[str, Advice]],
        code_fields: Sequence[str] = (),
        text_fields: Sequence[str] = (),
        logid_fields: Sequence[str] = (),
    ) -> None:
        self._load = load
        self._code_fields = code_fields
        self._text_fields = text_fields
        self._logid_fields = logid_fields

    @cached_property
    def _entries(self) -> Mapping[str, Advice]:
        try:
            return self._load()
        except Exception as error:  # noqa: BLE001  # what explains an error may not replace it
            _LOG.info("The error table cannot be read, so errors lack cause and remedy: %s", error)
            return {}

    def bare_error(self, fields: Mapping[str, object]) -> BareError:
        """Reads an answer without envelope."""
        places = (self._code_fields, self._text_fields, self._logid_fields)
        return BareError(*(_first_text(fields, names) for names in places))

    def advice(self, code: int | str | None, status_code: int = 200) -> Advice | None:
        """Looks a code up, or without a known code the HTTP status."""
        return self._entries.get(str(code)) or self._entries.get(f"http {status_code}")


def _first_text(fields: Mapping[str, object], places: Sequence[str]) -> str | None:
    for place in places:
        *steps, name = place.split(".")
        found = fields
        for step in steps:
            found = json_object(found.get(step))
        value = found.get(name)
        if value and isinstance(value, str):
            return value
    return None


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
