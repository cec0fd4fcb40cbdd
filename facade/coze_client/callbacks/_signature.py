"""Signatures of callbacks: who sent this, and when."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from math import inf

from coze_client.callbacks._errors import SignatureError, TimestampError

# Exactly as many digits as the API sends, from 2001 to 2286: the signature does not say where the
# timestamp ends and the nonce begins, so digits could be moved from one to the other.
_MILLISECONDS = re.compile(r"[1-9][0-9]{12}")
_TIMESTAMP, _NONCE, _SIGNATURE = "x-coze-timestamp", "x-coze-nonce", "x-coze-signature"


def signature(timestamp: str, nonce: str, verify_token: str, body: bytes) -> str:
    """Return the signature of a callback, as Coze computes it: to send one to your own program.

    Args:
        timestamp: The header ``X-Coze-Timestamp``: when the event happened, in milliseconds.
        nonce: The header ``X-Coze-Nonce``.
        verify_token: The secret of the callback app.
        body: The body, byte for byte.
    """
    # A plain digest, not an HMAC: whoever has a signature can extend the body with padding and
    # more, but then the body is not JSON.
    start = _wire(timestamp) + _wire(nonce) + verify_token.encode()
    return hashlib.sha1(start + body, usedforsecurity=False).hexdigest()


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether there is a signature, right or wrong; the names of headers are in lower case."""
    return _SIGNATURE in headers


def check_signature(
    headers: Mapping[str, str], body: bytes, verify_token: str, window: float
) -> float:
    """Check that Coze sent a callback, and not long ago.

    Args:
        headers: The headers, their names in lower case.
        body: The body, byte for byte.
        verify_token: The secret of the callback app.
        window: How many seconds ago, or ahead, the event may have happened.

    Returns:
        When the event happened, in seconds since 1970.

    Raises:
        SignatureError: The signature is missing or wrong.
        TimestampError: It is right, but the event is outside of the window.
    """
    missing = [name for name in (_TIMESTAMP, _NONCE, _SIGNATURE) if name not in headers]
    if missing:
        raise SignatureError(
            f"The callback has no {' and no '.join(missing)}, so anybody may have sent it."
        )
    timestamp = headers[_TIMESTAMP]
    right = signature(timestamp, headers[_NONCE], verify_token, body)
    if not hmac.compare_digest(_wire(right), _wire(headers[_SIGNATURE])):
        raise SignatureError(
            "The signature of the callback is wrong. If Coze did send it: pass the verify_token of "
            "this callback app, and the body as it came, not parsed and written again"
            + ("." if body else " (it is empty here: did something else read it before?).")
        )
    happened = int(timestamp) / 1000 if _MILLISECONDS.fullmatch(timestamp) else -inf
    if abs(time.time() - happened) > window:
        raise TimestampError(
            f"The callback is signed, but its timestamp {timestamp[:20]!r} is not within "
            f"{window:g} seconds of now. Check the clock; allow older callbacks with window=."
        )
    return happened


def _wire(text: str) -> bytes:
    """Return the bytes of a header, which HTTP servers decode as Latin-1."""
    return text.encode("latin-1", "replace")
