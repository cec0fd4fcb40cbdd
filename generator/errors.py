"""The errors of the generator: something in an input is wrong."""

from __future__ import annotations

from copy import copy
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")


class GeneratorError(Exception):
    """An input is wrong; the text says what, where, and what to do about it.

    Attributes:
        message: What is wrong.
        file: The file that it stands in.
        line: The line in that file, from 1.
        pointer: The JSON pointer of the place in the document.
        remedy: What to do, as a sentence.
        action: The action of the overlay that wrote the place, as in ``action 3 ($.info)``.
        related: The other places that have to do with it, each as in ``file:line: action``.
        skeleton: An action for an overlay that would be a first remedy.
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | None = None,
        line: int | None = None,
        pointer: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.pointer = pointer
        self.remedy = remedy
        self.action: str | None = None
        self.related: tuple[str, ...] = ()
        self.skeleton: dict[str, Any] | None = None

    def with_(self, **attributes: Any) -> Self:
        """Return a copy in which some attributes are different."""
        changed = copy(self)
        vars(changed).update(attributes)
        return changed

    @property
    def errors(self) -> tuple[GeneratorError, ...]:
        """The single errors: this one."""
        return (self,)

    def __str__(self) -> str:
        """Return ``file:line: action: pointer: message. remedy`` and what is related."""
        file = f"{self.file}:{self.line}" if self.file and self.line else self.file
        # The pointer of the whole document is empty.
        pointer = None if self.pointer is None else self.pointer or "#"
        text = ": ".join(
            str(part)
            for part in (file, self.action, pointer, self.message.rstrip("."))
            if part is not None
        )
        lines = [f"{text}. {self.remedy or ''}", *(f"also {one}" for one in self.related)]
        return "\n  ".join(_printable(" ".join(line.split())) for line in lines)


class GroupedError(GeneratorError):
    """Several errors; its own attributes are those of the first."""

    def __init__(self, errors: Sequence[GeneratorError]) -> None:
        super().__init__(errors[0].message)
        vars(self).update(vars(errors[0]))
        self._errors = tuple(errors)

    @property
    def errors(self) -> tuple[GeneratorError, ...]:
        """The single errors, by file and line."""
        return self._errors

    def __str__(self) -> str:
        """Return the single errors, each as it says itself."""
        return "\n".join(map(str, self._errors))


def raise_all(errors: Iterable[GeneratorError]) -> None:
    """Raise what there is: nothing, the one error, or all of them, by file and line.

    Raises:
        GeneratorError: There is one.
        GroupedError: There are several.
    """
    unique = {str(one): one for error in errors for one in error.errors}
    found = sorted(unique.values(), key=_place)
    if found:
        raise found[0] if len(found) == 1 else GroupedError(found)


class Faults(list[GeneratorError]):
    """The errors of work that goes on after them."""

    def attempt(self, work: Callable[[], T], fallback: T) -> T:
        """Return what some work gives; if it fails, keep its error and return the fallback."""
        try:
            return work()
        except GeneratorError as error:
            self.append(error)
            return fallback


def gather(work: Iterable[Callable[[], Iterable[T]]]) -> list[T]:
    """Do all of some work; if parts of it fail, raise their errors together.

    Raises:
        GeneratorError: A part fails.
    """
    faults = Faults()
    results = [one for part in work for one in faults.attempt(part, ())]
    raise_all(faults)
    return results


def hint(name: str, known: Iterable[str]) -> str:
    """Return what is to be added to a message about an unknown name: the known one most like it."""
    near = get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _printable(text: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _place(error: GeneratorError) -> tuple[str, int, str]:
    return str(error.file or Path()), error.line or 0, error.pointer or ""
