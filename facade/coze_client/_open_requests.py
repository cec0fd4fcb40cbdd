"""Requests that no document describes: operations made of what the user says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

from coze_core._coze_error import CozeError
from coze_core._operation import Operation, StreamOperation
from coze_core._settings import fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coze_core._events import UnknownEvent
    from coze_core._request import CallArguments

    Fields = Mapping[str, object] | None

R = TypeVar("R")

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PATH = re.compile(r"(?:/(?!(?:\.|%2[eE]){1,2}(?:/|$))[^\s/?#\\{}]+)+/?")


def open_operation(
    method: str, path: str, json: Fields, form: Fields, result: type[R] | None
) -> Operation[R]:
    """Return the operation of `Coze.request`.

    Raises:
        CozeError: It is no HTTP method, or no path.
    """
    kind = cast("type[R]", Any if result is None else result)
    return Operation(
        *_place(method, path),
        result=lambda: kind,
        encoding="json" if form is None else "form",
        null_fields=frozenset(json or ()),
    )


def open_stream(
    method: str, path: str, json: Fields, form: Fields
) -> StreamOperation[UnknownEvent]:
    """Return the operation of `Coze.request_stream`.

    Raises:
        CozeError: As for `open_operation`.
    """
    return StreamOperation(
        *_place(method, path),
        events=dict,
        encoding="json" if form is None else "form",
        null_fields=frozenset(json or ()),
    )


def open_parts(query: Fields, json: Fields, form: Fields) -> CallArguments:
    """Return the arguments of either.

    Raises:
        CozeError: They are no mappings, or there are two bodies.
    """
    if json is not None and form is not None:
        raise CozeError("request: json= and form= are both given. A request has one body.")
    body = None
    if json is not None or form is not None:
        body = fields("json", json) if form is None else fields("form", form)
    return {"query": fields("query", query), "body": body}


def _place(method: str, path: str) -> tuple[str, str, str]:
    if not isinstance(method, str) or method.upper() not in _METHODS:  # pyright: ignore[reportUnnecessaryIsInstance]  # of callers without a checker
        raise CozeError(f"request: method is {method!r}. Pass one of {', '.join(_METHODS)}.")
    if not isinstance(path, str) or not _PATH.fullmatch(path):  # pyright: ignore[reportUnnecessaryIsInstance]  # as above
        raise CozeError(
            f"request: {path!r} is not a path. Pass one below the base URL, as in '/v1/bots': it "
            "begins with one slash, and has no host, query or '..'. The query goes into query=."
        )
    return "request", method.upper(), path
