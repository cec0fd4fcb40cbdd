"""Docstrings: the texts of the document, whole, without markup, and safe inside triple quotes.

Lines are not wrapped: a link, a name or a Chinese sentence that is cut reads wrong, and an editor
wraps by itself.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_IMAGE: Final = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_HEADING: Final = re.compile(r"\s*#{1,6}\s+(.*)")
# Stars within code, and those that hide digits (75***), are no markup.
_MARKUP: Final = re.compile(
    r"(?P<code>`[^`\n]*`)|(?<!\*)\*\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*\*(?!\*)"
    r"|\\(?P<escaped>[_*~<>#\[\]])"
)
# A text of ours knows neither the places that a path leads to nor what other schemes run.
_PLACELESS: Final = re.compile(
    r"(?P<code>`[^`\n]*`|\\[\\\[\]])|\[(?P<text>[^\[\]\n]*)\]\((?!https?://)[^)\n]*\)"
)
# Breaks within the cells of tables are all the HTML that is meant.
_CODE_OR_MARK: Final = re.compile(
    r"(?P<code>`[^`\n]*`|<br\s*/?>|\\[\\\[\]])|<|\[(?![^\[\]\n]*\]\(https?://)"
)
_SHOWN: Final = {"<": "&lt;", "[": "\\["}
_ITEM: Final = re.compile(r"\s*(?:[-*+]|\d+\.) ")
_BORDER: Final = re.compile(r"(?<!\\)\|")
_BREAK: Final = re.compile(r"<br\s*/?>")
_PAIR: Final = 2


def docstring(parts: Iterable[str], indent: int) -> str:
    """Return a whole docstring, quotes included, to stand at an indentation.

    Args:
        parts: Paragraphs; blank lines are put between them. Their lines may be indented.
        indent: Columns to the left of it.
    """
    text = "\n\n".join(part for part in parts if part)
    lines = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').split("\n")
    margin = " " * indent
    if len(lines) == 1 and not lines[0].endswith('"'):
        return f'"""{lines[0]}"""'
    body = "\n".join(f"{margin}{line}" if line else "" for line in lines).lstrip()
    return f'"""{body}\n{margin}"""'


def paragraphs(text: str, *, hanging: int = 0) -> str:
    """Return a Markdown text as plain paragraphs and lists.

    Headings become paragraphs, tables become lists; images and the marks of bold text go, and so
    do links but to addresses of HTTP.

    Args:
        text: Any text of the document; characters that would bend the lines are dropped.
        hanging: Columns by which all lines but the first are indented.
    """
    lines = _placed(text).split("\n")
    plain = [
        _MARKUP.sub(lambda match: match[match.lastgroup or 0], line)
        for is_table, block in groupby(lines, lambda line: line.lstrip().startswith("|"))
        for line in (_listed([*block]) if is_table else map(_paragraph, block))
    ]
    collapsed = re.sub(r"\n{3,}", "\n\n", "\n".join(plain)).strip()
    return re.sub(r"\n(?=[^\n])", "\n" + " " * hanging, collapsed)


def markdown(text: str, *, indent: int = 0) -> str:
    """Return a Markdown text that loads nothing and runs nothing, as part of a page.

    Images go, headings become bold, and markup of HTML is shown, not obeyed. Only links to
    addresses of HTTP are left.

    Args:
        text: Any text of the document.
        indent: Columns by which all lines but the first are indented.
    """
    lines = _placed(text).strip().split("\n")
    safe = (_CODE_OR_MARK.sub(lambda one: one["code"] or _SHOWN[one[0]], line) for line in lines)
    bold = (_HEADING.sub(lambda match: f"\n**{match[1].strip('* ')}**\n", line) for line in safe)
    margin = " " * indent
    spaced = (line for text in _apart(bold) for line in text.split("\n"))
    return "\n".join(f"{margin}{line}".rstrip() for line in spaced).removeprefix(margin)


def _placed(text: str) -> str:
    """Return a Markdown text without images, and of links that lead nowhere only their words."""
    return _PLACELESS.sub(lambda one: one[one.lastgroup or 0], _IMAGE.sub("", clean(text)))


def code_span(text: str) -> str:
    """Return a text as inline code of Markdown: one line, which holds no backtick."""
    return f"`{' '.join(clean(text).split()).replace('`', chr(39))}`"


def _apart(lines: Iterable[str]) -> Iterator[str]:
    """Put a blank line before a list that follows a paragraph, which else would be part of it."""
    before = ""
    for line in lines:
        if _ITEM.match(line) and before.strip() and not _ITEM.match(before) and before[0] != " ":
            yield ""
        yield line
        before = line


def clean(text: str) -> str:
    """Return the text without control and direction characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if text.replace("\n", "").isprintable():  # which leaves none of these to look for
        return text
    return "".join(
        char for char in text if char == "\n" or unicodedata.category(char) not in _INVISIBLE
    )


def escaped(code: str) -> str:
    """Return code whose literals show control and direction characters as escapes."""
    return "".join(
        char.encode("unicode_escape").decode()
        if char != "\n" and unicodedata.category(char) in _INVISIBLE
        else char
        for char in code
    )


def _paragraph(line: str) -> str:
    heading = _HEADING.fullmatch(line)
    return f"\n{heading[1].strip()}\n" if heading else line.rstrip()


def _listed(table: list[str]) -> Iterator[str]:
    """Yield the rows of a table as items of a list."""
    head, *rows = (
        [cell.replace("\\|", "|").strip() for cell in _BORDER.split(line.strip().strip("|"))]
        for line in table
    )
    for row in rows:
        if not all(cell.strip(":-") == "" for cell in row):
            first, *others = row
            if len(row) == _PAIR:
                yield from _item(first, others[0], "")
            else:
                yield f"- {first}"
                for name, cell in zip(head[1:], others, strict=False):
                    yield from _item(name, cell, "  ")


def _item(name: str, cell: str, margin: str) -> Iterator[str]:
    first, *others = _BREAK.split(cell)
    if first.startswith("- "):
        first, others = "", [first, *others]
    yield f"{margin}- {name}: {first}".rstrip()
    yield from (f"{margin}  {line.strip()}" for line in others)
