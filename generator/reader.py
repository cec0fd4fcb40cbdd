"""Reads YAML as OpenAPI wants it.

That is YAML 1.2 with the values of JSON: ``on`` and ``2024-01-01`` are texts, keys are texts
whatever they look like, and a key stands once. Aliases are written out, within limits.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final, cast

import yaml
from attrs import define, field

from generator.errors import GeneratorError
from generator.json_values import MAX_DEPTH, MAX_VALUES, clone, is_array, is_object, too_deep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAG: Final = "tag:yaml.org,2002:"
INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    **{
        form: value
        for word, value in (("null", None), ("true", True), ("false", False))
        for form in (word, word.title(), word.upper())
    },
}
_MAYBE_NO_TEXT: Final = frozenset("+-.0123456789~nNtTfF")


def read_yaml(text: str, path: Path) -> Any:
    """Return the value of a YAML text; ``path`` is named in errors.

    Raises:
        GeneratorError: The text is broken, says something twice, or is too deep or too large.
    """
    reader = _Reader(path)
    try:
        for event in cast("Iterator[Any]", yaml.parse(text, Loader=yaml.CSafeLoader)):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise GeneratorError(
            f"the file is broken: {error.problem}",
            file=path,
            line=mark.line + 1 if mark else None,
            remedy="Correct the YAML.",
        ) from error
    except yaml.YAMLError as error:
        raise GeneratorError(
            f"the file is broken: {error}", file=path, remedy="Correct the YAML."
        ) from error
    return reader.root


@define
class _Open:
    """An object or array whose end has not been read."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    values_before: int
    height: int = 1
    key: str | None = None

    @property
    def wants_key(self) -> bool:
        return is_object(self.value) and self.key is None


@define
class _Anchored:
    value: Any
    values: int
    height: int


@define
class _Reader:
    """Builds a value from the events of the parser, without recursion."""

    path: Path
    root: Any = None
    _values: int = 0
    _documents: int = 0
    _stack: list[_Open] = field(factory=list[_Open])
    _anchors: dict[str, _Anchored] = field(factory=dict[str, _Anchored])

    def take(self, event: Any) -> None:
        """Take the next event."""
        match event:
            case yaml.ScalarEvent() if self._stack and self._stack[-1].wants_key:
                self._key(event)
            case yaml.ScalarEvent():
                self._add(self._scalar(event), event, event.anchor, 1, 0)
            case yaml.MappingStartEvent():
                self._open({}, event, "map")
            case yaml.SequenceStartEvent():
                self._open([], event, "seq")
            case yaml.CollectionEndEvent():
                done = self._stack.pop()
                values = self._values - done.values_before + 1
                self._add(done.value, event, done.anchor, values, done.height)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise self._error("a second document begins", event, "Keep one in the file.")
            case _:
                pass

    def _open(self, value: dict[str, Any] | list[Any], event: Any, kind: str) -> None:
        self._check_tag(event, kind)
        if len(self._stack) == MAX_DEPTH:
            raise self._too_deep(event)
        self._stack.append(_Open(value, event.anchor, self._values))

    def _key(self, event: Any) -> None:
        top, text = self._stack[-1], cast("str", event.value)
        if text == "<<" and event.implicit[0]:
            raise self._error("YAML 1.2 has no merge keys", event, "Write the fields out.")
        if not text and event.implicit[0]:
            raise self._error("a key is missing", event, "Write it before the colon.")
        if text in top.value:
            raise self._error(f"the key {text!r} appears twice", event, "Remove one of them.")
        top.key = text

    def _scalar(self, event: Any) -> str | float | bool | None:
        text: str = event.value
        plain = event.implicit[0] if event.tag is None else event.tag not in {"!", f"{TAG}str"}
        if not plain or (text and text[0] not in _MAYBE_NO_TEXT):
            self._check_tag(event, "str")
            return text
        if text in _WORDS:
            return _WORDS[text]
        try:
            if INTEGER.fullmatch(text):
                return int(text, 0 if text[:2] in {"0o", "0x"} else 10)
            if FLOAT.fullmatch(text) and math.isfinite(float(text)):
                return float(text)
        except ValueError:
            raise self._error("a number has too many digits", event, "Make it a text.") from None
        self._check_tag(event, "str")
        return text

    def _alias(self, event: Any) -> None:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            raise self._error(
                f"*{event.anchor} stands for nothing complete", event, "Write the value out."
            )
        if self._stack and self._stack[-1].wants_key:
            raise self._error("a key is an alias", event, "Write the key out.")
        if self._values + anchored.values > MAX_VALUES:
            raise self._too_large(event)
        if len(self._stack) + anchored.height > MAX_DEPTH:
            raise self._too_deep(event)
        self._values += anchored.values - 1
        self._add(clone(anchored.value), event, None, anchored.values, anchored.height)

    def _add(self, value: Any, event: Any, anchor: str | None, values: int, height: int) -> None:
        """Put a complete value where it belongs."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._too_large(event)
        if anchor is not None:
            self._anchors[anchor] = _Anchored(value, values, height)
        if not self._stack:
            self.root = value
            return
        top = self._stack[-1]
        top.height = max(top.height, height + 1)
        if is_array(top.value):
            top.value.append(value)
        elif top.key is None:
            raise self._error("a key is not a string", event, "Write a text before the colon.")
        else:
            cast("dict[str, Any]", top.value)[top.key] = value
            top.key = None

    def _check_tag(self, event: Any, kind: str) -> None:
        if event.tag not in {None, "!", f"{TAG}{kind}"}:
            raise self._error(
                f"the tag {event.tag!r} does not fit here", event, "Values of JSON need none."
            )

    def _too_large(self, event: Any) -> GeneratorError:
        message = f"with aliases written out the file has more than {MAX_VALUES} values"
        return self._error(message, event, "Use references instead of repeating parts.")

    def _too_deep(self, event: Any) -> GeneratorError:
        error = too_deep()
        return self._error(error.message, event, error.remedy or "")

    def _error(self, message: str, event: Any, remedy: str) -> GeneratorError:
        line = event.start_mark.line + 1
        return GeneratorError(message, file=self.path, line=line, remedy=remedy)
