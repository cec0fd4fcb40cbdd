"""The HTTP answers to callbacks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, NamedTuple

from coze_api.events import CallbackEvent
from coze_client.callbacks._errors import CallbackError
from coze_core import CozeError

_STATUSES = {"in_review": 1, "approved": 2, "rejected": 3}
_JSON = {"content-type": "application/json"}


class Audit(NamedTuple):
    """How a channel judges a bot that was published to it: the answer to ``bot.published``.

    The callback app of a channel must give one within 10 seconds, or the bot is not published to
    the channel. If the review takes longer, answer ``in_review`` and tell the verdict later with
    ``coze.connectors.bots.update``.

    Attributes:
        status: The verdict.
        reason: Why the bot was rejected.
        share_link: Where the bot can be used on the channel.
    """

    status: Literal["in_review", "approved", "rejected"]
    reason: str | None = None
    share_link: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the body of the answer, as JSON data under the names of the API.

        Raises:
            CozeError: There is no such status.
        """
        if self.status not in _STATUSES:
            raise CozeError(f"status must be one of {', '.join(_STATUSES)}, got {self.status!r}.")
        audit = {"audit_status": _STATUSES[self.status], "reason": self.reason}
        fields = {"audit": _without_none(audit), "share_link": self.share_link}
        return _without_none(fields)


class Answer(NamedTuple):
    """The HTTP answer to a callback.

    Attributes:
        status: The HTTP status.
        body: The body.
        headers: The headers.
        event: What the handler was given; ``None`` if it was not called: for a challenge, a
            repetition and an error.
        error: Why the callback was refused.
    """

    status: int
    body: bytes = b"{}"
    headers: Mapping[str, str] = _JSON
    event: CallbackEvent | None = None
    error: CallbackError | None = None


def _without_none(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def challenge_answer(challenge: str) -> Answer:
    """Return the answer that repeats the challenge of a URL verification."""
    return Answer(200, json_body({"challenge": challenge}))


def error_answer(error: CallbackError) -> Answer:
    """Return the answer that says why a callback is refused."""
    return Answer(error.status, json_body({"error": str(error)}), error=error)


def json_body(fields: Mapping[str, object]) -> bytes:
    """Return a body of JSON: in ASCII, which also has words for halves of characters."""
    return json.dumps(fields, separators=(",", ":")).encode()
