"""Hide secrets in texts, however a server spells them."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

SENSITIVE_NAME = (
    r"(?:token|secret|passw|authorization|cookie|credential|signature|assertion|verifier|api_?key)"
    r"[\w-]{0,40}"
)
HIDDEN = "***"
# A value goes on behind a backslash, unless that is the one of a quote in JSON inside a text.
_NAMED_QUOTED = re.compile(
    rf"({SENSITIVE_NAME}\\*[\"']?\s{{0,5}}[:=]\s{{0,5}}\\*[\"'])(?:[^\"'\\]|\\+[^\"'\\])+",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"({SENSITIVE_NAME}\s{{0,5}}[:=]\s{{0,5}})(?:(?:Bearer|Basic) )?[^\s\"'\\,;&}}]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(Bearer )[^\s\"'\\,;&}]+", re.IGNORECASE)
_SHORTEST_SECRET = 8  # characters: what is shorter stands in too many innocent texts
_SHORTEST_PART = 24  # characters that a text and a longer secret have in common by no accident


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return a text with each secret in it hidden.

    Secrets under 8 characters stay: they are parts of innocent words. Where one is the whole value
    of a header, `shown_headers` hides it.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


def hide_named(text: str) -> str:
    """Return a text that is no JSON with the values hidden that names in it call secret."""
    for pattern in (_NAMED_QUOTED, _NAMED, _BEARER):
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text


def redacted_bytes(data: bytes, secret: str) -> bytes:
    """Return what a server sent with a secret hidden, however it is spelled."""
    for spelling in sorted(spellings(secret), key=len, reverse=True):
        if len(spelling) >= _SHORTEST_SECRET:
            data = data.replace(spelling.encode(), HIDDEN.encode())
    return data


def spellings(text: str) -> set[str]:
    """Return how a text may stand in what a server says."""
    return {
        text,
        " ".join(text.split()),
        json.dumps(text)[1:-1],
        json.dumps(text)[1:-1].replace("/", "\\/"),
        json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text, errors="replace"),
        html.escape(text),
    }


def without_parts(text: str, secrets: set[str]) -> str:
    """Hide what a text quotes of long secrets without quoting them as a whole."""
    size, half = _SHORTEST_PART, _SHORTEST_PART // 2
    halves = {text[start : start + half] for start in range(len(text) - half + 1)}
    suspects = [  # most secrets are not quoted at all, as a few pieces of them tell
        secret
        for secret in secrets
        if any(secret[at : at + half] in halves for at in range(0, len(secret) - half + 1, half))
    ]
    if not suspects:
        return text
    here = {text[start : start + size] for start in range(len(text) - size + 1)}
    parts = {
        part
        for secret in suspects
        for start in range(len(secret) - size + 1)
        if (part := secret[start : start + size]) in here
    }
    shown, hidden_to = list[str](), 0
    for start, character in enumerate(text):
        quoted = text[start : start + size] in parts
        if start >= hidden_to:
            shown.append(HIDDEN if quoted else character)
        if quoted:
            hidden_to = start + size
    return "".join(shown)
