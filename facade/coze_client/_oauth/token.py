"""An access token with what is needed to renew it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import msgspec

from coze_core import CozeError, ServerError, response_of

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from coze_core import ResponseInfo

_LEEWAY = 60.0
"""Seconds before its end that a token is renewed: calls take time, and clocks differ."""
_SHARE = 0.25
"""The part of a short life that is left when a token is renewed."""
LATEST = 253_402_300_799
"""The last second of the year 9999."""
Time = Annotated[float, msgspec.Meta(ge=0, le=LATEST)]


class OAuthToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An access token. Its `repr` shows no secret.

    Attributes:
        access_token: What calls are made with.
        expires_at: When it ends, in seconds since the epoch by the clock of this machine.
        renew_at: When it is renewed, by the same clock; by default a minute before its end.
        host: The API that issued it, and the only one that it is sent to.
        refresh_token: What the next one is asked for with, once; absent where a JWT does that.
    """

    access_token: str
    expires_at: Time
    host: str
    refresh_token: str | None = None
    renew_at: Time | None = None

    def __repr__(self) -> str:
        end = datetime.fromtimestamp(self.expires_at, UTC).isoformat(timespec="seconds")
        return f"<OAuthToken of {self.host} until {end}>"

    def is_fresh(self, now: float) -> bool:
        """Whether it is valid, and for longer than calls take."""
        return now < (self.expires_at - _LEEWAY if self.renew_at is None else self.renew_at)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, secrets included, for a store of your own."""
        return msgspec.to_builtins(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Return the token that `to_dict` was called on.

        Raises:
            CozeError: A field is missing or of another type.
        """
        try:
            return msgspec.convert(fields, cls)
        except msgspec.ValidationError as error:
            raise CozeError(f"This is not a stored token: {error}.") from None


def clock_offset(response: ResponseInfo, now: float) -> float | None:
    """Return how many seconds the clock of the API is ahead, by an answer that has just come.

    Without a time in the answer, that is ``None``.
    """
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  # heavy, and needed rarely

    try:
        return parsedate_to_datetime(response.headers.get("date", "")).timestamp() - now
    except (ValueError, OverflowError):
        return None


def renewal_time(now: float, end: float) -> float:
    """Return when a token is renewed that is issued now: a minute before its end, or sooner."""
    return end - min(_LEEWAY, max(end - now, 0.0) * _SHARE)


def is_time(value: object) -> TypeIs[float]:
    """Whether a value of an answer is a time: some send NaN, infinity or a text."""
    return isinstance(value, int | float) and 0 <= value <= LATEST


def malformed_answer(answer: object, lacking: str) -> ServerError:
    """Return the error of an answer that is a success and lacks what it is about.

    Args:
        answer: The answer, whose body is dropped: it may hold a part of a secret.
        lacking: What it lacks.
    """
    response = response_of(answer)
    response.body = b""
    logid = f", log id {response.logid}" if response.logid else ""
    return ServerError(
        f"The answer has no {lacking}. Try again later. [{response.request}{logid}]",
        logid=response.logid,
        status_code=response.status_code,
        request=response.request,
        response=response,
    )
