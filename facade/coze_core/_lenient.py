"""The slow road from JSON to classes: whatever the server sent, the caller gets it.

JSON is parsed with every indulgence, then built field by field. What does not fit its declared type
is kept as it came, and its JSON path is noted.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from coze_core._builders import MAX_DEPTH, Walk, builder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")


class NotJSONError(ValueError):
    """A body that is no JSON, even with every indulgence."""


class Decoded(NamedTuple, Generic[T]):
    """A value and how well it fitted.

    Args:
        value: What was built.
        problems: The JSON path of each value that was missing, kept as it came, or made a text of.
    """

    value: T
    problems: Sequence[str]

    @property
    def exact(self) -> bool:
        """Whether everything was there and fitted its declared type."""
        return not self.problems


def parse(body: bytes) -> object:
    """Parse JSON, also with a BOM, NaN, broken UTF-8, raw control characters or absurd nesting.

    Raises:
        NotJSONError: The body is no JSON.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        return _parse(text)
    except RecursionError:
        pass
    try:
        return _parse(_shallow(text))
    except RecursionError:
        return text


def json_object(value: object) -> Mapping[str, object]:
    """Give a JSON object as it is, and anything else as an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def build(
    hint: type[T],
    value: object,
    problems: list[str] | None = None,
    root: str = "$",
    *,
    keep_extra: bool = False,
) -> T:
    """Build a value of a type from plain JSON data; what does not fit is kept as it came.

    Args:
        hint: The type.
        value: The data.
        problems: Where to note the JSON path of each value that was missing or kept as it came.
        root: The JSON path of the data.
        keep_extra: Whether models keep what came beyond their fields.
    """
    try:
        walk = Walk(problems, root, keep_extra=keep_extra)
        built = builder(cast("Any", hint)).build(value, walk)
    except RecursionError:
        if problems is not None:
            problems[:] = [root]
        built = value
    return cast("T", built)


def _integer(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        return digits


_JSON = json.JSONDecoder(strict=False, parse_int=cast("Callable[[str], int]", _integer))


def _parse(text: str) -> object:
    try:
        return _JSON.decode(text)
    except ValueError as error:
        raise NotJSONError(f"not JSON: {error}") from None


def _shallow(text: str) -> str:
    """Turn the containers below the deepest level into strings of their JSON text."""
    pieces: list[str] = []
    depth = done = start = 0
    for token in re.finditer(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', text, re.DOTALL):
        if token[0] in "[{":
            depth += 1
            if depth == MAX_DEPTH:
                start = token.start()
        elif token[0] in "]}":
            if depth == MAX_DEPTH:
                pieces += text[done:start], json.dumps(text[start : token.end()])
                done = token.end()
            depth -= 1
    if depth >= MAX_DEPTH:
        raise NotJSONError("not JSON: it ends far inside lists or objects")
    return "".join([*pieces, text[done:]])
