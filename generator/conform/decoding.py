"""Which road the client's decoder takes: the fast one of msgspec, or the lenient one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import attrs
import msgspec

from coze_core._decode import MISFITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coze_core._decode import AnswerDecoder, TypeDecoder
    from generator.conform.report import Check


def decoded(
    check: Check, decoder: AnswerDecoder[Any] | TypeDecoder[Any], body: bytes, hint: Any
) -> Check:
    """Note how a body is decoded: fast, or exactly although not fast, or with indulgence.

    Args:
        check: What is noted so far.
        decoder: The decoder of the client.
        body: The body.
        hint: The type that the body is decoded to.
    """
    if decoder.fast is None:
        problems = decoder.examine(body).problems
        if problems:
            return check.failing(f"decoded leniently at {', '.join(problems)}")
        return check.with_note(f"no fast path: {', '.join(_obstacles(hint))}")
    try:
        decoder.fast(body)
    except MISFITS as error:
        return check.failing(f"decoded leniently: {error}")
    return check


def _obstacles(hint: Any) -> list[str]:
    renamed = list(dict.fromkeys(_renamed(hint, set())))
    if renamed:
        return renamed
    try:
        msgspec.json.Decoder(hint)
    except TypeError as error:
        return [str(error).partition("\n")[0]]
    return ["the decoder has none"]


def _renamed(hint: Any, seen: set[Any]) -> Iterator[str]:
    """The classes in a type that have fields with other names than in JSON."""
    if hint in seen:
        return
    seen.add(hint)
    parts = list(get_args(hint))
    model = get_origin(hint) or hint
    if isinstance(model, type) and attrs.has(model):
        names = getattr(model, "__wire_names__", {})
        if names:
            yield f"{model.__name__} renames {', '.join(names.values())}"
        hints = get_type_hints(model)
        parts += (hints[field.name] for field in attrs.fields(model))
    for part in parts:
        yield from _renamed(part, seen)
