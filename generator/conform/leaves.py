"""Looks for each leaf of documented JSON data in the typed value that was made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from generator.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator


def leaves(value: Any, at: str = "$") -> Iterator[str]:
    """The JSON paths of the values that hold no others; an empty object or array is one, too."""
    if is_object(value) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{at}.{name}")
    elif is_array(value) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{at}[{number}]")
    else:
        yield at


def lost(value: Any, typed: Any, at: str = "$") -> Iterator[str]:
    """The JSON paths of the leaves that a typed value does not have.

    Args:
        value: JSON data.
        typed: What was made of it: models, lists, dicts and scalars.
        at: The JSON path of the data.
    """
    if is_object(value):
        fields = _fields(typed)
        if fields is None:
            yield from leaves(value, at)
            return
        for name, inner in value.items():
            if name in fields:
                yield from lost(inner, fields[name], f"{at}.{name}")
            else:
                yield from leaves(inner, f"{at}.{name}")
    elif is_array(value):
        if not is_array(typed) or len(typed) != len(value):
            yield from leaves(value, at)
            return
        for number, (inner, made) in enumerate(zip(value, typed, strict=True)):
            yield from lost(inner, made, f"{at}[{number}]")
    elif not _same(value, typed):
        yield at


def _fields(typed: Any) -> dict[str, Any] | None:
    """What stands under each JSON name in a model or a dict."""
    if is_object(typed):
        return typed
    model = cast("type[Any]", type(typed))
    if not attrs.has(model):
        return None
    names = getattr(model, "__wire_names__", {})
    fields = [field.name for field in attrs.fields(model)]
    return {names.get(name, name): getattr(typed, name) for name in fields}


def _same(value: Any, typed: Any) -> bool:
    # 1 is 1.0 in JSON, and True is neither.
    return value == typed and isinstance(value, bool) == isinstance(typed, bool)
