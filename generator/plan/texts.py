"""Docstrings: wrapped, safe inside triple quotes, the same on every machine."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH: Final = 100
_WIDE: Final = "\u2e80-\uffef"
# A line may break after a wide character, but not before what closes it: punctuation, a link's end.
_ATOM: Final = re.compile(
    rf"[\[(]*[{_WIDE}](?:\]\([^\s)]*\)|[\u3001\u3002\u300B\u300D\u300F\u3011,.;:!?)]|"
    rf"[\uFF01-\uFF0F\uFF1A-\uFF1F])*"
    rf"|(?:[^\s{_WIDE}\[(]|[\[(]+(?![{_WIDE}\[(]))+"
    r"|\s+|[\[(]+"
)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BULLET: Final = re.compile(r"(?:[*+-]|\d+[.)]) ")


def docstring(parts: Iterable[str], indent: int) -> str:
    """A whole docstring, quotes included, to stand at an indentation.

    Args:
        parts: Paragraphs; blank lines are put between them. Their lines may be indented.
        indent: Columns to the left of it.
    """
    text = "\n\n".join(part for part in parts if part)
    lines = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').split("\n")
    margin = " " * indent
    if len(lines) == 1 and width(lines[0]) + indent + 6 <= WIDTH and not lines[0].endswith('"'):
        return f'"""{lines[0]}"""'
    body = "\n".join(f"{margin}{line}" if line else "" for line in lines).lstrip()
    return f'"""{body}\n{margin}"""'


def paragraphs(text: str, indent: int, *, hanging: int = 0) -> str:
    """Wrap a Markdown text line by line.

    Args:
        text: Any text of the document; characters that would bend the lines are dropped.
        indent: Columns to the left of the result.
        hanging: Columns by which all lines but the first are indented further.
    """
    wrapped: list[str] = []
    for line in clean(text).split("\n"):
        content = line.strip()
        bullet = _BULLET.match(content)
        lead = " " * hanging if wrapped else ""
        follow = " " * (hanging + (bullet.end() if bullet else 0))
        wrapped += _wrap(content, WIDTH - indent, lead, follow)
    collapsed = re.sub(r"\n{3,}", "\n\n", "\n".join(wrapped))
    return collapsed.strip("\n")


def clean(text: str) -> str:
    """The text without control and direction characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(
        char for char in text if char == "\n" or unicodedata.category(char) not in _INVISIBLE
    )


def escaped(code: str) -> str:
    """Code whose literals show control and direction characters as escapes."""
    return "".join(
        char.encode("unicode_escape").decode()
        if char != "\n" and unicodedata.category(char) in _INVISIBLE
        else char
        for char in code
    )


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _wrap(text: str, columns: int, lead: str, follow: str) -> list[str]:
    lines: list[str] = []
    line, size = lead, len(lead)
    for atom in _ATOM.findall(text):
        wide = width(atom)
        if size + wide > columns and line.strip():
            lines.append(line.rstrip())
            line, size = follow, len(follow)
        if atom.isspace() and not line.strip():
            continue
        line += atom
        size += wide
    lines.append(line.rstrip())
    return lines
