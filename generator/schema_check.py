"""Holds values against schemas, and comes to an end whatever the schemas are.

Schemas that branch, and refer to each other, can take forever on a short value; so can a pattern on
a short text. Steps are counted, therefore, and no pattern is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define
from jsonschema import ValidationError
from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType]
from openapi_schema_validator import OAS30Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_STEPS: Final = 100_000
"""How many keywords are looked at."""


class TooManyStepsError(Exception):
    """A value can't be held against a schema within the limit."""

    def __init__(self) -> None:
        super().__init__("a schema branches too often")


@define
class StepLimit:
    """A limit, and validators that keep to it.

    Attributes:
        patterns_fit: Whether any text is taken to fit a pattern, or none.
        left: The steps that are left.
    """

    patterns_fit: bool
    left: int = MAX_STEPS

    def validator(self) -> Any:
        """Return a validator class that raises ``TooManyStepsError`` beyond the limit."""
        keywords = {name: self._counting(one) for name, one in OAS30Validator.VALIDATORS.items()}
        keywords["pattern"] = self._pattern
        return extend(OAS30Validator, keywords)  # pyright: ignore[reportUnknownVariableType]

    def _counting(self, keyword: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise TooManyStepsError
            return keyword(*arguments)

        return counted

    def _pattern(self, _: Any, pattern: Any, text: Any, *__: Any) -> Iterator[ValidationError]:
        if isinstance(text, str) and not self.patterns_fit:
            yield ValidationError(f"{text!r} is not held against {pattern!r}")
