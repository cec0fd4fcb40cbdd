"""From the body of a callback to its typed event."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

import attrs

from coze_api import events, models
from coze_api.events import CallbackEvent
from coze_client.callbacks._errors import PayloadError
from coze_core import Callback, UnknownCallback
from coze_core._decode import NotJSONError, build, json_object
from coze_core._decode import parse as parse_json

T = TypeVar("T")
_NEWER = "_str"


def parse(body: bytes) -> CallbackEvent:
    """Parse the body of a callback, whoever sent it.

    Ids are texts, also where they arrive as numbers, and stand under both of their names where an
    event has two (``bot_id`` and ``bot_id_str``). What else does not fit its declared type is kept
    as it came; an event of an unknown type becomes an `UnknownCallback`.

    Raises:
        PayloadError: The body is not JSON, or has not the form of a callback.
    """
    try:
        fields = json_object(parse_json(body))
    except NotJSONError:
        raise PayloadError("The body of the callback is not JSON.") from None
    for name in ("header", "event"):
        if not isinstance(fields.get(name), dict):
            raise PayloadError(f"The body of the callback has no object {name!r}.")
    header = _build(models.CallbackHeader, json_object(fields["header"]))
    for name in ("event_type", "event_id"):
        said = getattr(header, name)
        if not (said and isinstance(said, str)):
            raise PayloadError(f"The header of the callback has no {name}.")
    event = json_object(fields["event"])
    kind = _kinds().get(header.event_type)
    if kind is None:
        return UnknownCallback(header.event_type, header, dict(event))
    details = _build(kind, event)
    if not isinstance(getattr(details, "challenge", ""), str):
        raise PayloadError("The callback verifies the URL, but its challenge is not a string.")
    return cast("CallbackEvent", Callback(header.event_type, header, details))


@cache
def _kinds() -> Mapping[str, type[object]]:
    """Return the class of each event, as the union says."""
    members = [get_args(member) for member in get_args(events.CallbackEvent)]
    return {
        name: member[-1] for member in members if len(member) > 1 for name in get_args(member[0])
    }


def _build(kind: type[T], fields: Mapping[str, object]) -> T:
    return build(kind, _coerced(kind, fields))


def _coerced(kind: type[object], fields: Mapping[str, object]) -> dict[str, object]:
    """Return the fields with numbers as texts, or texts as numbers, as the class declares them."""
    hints = _hints(kind)
    values = dict(fields)
    for newer in hints:
        if newer.endswith(_NEWER) and (older := newer.removesuffix(_NEWER)) in hints:
            values[newer] = values[older] = values.get(newer) or values.get(older)
    return {name: _as_coerced(hints.get(name, ()), value) for name, value in values.items()}


@cache
def _hints(kind: type[object]) -> Mapping[str, tuple[Any, ...]]:
    hints = get_type_hints(kind)
    return {name: get_args(hint) or (hint,) for name, hint in hints.items()}


def _as_coerced(kinds: tuple[Any, ...], value: object) -> object:
    match value:
        case bool():
            return value
        case int() | float() if str in kinds:
            return str(value)
        case str() if int in kinds or float in kinds:
            return _number(value)
        case dict():
            fields = json_object(cast("object", value))
            return next((_coerced(kind, fields) for kind in kinds if attrs.has(kind)), fields)
        case _:
            return value


def _number(text: str) -> object:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text
