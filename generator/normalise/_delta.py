"""Turns the JSON of a rich text editor into Markdown.

A text is a map of zones, and a zone is a list of operations that insert text. An operation with
``lmkr`` begins a line and says of what kind it is; the text that it inserts is a placeholder. A
note is a zone within another one; a table has a zone for its rows, one for its columns, and one for
each cell (``x<row>x<column>``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from generator.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT: Final = "0"
_INDENT: Final = "  "
_MARKS: Final = {"number": "1. ", "indent": _INDENT}
_DEEPEST: Final = 9


def markdown(text: str) -> str:
    """Return the Markdown of a rich text; any other text as it is."""
    if not text.startswith("{"):
        return text
    try:
        zones: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    writer = _Writer(zones)
    return writer.zone(_ROOT, frozenset()) if any(writer.ops(_ROOT)) else text


@frozen
class _Style:
    link: str = ""
    bold: bool = False
    code: bool = False

    def write(self, text: str) -> str:
        core = text.strip()
        if not core:
            return text
        before, _, after = text.partition(core)
        core = f"`{core}`" if self.code else core
        core = f"[{core}]({self.link})" if self.link else core
        core = f"**{core}**" if self.bold else core
        return before + core + after


@define
class _Line:
    prefix: str = ""
    runs: list[tuple[_Style, str]] = field(factory=list[tuple[_Style, str]])
    block: str = ""

    @property
    def is_item(self) -> bool:
        return self.prefix.strip() in {"-", "1."}

    def write(self) -> str:
        merged: list[tuple[_Style, str]] = []
        for style, text in self.runs:
            if merged and merged[-1][0] == style:
                merged[-1] = style, merged[-1][1] + text
            elif text:
                merged.append((style, text))
        text = self.block or "".join(style.write(text) for style, text in merged).strip()
        return self.prefix + text if text else ""


@frozen
class _Writer:
    zones: Any

    def ops(self, zone: str) -> Iterator[dict[str, Any]]:
        """Return the operations of a zone."""
        found = _part(self.zones, zone).get("ops")
        return (op for op in found if is_object(op)) if is_array(found) else iter(())

    def zone(self, name: str, within: frozenset[str]) -> str:
        """Return the Markdown of a zone; what would hold itself is left out."""
        if name in within:
            return ""
        lines = [_Line()]
        for op in self.ops(name):
            self._take(op, lines, within | {name})
        out: list[str] = []
        last = _Line()
        for line in lines:
            if text := line.write():
                if out and not (last.is_item and line.is_item):
                    out.append("")
                out.append(text)
                last = line
        return "\n".join(out)

    def _take(self, op: dict[str, Any], lines: list[_Line], within: frozenset[str]) -> None:
        attributes, insert = _part(op, "attributes"), op.get("insert")
        if "lmkr" in attributes:
            lines.append(_Line(_prefix(attributes)))
        elif "aceTable" in attributes:
            lines[-1].block = self._table(_text(attributes, "aceTable"), within)
        elif "zoneId" in attributes:
            lines[-1].block = self._note(attributes, within)
        elif "image" in attributes:
            lines[-1].runs.append((_Style(), f"![]({_text(attributes, 'src')})"))
        elif isinstance(insert, str):
            style = _Style(_link(attributes), "bold" in attributes, "inlineCode" in attributes)
            first, *others = insert.split("\n")
            lines[-1].runs.append((style, first))
            lines += (_Line(runs=[(style, other)]) for other in others)

    def _note(self, attributes: dict[str, Any], within: frozenset[str]) -> str:
        title = _text(attributes, "title")
        inner = self.zone(_text(attributes, "zoneId"), within)
        text = "\n\n".join(part for part in (title and f"**{title}**", inner) if part)
        return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""

    def _table(self, zones: str, within: frozenset[str]) -> str:
        rows, columns, *_ = (list(self._ids(zone)) for zone in (*zones.split(), "", ""))
        table = [
            [self._cell(f"x{row}x{column}", within) for column in columns]
            for row in rows
            if columns
        ]
        table[1:1] = [["---"] * len(columns)] if table else []
        return "\n".join(f"| {' | '.join(cells)} |" for cells in table)

    def _ids(self, zone: str) -> Iterator[str]:
        return (name for op in self.ops(zone) if (name := _text(_part(op, "insert"), "id")))

    def _cell(self, zone: str, within: frozenset[str]) -> str:
        lines = (line.strip() for line in self.zone(zone, within).split("\n"))
        return "<br>".join(line for line in lines if line).replace("|", "\\|")


def _prefix(attributes: dict[str, Any]) -> str:
    heading = _text(attributes, "heading").removeprefix("h")
    if heading in {"1", "2", "3", "4", "5", "6"}:
        return "#" * int(heading) + " "
    kind = _text(attributes, "list")
    name = kind.rstrip("0123456789")
    level = kind.removeprefix(name)[:3]
    depth = min(int(level), _DEEPEST) if level else 1
    return _INDENT * (depth - 1) + _MARKS.get(name, "- ") if name else ""


def _link(attributes: dict[str, Any]) -> str:
    try:
        link: Any = json.loads(_text(attributes, "hyperlink"))
    except (ValueError, RecursionError):
        return ""
    return _text(link, "href") if is_object(link) else ""


def _part(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if is_object(value) else None
    return found if is_object(found) else {}


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
