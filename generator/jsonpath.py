"""Selects places of a document by JSONPath, and comes to an end whatever the query is.

A short query can visit each value once for each value above it, and do so again in each step; a
short pattern can take forever on a short text. What is visited is counted, therefore, and patterns
run for a limited time.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from math import prod
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen
from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.filter import FilterQuery
from jsonpath.function_extensions import Match, Search
from jsonpath.function_extensions._pattern import AbstractRegexFilterFunction
from jsonpath.segments import JSONPathRecursiveDescentSegment, JSONPathSegment
from jsonpath.selectors import Filter

from generator.errors import GeneratorError
from generator.json_values import MAX_DEPTH, MAX_VALUES, is_array, is_object, size_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonpath import JSONPathMatch
    from jsonpath.filter import BaseExpression

MAX_TEXT: Final = 1_000
"""How many characters a query may have."""
MAX_VISITS: Final = MAX_VALUES
"""How many values a query may visit; a value that it visits twice counts twice."""
MAX_SECONDS: Final = 1.0
"""How long one pattern may run on one text."""
MAX_REPEATS: Final = 1_000
"""What the numbers of repetitions in a pattern may multiply to: so many states it becomes."""

_REMEDY: Final = "Write a simpler one."
_FEW: Final = 8
_QUOTED: Final = re.compile(r"'((?:[^'\\]|\\.)*)'")
_REPEAT: Final = re.compile(r"\{(\d{1,9})\d*(?:,(\d{0,9})\d*)?\}")


@define
class _Budget:
    """The visits that are left."""

    left: int = MAX_VISITS


class _Counted(JSONPathSegment):
    """A step of a query that counts what it visits."""

    __slots__ = ("budget", "segment")

    def __init__(self, segment: JSONPathSegment, budget: _Budget) -> None:
        super().__init__(env=segment.env, token=segment.token, selectors=segment.selectors)
        self.segment = segment
        self.budget = budget

    def __str__(self) -> str:
        return str(self.segment)

    def resolve(self, nodes: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
        return self.segment.resolve(self._counted(nodes))

    def resolve_async(self, nodes: Any) -> Any:
        raise NotImplementedError

    def _counted(self, nodes: Iterable[JSONPathMatch]) -> Iterator[JSONPathMatch]:
        deep = isinstance(self.segment, JSONPathRecursiveDescentSegment)
        for node in nodes:
            value: Any = node.obj
            holds = len(value) if is_object(value) or is_array(value) else 0
            visits = size_of(value) if deep else 1 + holds
            self.budget.left -= visits * len(self.selectors)
            if self.budget.left < 0:
                raise GeneratorError(
                    f"the JSONPath visits more than {MAX_VISITS} values", remedy=_REMEDY
                )
            yield node


@frozen
class _Timed:
    """A pattern that does not run for long."""

    pattern: Any

    def fullmatch(self, text: str) -> bool:
        return bool(self.pattern.fullmatch(text, timeout=MAX_SECONDS))

    def search(self, text: str) -> bool:
        return bool(self.pattern.search(text, timeout=MAX_SECONDS))


class _Limited(AbstractRegexFilterFunction):
    def check_cache(self, pattern: str) -> Any:
        repeats = (int(most or least) for least, most in _REPEAT.findall(pattern))
        if prod(repeats) > MAX_REPEATS:
            raise GeneratorError(
                f"the pattern {pattern!r} repeats more than {MAX_REPEATS} times", remedy=_REMEDY
            )
        compiled = super().check_cache(pattern)
        return compiled and _Timed(compiled)


class _Match(_Limited, Match):
    pass


class _Search(_Limited, Search):
    pass


class _Environment(JSONPathEnvironment):
    max_recursion_depth = MAX_DEPTH

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        self.function_extensions |= {"match": _Match(), "search": _Search()}


_ENVIRONMENT: Final = _Environment(strict=True)


@frozen
class Query:
    """A compiled JSONPath."""

    _path: JSONPath = field(repr=False)
    _budget: _Budget = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Query:
        """Compile a JSONPath.

        Raises:
            GeneratorError: It is none, or too long.
        """
        remedy = "Write it as RFC 9535 has it, as in $.paths['/v1/bots'].get."
        if not text:  # whose error the parser can't write
            raise GeneratorError("the JSONPath is empty", remedy=remedy)
        if len(text) > MAX_TEXT:
            message = f"the JSONPath {text[:40]!r}... has more than {MAX_TEXT} characters"
            raise GeneratorError(message, remedy=_REMEDY)
        try:
            path: Any = _ENVIRONMENT.compile(text)
        except (JSONPathError, RecursionError, ValueError, ArithmeticError) as error:
            message = str(error).partition("\n")[0] or "it is too deep"
            raise GeneratorError(f"{text!r} is not a JSONPath: {message}", remedy=remedy) from error
        budget = _Budget()
        _count(path, budget)
        return cls(path, budget)

    def select(self, document: Any) -> list[JSONPathMatch]:
        """Return the places that it selects, each once.

        Raises:
            GeneratorError: It would take too long.
        """
        self._budget.left = MAX_VISITS
        try:
            return list({match.parts: match for match in self._path.finditer(document)}.values())
        except JSONPathError as error:
            raise GeneratorError(f"the JSONPath fails: {error}", remedy=_REMEDY) from error
        except TimeoutError as error:
            raise GeneratorError(
                f"a pattern takes longer than {MAX_SECONDS:g} s on one text", remedy=_REMEDY
            ) from error

    def missing(self, document: Any) -> tuple[str, str]:
        """Return the first part of the query that selects nothing, and a hint at what was meant.

        Raises:
            GeneratorError: It would take too long.
        """
        values = [document]
        for number, segment in enumerate(self._path.segments, 1):
            self._budget.left = MAX_VISITS
            path = JSONPath(env=_ENVIRONMENT, segments=self._path.segments[:number])
            found = list(path.finditer(document))
            if not found:
                return str(path), _hint(str(segment), values)
            values = [match.obj for match in found]
        return str(self._path), ""


def _hint(segment: str, values: list[Any]) -> str:
    """Return what in some objects and arrays is most like what a step of a query wants."""
    names: list[Any] = []
    for value in values:
        names += value if is_object(value) or is_array(value) else ()
        for item in value if is_array(value) else ():
            names += item.values() if is_object(item) else ()
    texts = [name for name in names if isinstance(name, str)]
    found: list[list[str]] = [
        get_close_matches(text, texts, 1) for text in _QUOTED.findall(segment)
    ]
    likely = next((name for names in reversed(found) for name in names), "")
    if likely:
        return f"; did you mean {likely!r}?"
    few = dict.fromkeys(name for value in values if is_object(value) for name in value)
    return f", only {', '.join(few)}." if 0 < len(few) <= _FEW else "."


def _count(path: JSONPath, budget: _Budget) -> None:
    """Make the steps of a query, and of the queries in its filters, count their visits."""
    waiting: list[BaseExpression] = [
        selector.expression
        for segment in path.segments
        for selector in segment.selectors
        if isinstance(selector, Filter)
    ]
    path.segments = tuple(_Counted(segment, budget) for segment in path.segments)
    while waiting:
        expression = waiting.pop()
        if isinstance(expression, FilterQuery):
            _count(expression.path, budget)
        else:
            waiting += expression.children()
