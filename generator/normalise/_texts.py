"""Passes over texts: prose stands in ``description``, as Markdown, punctuated as published."""

from __future__ import annotations

import re
from typing import Any, Final

from generator.json_values import is_array, is_object
from generator.normalise._delta import markdown
from generator.normalise.walk import Node, Part, omit, rewrite

_VALUES: Final = frozenset({"example", "default", "enum"})
_CHINESE: Final = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_KEPT: Final = r"(?P<kept>`[^`\n]*`|\]\([^\s)]*\)|https?://[^\s`(),]+)"
"""Code and addresses, which stay as they are."""
_PAIR: Final = re.compile(rf"{_KEPT}|\((?P<inner>[^()`\n]*(?:`[^`\n]*`[^()`\n]*)*)\)")
_MARK: Final = re.compile(rf"{_KEPT}| ?(?P<mark>[,;:?]|!(?!\[)) ?")
_IS_CHINESE: Final = re.compile(f"[{_CHINESE}]")
_WIDE: Final = str.maketrans(",;:!?", "，；：！？")
_DESCRIBED: Final = ("path", "operation", "parameter", "body", "response", "schema")


def titles(document: Node) -> Node:
    """Turn a schema's ``title`` into its description.

    The title holds the published prose; a description beside it is a note among developers.
    """

    def change(part: Part) -> Node:
        if not part.node.get("title"):
            return omit(part.node, "title")
        return omit(part.node, "title") | {"description": part.node["title"]}

    return rewrite(document, {"schema": change})


def rich_text(document: Node) -> Node:
    """Turn descriptions in the JSON of a rich text editor into Markdown; keep its punctuation."""

    def change(part: Part) -> Node:
        if "description" not in part.node:
            return part.node
        return part.node | {"description": full_width(markdown(part.node["description"]))}

    return rewrite(document, dict.fromkeys(_DESCRIBED, change))


def with_texts(one: Node, other: Node) -> Node:
    """Return a schema with all that another one of the same shape says of its parts.

    Its own description stays.
    """
    text = one.get("description") or other.get("description")
    return _united(one, other) | ({"description": text} if text else {})


def _united(one: Any, other: Any) -> Any:
    if is_array(one) and is_array(other) and len(one) == len(other):
        return [_united(*pair) for pair in zip(one, other, strict=True)]
    if not (is_object(one) and is_object(other)):
        return one
    found = {
        key: value if key in _VALUES or key not in other else _united(value, other[key])
        for key, value in one.items()
    }
    said = (node.get("description") for node in (one, other))
    texts = [*dict.fromkeys(text for text in said if isinstance(text, str))]
    if texts:
        left = [text for text in texts if not any(text in more for more in texts if more != text)]
        found["description"] = "\n\n".join(left)
    return found


def full_width(text: str) -> str:
    """Return a text whose punctuation beside Chinese characters is full-width.

    Commas, colons, semicolons, marks and parentheses are meant; what stands in code and in
    addresses stays.
    """
    return _MARK.sub(_mark, _PAIR.sub(_pair, text)) if _IS_CHINESE.search(text) else text


def _pair(match: re.Match[str]) -> str:
    inner = match["inner"]
    if inner is None or not (_IS_CHINESE.search(inner) or _beside(match)):
        return match[0]
    return f"（{inner}）"


def _mark(match: re.Match[str]) -> str:
    mark = match["mark"]
    # English puts a space after a mark; without one, what follows code is Chinese.
    after_code = match.string[match.start() - 1 : match.start()] in {"`", "*"}
    if mark is None or not (_beside(match) or (after_code and match[0] == mark)):
        return match[0]
    return mark.translate(_WIDE)


def _beside(match: re.Match[str]) -> bool:
    """Return whether a Chinese character stands beside a match, bold marks aside."""
    before, after = match.start() - 1, match.end()
    while before >= 0 and match.string[before] == "*":
        before -= 1
    while after < len(match.string) and match.string[after] == "*":
        after += 1
    neighbours = match.string[max(before, 0) : before + 1] + match.string[after : after + 1]
    return bool(_IS_CHINESE.search(neighbours))
