"""When to send a request again, and how long to wait: decisions without any I/O.

| failure                                                   | repeatable | other |
|-----------------------------------------------------------|------------|-------|
| unconnected: no connection was made                       | yes        | yes   |
| lost: connection lost, or timeout, after sending began    | yes        | no    |
| refused: 408, 429, 503 with Retry-After, refusing codes   | yes        | yes   |
| failed: other 5xx, retryable codes                        | yes        | no    |
| final: anything else                                      | no         | no    |

Repeatable are GET, PUT, DELETE and what the API's document marks as idempotent. Beside this table,
a call whose token was refused is sent once more if there is another token.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Literal

from coze_core._errors import APIConnectionError, APIError

if TYPE_CHECKING:
    from collections.abc import Mapping

Failure = Literal["unconnected", "lost", "refused", "failed", "final"]

_BASE = 0.5
_MOST_DOUBLINGS = 4  # up to 8 seconds
_LONGEST_WAIT = 60.0


def pause_before_retry(
    error: APIError | APIConnectionError, *, repeatable: bool, attempt: int
) -> float | None:
    """Decides about another attempt.

    Args:
        error: What went wrong.
        repeatable: Whether sending the request twice does no more than sending it once.
        attempt: How often the request was sent so far.

    Returns:
        Seconds to wait before the next attempt, or ``None`` for no further attempt.
    """
    asked = None
    if isinstance(error, APIError) and error.response:
        asked = retry_after(error.response.headers, now=time.time())
    failure = failure_of(error, asked)
    if failure == "final" or not (repeatable or failure in {"unconnected", "refused"}):
        return None
    if asked is not None:
        return asked if asked <= _LONGEST_WAIT else None
    longest = _BASE * 2 ** min(attempt - 1, _MOST_DOUBLINGS)
    return random.uniform(0, longest)  # noqa: S311  # no secret


def refused_token(error: APIError | APIConnectionError) -> bool:
    """Whether the API did nothing because of the token, so that another one may help."""
    if not isinstance(error, APIError):
        return False
    by_code = error.advice is not None and error.advice.retryable == "token"
    return by_code or error.status_code == 401  # noqa: PLR2004  # the meaning of this status


def failure_of(error: APIError | APIConnectionError, asked: float | None) -> Failure:
    """Finds the row of the table.

    Args:
        error: What went wrong.
        asked: Seconds that the answer asked to wait, if it did.
    """
    if isinstance(error, APIConnectionError):
        return "lost" if error.sent else "unconnected"
    verdict = error.advice.retryable if error.advice else "no"
    status = error.status_code
    if verdict == "refused" or status in {408, 429} or (status == 503 and asked is not None):  # noqa: PLR2004  # the table's own numbers
        return "refused"
    return "failed" if verdict == "yes" or status >= 500 else "final"  # noqa: PLR2004  # as above


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Reads the Retry-After header: seconds, or an HTTP date.

    Args:
        headers: The headers of an answer.
        now: The present time, in seconds since the epoch.

    Returns:
        Seconds to wait, at least 0; ``None`` without the header or when it makes no sense.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
