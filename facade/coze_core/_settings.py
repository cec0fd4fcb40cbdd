"""The settings of a client, checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from coze_core._coze_error import CozeError
from coze_core._deadline import timeouts
from coze_core._encoding import header_map
from coze_core._lazy import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coze_core._deadline import Deadline, HTTPTimeout, Timeouts
    from coze_core._encoding import HeaderMap
    from coze_core._errors import ErrorTable
    from coze_core._http._family import AsyncHTTPClient, HTTPClient
    from coze_core._operation import Endpoint
    from coze_core._request import CallArguments
    from coze_core._response import Recorder

_LABEL = r"[^\s/?#@:\\\[\].]{1,63}"
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|{_LABEL}(?:\.{_LABEL})*\.?)"
_BASE_URL = re.compile(rf"[Hh][Tt]{{2}}[Pp][Ss]?://{_HOST}(?::(?P<port>\d{{1,5}}))?(?:/[^\s?#]*)?")
_LAST_PORT = 65535
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Settings(NamedTuple):
    """The settings of a client.

    Attributes:
        base_url: What paths are added to, without a slash at its end.
        headers: Headers of every request.
        timeouts: The time limits.
        max_retries: How often a request is sent again at most.
        errors: The error codes of the API.
        renewable: Whether another token can be had when the API refuses one.
        is_token_request: Whether requests fetch tokens; see `Request`.
        secrets: What stands in their bodies and must not be repeated in errors.
        max_response_bytes: The longest answer that is read whole, and the longest event.
        deadline: The limit for the whole of a call or a stream.
        extra_query: What to add to every query.
        extra_body: What to add to every body of fields.
        keep_extra: Whether models keep what came beyond their fields.
        recorder: What keeps the response of a call for the user, if anything.
        socket_url: What the paths of sockets are added to, if the user said so.
    """

    base_url: str
    headers: HeaderMap
    timeouts: Timeouts
    max_retries: int
    errors: ErrorTable
    renewable: bool = False
    is_token_request: bool = False
    secrets: tuple[str, ...] = ()
    max_response_bytes: int = 64 * 1024 * 1024
    deadline: Deadline | None = None
    extra_query: Mapping[str, object] = {}
    extra_body: Mapping[str, object] = {}
    keep_extra: bool = False
    recorder: Recorder | None = None
    socket_url: str | None = None

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r})"  # headers may be secret

    def for_tokens(self, secrets: Iterable[str]) -> Settings:
        """Return a copy for requests that fetch tokens; see `SyncClient.for_tokens`."""
        return self.authenticated(renewable=False)._replace(
            is_token_request=True, secrets=tuple(secrets)
        )

    def authenticated(self, *, renewable: bool) -> Settings:
        """Return a copy for another authentication, which no header overrides."""
        headers = {name: field for name, field in self.headers.items() if name != "authorization"}
        return self._replace(headers=headers, renewable=renewable)

    def changed(  # noqa: PLR0913  # one argument for each setting
        self,
        *,
        timeout: float | HTTPTimeout | Unset | None = UNSET,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        max_response_bytes: int | None = None,
        deadline: float | Unset | None = UNSET,
        extra_query: Mapping[str, object] | None = None,
        extra_body: Mapping[str, object] | None = None,
        keep_extra: bool | None = None,
    ) -> Settings:
        """Return a copy with some settings changed and some headers added.

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
            extra_query={**self.extra_query, **fields("extra_query", extra_query)},
            extra_body={**self.extra_body, **fields("extra_body", extra_body)},
            keep_extra=self.keep_extra if keep_extra is None else _switch("keep_extra", keep_extra),
        )

    def extended(self, endpoint: Endpoint, parts: CallArguments) -> CallArguments:
        """Return the arguments of a call with what is added to each; those of the call prevail."""
        if self.extra_query:
            parts = {**parts, "query": {**self.extra_query, **given(parts.get("query"))}}
        if self.extra_body and endpoint.encoding != "raw" and endpoint.method in _WITH_BODY:
            parts = {**parts, "body": {**self.extra_body, **given(parts.get("body"))}}
        return parts

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
    keep_extra: bool,
    websocket_url: str | None,
) -> Settings:
    """Return settings from what the user passed; see `BaseClient`.

    Raises:
        CozeError: A setting makes no sense. The text repeats none that may hold a secret.
    """
    return Settings(
        checked_url("base_url", url_text(base_url)),
        header_map(headers or {}),
        timeouts(_checked_timeout(timeout), None if http_client is None else http_client.timeout),
        _whole("max_retries", max_retries, least=0),
        errors,
        renewable,
        keep_extra=_switch("keep_extra", keep_extra),
        socket_url=None if websocket_url is None else _checked_socket_url(websocket_url),
    )


def checked_url(name: str, text: str) -> str:
    """Return a URL without a slash at its end.

    Args:
        name: What the user knows it by.
        text: The URL.

    Raises:
        CozeError: It is not a URL that paths can be added to.
    """
    url = _BASE_URL.fullmatch(text)
    if url is None or int(url["port"] or 0) > _LAST_PORT:
        raise CozeError(
            f"{name} is not a URL that paths can be added to. Pass one like "
            "https://api.example.com: http or https and a host, without user name, query, fragment "
            "or whitespace."
        )
    return text.rstrip("/")


def _checked_socket_url(url: object) -> str:
    if not isinstance(url, str):
        raise CozeError(f"websocket_url must be a string, got {type(url).__name__}.")
    # httpx opens sockets by the names of HTTP, and finds proxies by them.
    return checked_url("websocket_url", re.sub(r"^ws(?=s?://)", "http", url, flags=re.IGNORECASE))


def fields(name: str, values: Mapping[str, object] | None) -> Mapping[str, object]:
    """Return the fields of a query or body.

    Raises:
        CozeError: They are no mapping of names to values.
    """
    values = {} if values is None else values
    if not isinstance(values, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # of callers without a checker
        raise CozeError(
            f"{name} must be a mapping of names to values, got {type(values).__name__}."
        )
    for key in values:
        if not isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # as above
            raise CozeError(f"The names in {name} must be strings, got {key!r}.")
    return values


def given(values: Mapping[str, object] | None) -> dict[str, object]:
    """Return the arguments that are not ``None``."""
    return {name: value for name, value in (values or {}).items() if value is not None}


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


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise CozeError(f"{name} must be True or False, got {type(value).__name__}.")
    return value


def _whole(name: str, number: object, *, least: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise CozeError(f"{name} must be a whole number, got {type(number).__name__}.")
    if number < least:
        raise CozeError(f"{name} is {number}. Pass {least} or more.")
    return number
