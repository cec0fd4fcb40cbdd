"""What a client was told, checked once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from coze_core._errors import CozeError
from coze_core._headers import header_map
from coze_core._http import timeouts
from coze_core._unset import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coze_core._error_table import ErrorTable
    from coze_core._headers import HeaderMap
    from coze_core._http import AsyncHTTPClient, HTTPClient, HTTPTimeout, Timeouts

_HOST = r"(?:\[[0-9a-f:.]+\]|[^\s/?#@:\\\[\]]+)(?::\d{1,5})?"
_BASE_URL = re.compile(rf"https?://{_HOST}(?:/[^\s?#]*)?", re.IGNORECASE)


class Settings(NamedTuple):
    """The settings of a client.

    Attributes:
        base_url: What paths are added to, without a slash at its end.
        headers: Headers of every request.
        timeouts: The time limits.
        max_retries: How often a request is sent again at most.
        errors: The error codes of the API.
    """

    base_url: str
    headers: HeaderMap
    timeouts: Timeouts
    max_retries: int
    errors: ErrorTable

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r})"  # headers may be secret

    def changed(
        self,
        *,
        timeout: float | HTTPTimeout | Unset | None = UNSET,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Settings:
        """Gives a copy with some settings changed and some headers added.

        Raises:
            CozeError: A setting makes no sense.
        """
        given = not isinstance(timeout, Unset)
        return self._replace(
            timeouts=timeouts(timeout) if given else self.timeouts,
            max_retries=self.max_retries if max_retries is None else _retries(max_retries),
            headers=self.headers | header_map(headers or {}),
        )


def checked_settings(  # noqa: PLR0913  # one argument for each setting
    *,
    base_url: str,
    headers: Mapping[str, str] | None,
    timeout: float | HTTPTimeout | Unset | None,
    max_retries: int,
    http_client: HTTPClient | AsyncHTTPClient | None,
    errors: ErrorTable,
) -> Settings:
    """Makes settings from what the user gave; see `SyncClient`.

    Raises:
        CozeError: A setting makes no sense. The text repeats none that may hold a secret.
    """
    if not _BASE_URL.fullmatch(base_url):
        raise CozeError(
            "base_url is no URL that paths can be added to. Pass one like https://api.example.com: "
            "with http or https and a host, without user name, query, fragment or blanks."
        )
    return Settings(
        base_url.rstrip("/"),
        header_map(headers or {}),
        timeouts(timeout, http_client),
        _retries(max_retries),
        errors,
    )


def _retries(number: int) -> int:
    if number < 0:
        raise CozeError(f"max_retries is {number}. Pass 0 or more.")
    return number
