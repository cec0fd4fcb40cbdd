"""The one error of the generator: something in an input is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class GeneratorError(Exception):
    """An input is wrong; the text says what, where, and what to do about it.

    Attributes:
        message: What is wrong.
        file: The file that it stands in.
        line: The line in that file, from 1.
        pointer: The JSON pointer of the place in the document.
        remedy: What to do, as a sentence.
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

    def __str__(self) -> str:
        """One printable paragraph: ``file:line: pointer: message. remedy``."""
        file = f"{self.file}:{self.line}" if self.file and self.line else self.file
        # The pointer of the whole document is empty.
        pointer = None if self.pointer is None else self.pointer or "#"
        told = ": ".join(str(part) for part in (file, pointer, self.message.rstrip(".")) if part)
        text = " ".join(f"{told}. {self.remedy or ''}".split())
        return "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
        )
