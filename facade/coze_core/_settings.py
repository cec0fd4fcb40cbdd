"""What a client was told, checked once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from coze_core._errors import CozeError
from coze_core._headers import header_map
from coze_core._timeouts import timeouts
from coze_core._unset import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coze_core._deadline import Deadline
    from coze_core._error_table import ErrorTable
    from coze_core._headers import HeaderMap
    from coze_core._http import AsyncHTTPClient, HTTPClient
    from coze_core._timeouts import HTTPTimeout, Timeouts

_LABEL = r"[^\s/?#@:\\\[\].]{1,63}"
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|{_LABEL}(?:\.{_LABEL})*\.?)"
_BASE_URL = re.compile(rf"[Hh][Tt]{{2}}[Pp][Ss]?://{_HOST}(?::(?P<port>\d{{1,5}}))?(?:/[^\s?#]*)?")
_LAST_PORT = 65535


class Settings(NamedTuple):
    """The settings of a client.

    Attributes:
        base_url: What paths are added to, without a slash at its end.
        headers: Headers of every request.
        timeouts: The time limits.
        max_retries: How often a request is sent again at most.
        errors: The error codes of the API.
        renewable: Whether another token can be had when the API refuses one.
        bare: Whether requests fetch tokens; see `Request`.
        secrets: What stands in their bodies and must not be repeated in errors.
        max_response_bytes: The longest answer that is read whole, and the longest event.
        deadline: The limit for the whole of a call or a stream.
    """

    base_url: str
    headers: HeaderMap
    timeouts: Timeouts
    max_retries: int
    errors: ErrorTable
    renewable: bool = False
    bare: bool = False
    secrets: tuple[str, ...] = ()
    max_response_bytes: int = 64 * 1024 * 1024
    deadline: Deadline | None = None

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r})"  # headers may be secret

    def for_tokens(self, secrets: Iterable[str]) -> Settings:
        """Gives a copy for requests that fetch tokens; see `SyncClient.for_tokens`."""
        return self.authenticated(renewable=False)._replace(bare=True, secrets=tuple(secrets))

    def authenticated(self, *, renewable: bool) -> Settings:
        """Return a copy for another authentication, which no header overrides."""
        headers = {name: field for name, field in self.headers.items() if name != "authorization"}
        return self._replace(headers=headers, renewable=renewable)

    def changed(
        self,
        *,
        timeout: float | HTTPTimeout | Unset | None = UNSET,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        max_response_bytes: int | None = None,
        deadline: float | Unset | None = UNSET,
    ) -> Settings:
        """Gives a copy with some settings changed and some headers added.

        Raises:
            CozeError: A setting makes no sense.
        """
        given = not isinstance(timeout, Unset)
        return self._replace(
            timeouts=timeouts(_checked_timeout(timeout)) if given else self.timeouts,
            max_retries=self.max_retries
            if max_retries is None
            else _whole("max_retries", max_retries, least=0),
            headers=self.headers | header_map(headers or {}),
            max_response_bytes=self.max_response_bytes
            if max_response_bytes is None
            else _whole("max_response_bytes", max_response_bytes, least=1),
            deadline=self.deadline if isinstance(deadline, Unset) else _deadline(deadline),
        )

    def begun(self) -> Settings:
        """Return a copy for requests that share one deadline, which begins now."""
        return self._replace(deadline=self.deadline.begun()) if self.deadline else self


def checked_settings(  # noqa: PLR0913  # one argument for each setting
    *,
    base_url: str,
    headers: Mapping[str, str] | None,
    timeout: float | HTTPTimeout | Unset | None,
    max_retries: int,
    http_client: HTTPClient | AsyncHTTPClient | None,
    errors: ErrorTable,
    renewable: bool,
) -> Settings:
    """Makes settings from what the user gave; see `SyncClient`.

    Raises:
        CozeError: A setting makes no sense. The text repeats none that may hold a secret.
    """
    base_url = url_text(base_url)
    url = _BASE_URL.fullmatch(base_url)
    if url is None or int(url["port"] or 0) > _LAST_PORT:
        raise CozeError(
            "base_url is no URL that paths can be added to. Pass one like https://api.example.com: "
            "with http or https and a host, without user name, query, fragment or blanks."
        )
    return Settings(
        base_url.rstrip("/"),
        header_map(headers or {}),
        timeouts(_checked_timeout(timeout), None if http_client is None else http_client.timeout),
        _whole("max_retries", max_retries, least=0),
        errors,
        renewable,
    )


def url_text(base_url: object) -> str:
    """Return a base URL as text; it may also be the URL of a library, such as an `httpx.URL`.

    Raises:
        CozeError: It is neither.
    """
    if isinstance(base_url, str) or (hasattr(base_url, "scheme") and hasattr(base_url, "host")):
        return str(base_url)
    raise CozeError(f"base_url must be a string, got {type(base_url).__name__}.")


def _deadline(seconds: float | None) -> Deadline | None:
    from coze_core._deadline import checked_deadline

    return checked_deadline(seconds)


def _checked_timeout(
    timeout: float | HTTPTimeout | Unset | None,
) -> float | HTTPTimeout | Unset | None:
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if timeout is None or is_number or isinstance(timeout, Unset) or hasattr(timeout, "connect"):
        return timeout
    raise CozeError(
        f"timeout must be seconds, an httpx.Timeout or None, got {type(timeout).__name__}."
    )


def _whole(name: str, number: object, *, least: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise CozeError(f"{name} must be a whole number, got {type(number).__name__}.")
    if number < least:
        raise CozeError(f"{name} is {number}. Pass {least} or more.")
    return number
