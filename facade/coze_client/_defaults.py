"""What a client uses where its user gave nothing. Loaded with the first client."""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from coze_client._version import __version__
from coze_core import Advice, CozeError, ErrorTable, TokenAuth
from coze_core._settings import checked_url, url_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coze_core import AsyncHTTPClient, HTTPAuth, HTTPClient

_BASE_URL = "https://api.coze.cn"
_LOG_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO}
USER_AGENT = f"coze-client/{__version__}"


def base_url(given: str | None, auth: HTTPAuth | None = None) -> str:
    """Return the base URL: the given one, else ``COZE_API_BASE``, else the API of coze.cn.

    Raises:
        CozeError: The authentication is for another one, or the variable holds no URL.
    """
    given = None if given is None else url_text(given)
    if isinstance(auth, TokenAuth):
        return auth.bind_base_url(given)
    if not given and (found := os.environ.get("COZE_API_BASE", "").strip()):
        return checked_url("COZE_API_BASE", found)
    return given or _BASE_URL


def token(
    http_client: HTTPClient | AsyncHTTPClient | None, headers: Mapping[str, str] | None
) -> str | None:
    """Return the token for a client that was made without token and authentication.

    Returns:
        ``COZE_API_TOKEN``, or ``None`` where the ``http_client`` or the headers authenticate.

    Raises:
        CozeError: There is no token.
    """
    names = [*(headers or ()), *getattr(http_client, "headers", ())]
    if "authorization" in map(str.lower, names) or getattr(http_client, "auth", None):
        return None
    if found := os.environ.get("COZE_API_TOKEN", "").strip():
        return found
    raise CozeError(
        "No token. Make a personal access token on the Coze site, then pass it as "
        'Coze(token="pat_..."), or set the environment variable COZE_API_TOKEN to it.'
    )


@cache
def configure_logging() -> None:
    """Write the log to stderr at the level of ``COZE_LOG``, once, and unless handlers do that.

    Raises:
        CozeError: It is not a level.
    """
    name = os.environ.get("COZE_LOG", "").strip()
    if not name:
        return
    level = _LOG_LEVELS.get(name.lower())
    if level is None:
        raise CozeError(f"COZE_LOG is {name!r}. Set it to 'debug' or 'info', or leave it unset.")
    logger = logging.getLogger("coze_client")
    if logger.level == logging.NOTSET:
        logger.setLevel(level)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(lambda _: not logging.root.handlers)  # those that come later take over
        logger.addHandler(handler)


def _load() -> dict[str, Advice]:
    import pkgutil  # noqa: PLC0415  # needed after an error, if ever

    table = pkgutil.get_data("coze_client", "error_table.json") or b"{}"
    return msgspec.json.decode(table, type=dict[str, Advice])


ERRORS = ErrorTable(
    _load,
    code_fields=("error_code", "error", "error.code"),
    text_fields=("error_message", "error_description", "error.detail", "error.message"),
    logid_fields=("error.logid",),
)
