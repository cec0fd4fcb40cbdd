"""From the bytes of an answer to typed values.

The fast road is one pass of msgspec, straight into the classes. It is strict: any mismatch between
the document and the server makes it fail, and it cannot rename fields of attrs classes. Then the
lenient builders take over, so that the caller still gets the answer: JSON is parsed with every
indulgence, then built field by field, and what does not fit its declared type is kept as it came.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Hashable
from inspect import get_annotations
from types import NoneType
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


T = TypeVar("T")


class NotJSONError(ValueError):
    """Raised when a body is not JSON, even by the lenient parser."""


def parse(body: bytes) -> object:
    """Parse JSON, also with a BOM, NaN, broken UTF-8, raw control characters or absurd nesting.

    Raises:
        NotJSONError: The body is not JSON.
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
        return _parse(_stringify_deep(text))
    except RecursionError:
        return text


def json_object(value: object) -> Mapping[str, object]:
    """Return a JSON object as it is, and anything else as an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def build(
    hint: type[T],
    value: object,
    problems: list[str] | None = None,
    *,
    keep_extra: bool = False,
) -> T:
    """Build a value of a type from plain JSON data; what does not fit is kept as it came.

    Args:
        hint: The type.
        value: The data.
        problems: Where to note the JSON path of each value that was missing or kept as it came.
        keep_extra: Whether models keep what came beyond their fields.
    """
    from coze_core._builders import Walk, builder

    try:
        walk = Walk(problems, keep_extra=keep_extra)
        built = builder(cast("Any", hint)).build(value, walk)
    except RecursionError:
        if problems is not None:
            problems[:] = ["$"]
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


def _stringify_deep(text: str) -> str:
    """Turn the containers below the deepest level into strings of their JSON text."""
    from coze_core._builders import MAX_DEPTH

    chunks: list[str] = []
    depth = done = start = 0
    for token in re.finditer(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', text, re.DOTALL):
        if token[0] in "[{":
            depth += 1
            if depth == MAX_DEPTH:
                start = token.start()
        elif token[0] in "]}":
            if depth == MAX_DEPTH:
                chunks += text[done:start], json.dumps(text[start : token.end()])
                done = token.end()
            depth -= 1
    if depth >= MAX_DEPTH:
        raise NotJSONError("not JSON: it ends far inside lists or objects")
    return "".join([*chunks, text[done:]])


DECODE_ERRORS = (msgspec.MsgspecError, ValueError, RecursionError)
"""All that msgspec raises for data it does not take; bad UTF-8 is a ValueError."""


class Detail(Struct):
    """Where the body of an answer holds its log id."""

    logid: str | None = None


class _Head(Struct):
    code: int | None = None
    msg: str | None = None
    detail: Detail | None = None


class Envelope(Struct, Generic[T]):
    """The body of an answer, taken apart. A ``code`` other than 0 is not judged here.

    Args:
        value: The result, or ``None`` where the body has none.
        code: The result code: a number wherever it can be read as one, ``None`` if there was none.
        msg: The message of the server.
        detail: What holds the log id.
    """

    value: T
    code: int | str | None = None
    msg: str | None = None
    detail: Detail | None = None

    @property
    def logid(self) -> str | None:
        """The log id of the server."""
        return self.detail and self.detail.logid


class TypeDecoder(Generic[T]):
    """Decodes JSON into values of one type.

    Args:
        hint: The type: a class, or what a type hint can say.

    Attributes:
        fast: The decoder that raises one of `DECODE_ERRORS` where something does not fit; none
            if this type is beyond it.
    """

    def __init__(self, hint: type[T]) -> None:
        self._hint = hint
        self.fast = _fast(hint)

    def decode(self, body: bytes, *, keep_extra: bool = False) -> T:
        """Decode a value; what does not fit is kept as it came, and on demand what is beyond it.

        Raises:
            NotJSONError: The bytes are not JSON.
        """
        if self.fast is not None and not keep_extra:
            try:
                return self.fast(body)
            except DECODE_ERRORS:
                pass
        return build(self._hint, parse(body), keep_extra=keep_extra)


class AnswerDecoder(Generic[T]):
    """Decodes the answers of one operation.

    Args:
        result: The type of the result.
        unwrap: The field of the body that holds the result, or ``None`` where it is the body.
        also_in: Another field that may hold the result.
        nullable: Whether a success may come without a result.

    Attributes:
        result: The type of the result.
        may_lack: Whether a success may come without a result.
        fast: As for a `TypeDecoder`.
    """

    def __init__(
        self,
        result: type[T],
        unwrap: str | None = "data",
        also_in: str | None = None,
        *,
        nullable: bool = False,
    ) -> None:
        self.result = result
        self.may_lack = nullable or result in {NoneType, Any, object}
        self._unwrap = unwrap
        self._also_in = also_in
        self.fast = _fast_envelope(result, unwrap)
        if also_in is not None:
            other = _fast_envelope(result, also_in)
            roads = (other, self.fast) if unwrap is None else (self.fast, other)
            self.fast = _first_with_value(*roads)

    def decode(self, body: bytes, *, keep_extra: bool = False) -> Envelope[T]:
        """Decode the body of an answer, as `TypeDecoder.decode` does a value.

        Raises:
            NotJSONError: The body is not JSON.
        """
        if self.fast is not None and not keep_extra:
            try:
                return self.fast(body)
            except DECODE_ERRORS:
                pass
        return self._envelope(body, keep_extra=keep_extra)

    def _envelope(self, body: bytes, *, keep_extra: bool) -> Envelope[T]:
        plain = parse(body)
        fields = json_object(plain)
        msg, logid = fields.get("msg"), json_object(fields.get("detail")).get("logid")
        return Envelope(
            self._build(plain, fields, keep_extra=keep_extra),
            result_code(fields.get("code")),
            None if msg is None else str(msg),
            None if logid is None else Detail(str(logid)),
        )

    def _build(self, plain: object, fields: Mapping[str, object], *, keep_extra: bool) -> T:
        if self.result is NoneType:
            return cast("T", None)
        name = self._unwrap
        other = fields.get(str(self._also_in))
        if (
            isinstance(other, dict)
            if name is None
            else other is not None and fields.get(name) is None
        ):
            name = self._also_in
        if name is None:
            return build(self.result, plain, keep_extra=keep_extra)
        if isinstance(plain, dict) and (inner := fields.get(name)) is not None:
            return build(self.result, inner, keep_extra=keep_extra)
        return cast("T", None if isinstance(plain, dict) else plain)


def result_code(value: object) -> int | str | None:
    """Return a result code as a number wherever it can be read as one."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, float | bool) and value % 1 == 0:  # 0.0 and false are successes
        return int(value)
    try:
        return int(str(value))
    except ValueError:
        return str(value)


def _fast(hint: type[T]) -> Callable[[bytes], T] | None:
    """Return the decoder of msgspec, unless it cannot fill this type."""
    if _escapes_msgspec(hint, set()):
        return None
    try:
        return msgspec.json.Decoder(hint).decode
    except TypeError:  # such as a union of two classes, which msgspec cannot distinguish
        return None


def _first_with_value(
    first: Callable[[bytes], Envelope[T]] | None, second: Callable[[bytes], Envelope[T]] | None
) -> Callable[[bytes], Envelope[T]] | None:
    if first is None or second is None:
        return None

    def decode(body: bytes) -> Envelope[T]:
        answer = first(body)
        return second(body) if answer.value is None else answer

    return decode


def _fast_envelope(result: type[T], unwrap: str | None) -> Callable[[bytes], Envelope[T]] | None:
    def envelope(value: T, head: _Head) -> Envelope[T]:
        return Envelope(value, head.code, head.msg, head.detail)

    decode_head = msgspec.json.Decoder(_Head).decode
    if result is NoneType:
        return lambda body: envelope(cast("T", None), decode_head(body))
    decode_result = _fast(result)
    if decode_result is None:
        return None
    if unwrap is None:
        return lambda body: envelope(decode_result(body), decode_head(body))
    value = ("value", Union[result, None], msgspec.field(name=unwrap, default=None))  # noqa: UP007  # some hints know no |
    code = ("code", int | None, None)
    try:
        kind = msgspec.defstruct("Envelope", [value, code], bases=(Envelope,))
    except ValueError:  # a name that msgspec does not take
        return None
    return msgspec.json.Decoder(cast("type[Envelope[T]]", kind)).decode


def _classes_in(model: type[object]) -> Iterator[object]:
    """Yield what the hints of a class name; evaluating plain ones would take far longer."""
    for kind in model.__mro__:
        hints = get_annotations(kind).values()
        if any(not isinstance(hint, str) or "." in hint for hint in hints):
            yield from get_type_hints(kind).values()
            continue
        scope = vars(sys.modules[kind.__module__])
        words = (word for hint in hints for word in re.findall(r"\w+", hint))
        yield from (one for word in words if isinstance(one := scope.get(word), Hashable))


def _escapes_msgspec(hint: object, seen: set[object]) -> bool:
    """Whether a type holds, at any depth, a class that msgspec cannot fill.

    It does not rename fields of attrs classes (classes of ours have their wire names where Python
    allows that), and passes over those whose names are not ASCII.
    """
    if hint in seen:
        return False
    seen.add(hint)
    parts: list[object] = [*get_args(hint)]
    model = get_origin(hint) or hint
    if isinstance(model, type) and attrs.has(model):
        names = [field.name for field in attrs.fields(model)]
        if getattr(model, "__wire_names__", None) or not all(map(str.isascii, names)):
            return True
        parts += _classes_in(model)
    return any(_escapes_msgspec(part, seen) for part in parts)
