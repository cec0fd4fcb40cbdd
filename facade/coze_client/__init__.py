"""A client of the Coze API.

    from coze_client import Coze

    with Coze(token="pat_...") as coze:
        for bot in coze.bots.list(workspace_id="..."):
            print(bot.id, bot.name)

Each name is loaded when it is first used.
"""

from __future__ import annotations

from coze_core._lazy import lazy

TYPE_CHECKING = bool()  # noqa: UP018  # Jedi takes what stands below a plain False for dead
if TYPE_CHECKING:
    from coze_api import events, models, params, sockets
    from coze_client import audio, callbacks, messages
    from coze_client._client import AsyncCoze, Coze
    from coze_client._jobs.sockets import turn_with_tools
    from coze_client._oauth.code import AuthorizationCodeAuth, AuthorizationRequest, PKCEAuth
    from coze_client._oauth.device import DeviceAuthorization, DeviceCodeAuth
    from coze_client._oauth.file_store import FileTokenStore
    from coze_client._oauth.jwt import JWTAuth
    from coze_client._oauth.stores import MemoryTokenStore, TokenStore
    from coze_client._oauth.token import OAuthToken
    from coze_client._preload import preload
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
        StreamResult,
        UnknownEvent,
        response_of,
    )
else:
    __getattr__, __dir__ = lazy(
        __name__,
        {
            "coze_api": "events models params sockets",
            "coze_client._client": "AsyncCoze Coze",
            "coze_client._jobs.sockets": "turn_with_tools",
            "coze_client._oauth.code": "AuthorizationCodeAuth AuthorizationRequest PKCEAuth",
            "coze_client._oauth.device": "DeviceAuthorization DeviceCodeAuth",
            "coze_client._oauth.file_store": "FileTokenStore",
            "coze_client._oauth.jwt": "JWTAuth",
            "coze_client._oauth.stores": "MemoryTokenStore TokenStore",
            "coze_client._oauth.token": "OAuthToken",
            "coze_client._preload": "preload",
            "coze_client._version": "__version__",
            "coze_client.audio": "audio",
            "coze_client.callbacks": "callbacks",
            "coze_client.messages": "messages",
            "coze_core": (
                "APIConnectionError APIError APITimeoutError AsyncDownload AsyncPage AsyncPages "
                "AsyncStream AuthenticationError ConflictError CozeError Download Event "
                "FileContent InvalidRequestError NotFoundError Page PermissionDeniedError "
                "QuotaError RateLimitError RequestInfo Response ResponseInfo ServerError Stream "
                "StreamError StreamResult UnknownEvent response_of"
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
    "AuthorizationCodeAuth",
    "AuthorizationRequest",
    "ConflictError",
    "Coze",
    "CozeError",
    "DeviceAuthorization",
    "DeviceCodeAuth",
    "Download",
    "Event",
    "FileContent",
    "FileTokenStore",
    "InvalidRequestError",
    "JWTAuth",
    "MemoryTokenStore",
    "NotFoundError",
    "OAuthToken",
    "PKCEAuth",
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
    "StreamResult",
    "TokenStore",
    "UnknownEvent",
    "__version__",
    "audio",
    "callbacks",
    "events",
    "messages",
    "models",
    "params",
    "preload",
    "response_of",
    "sockets",
    "turn_with_tools",
]
