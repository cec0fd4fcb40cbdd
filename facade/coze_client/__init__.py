"""A client of the Coze API.

    from coze_client import Coze

    with Coze(token="pat_...") as coze:
        for bot in coze.bots.list(workspace_id="..."):
            print(bot.id, bot.name)

Each name is loaded when it is first used.
"""

from __future__ import annotations

from coze_core._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from coze_api import events, models, params
    from coze_client._client import AsyncCoze, Coze
    from coze_client._version import __version__
    from coze_core import (
        APIConnectionError,
        APIError,
        APITimeoutError,
        AsyncDownload,
        AsyncPage,
        AsyncPages,
        AsyncStream,
        AuthenticationError,
        ConflictError,
        CozeError,
        Download,
        Event,
        FileContent,
        InvalidRequestError,
        NotFoundError,
        Page,
        PermissionDeniedError,
        QuotaError,
        RateLimitError,
        RequestInfo,
        Response,
        ResponseInfo,
        ServerError,
        Stream,
        StreamError,
        UnknownEvent,
        response_of,
    )
else:
    __getattr__, __dir__ = lazy(
        __name__,
        {
            "coze_api": "events models params",
            "coze_client._client": "AsyncCoze Coze",
            "coze_client._version": "__version__",
            "coze_core": (
                "APIConnectionError APIError APITimeoutError AsyncDownload AsyncPage AsyncPages "
                "AsyncStream AuthenticationError ConflictError CozeError Download Event "
                "FileContent InvalidRequestError NotFoundError Page PermissionDeniedError "
                "QuotaError RateLimitError RequestInfo Response ResponseInfo ServerError Stream "
                "StreamError UnknownEvent response_of"
            ),
        },
    )

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AsyncCoze",
    "AsyncDownload",
    "AsyncPage",
    "AsyncPages",
    "AsyncStream",
    "AuthenticationError",
    "ConflictError",
    "Coze",
    "CozeError",
    "Download",
    "Event",
    "FileContent",
    "InvalidRequestError",
    "NotFoundError",
    "Page",
    "PermissionDeniedError",
    "QuotaError",
    "RateLimitError",
    "RequestInfo",
    "Response",
    "ResponseInfo",
    "ServerError",
    "Stream",
    "StreamError",
    "UnknownEvent",
    "__version__",
    "events",
    "models",
    "params",
    "response_of",
]
