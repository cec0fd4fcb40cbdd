"""Full-width punctuation between Chinese characters, as it is published."""

from __future__ import annotations

import re
from typing import Final

_CHINESE: Final = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_KEPT: Final = r"(?P<kept>`[^`\n]*`|\]\([^\s)]*\)|https?://[^\s`(),]+)"
"""Code and addresses, which stay as they are."""
_PAIR: Final = re.compile(rf"{_KEPT}|\((?P<inner>[^()`\n]*(?:`[^`\n]*`[^()`\n]*)*)\)")
_MARK: Final = re.compile(rf"{_KEPT}| ?(?P<mark>[,;:?]|!(?!\[)) ?")
_IS_CHINESE: Final = re.compile(f"[{_CHINESE}]")
_WIDE: Final = str.maketrans(",;:!?", "，；：！？")


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
