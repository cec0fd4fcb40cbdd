"""An access token with what is needed to renew it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from coze_core import CozeError, ServerError, response_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from coze_core import ResponseInfo

LEEWAY = 60
"""How many seconds before its end a token is renewed: calls and clocks take their time."""


class OAuthToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An access token. Its `repr` shows no secret.

    Attributes:
        access_token: What calls are made with.
        expires_at: When it ends, in seconds since the epoch by the clock of this machine.
        host: The API that issued it, and the only one that it is sent to.
        refresh_token: What the next one is asked for with, once; absent where a JWT does that.
    """

    access_token: str
    expires_at: float
    host: str
    refresh_token: str | None = None

    def __repr__(self) -> str:
        end = datetime.fromtimestamp(self.expires_at, UTC).isoformat(timespec="seconds")
        return f"<OAuthToken of {self.host} until {end}>"

    def is_fresh(self, now: float) -> bool:
        """Whether it is valid, and for longer than calls take."""
        return now < self.expires_at - LEEWAY

    def to_dict(self) -> dict[str, Any]:
        """Gives the fields, secrets included, for a store of your own."""
        return msgspec.to_builtins(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Makes a token of what `to_dict` gave.

        Raises:
            CozeError: A field is missing or of another type.
        """
        try:
            return msgspec.convert(fields, cls)
        except msgspec.ValidationError as error:
            raise CozeError(f"This is no stored token: {error}.") from None


def clock_offset(response: ResponseInfo, now: float) -> float | None:
    """How many seconds the clock of the API is ahead, as far as its answer tells.

    Args:
        response: An answer that has just come.
        now: The time here, in seconds since the epoch.
    """
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  # heavy, and needed rarely

    try:
        return parsedate_to_datetime(response.headers.get("date", "")).timestamp() - now
    except (ValueError, OverflowError):
        return None


def unusable(answer: object, lacking: str) -> ServerError:
    """Makes the error of an answer that is a success and lacks what it is about.

    Args:
        answer: The answer, whose body is forgotten: it may hold a part of a secret.
        lacking: What it lacks.
    """
    response = response_of(answer)
    response.body = b""
    logid = f", log id {response.logid}" if response.logid else ""
    return ServerError(
        f"The answer holds no {lacking}. Try again later. [{response.request}{logid}]",
        logid=response.logid,
        status_code=response.status_code,
        request=response.request,
        response=response,
    )
