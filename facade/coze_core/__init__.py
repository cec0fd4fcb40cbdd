"""What generated API packages stand on: transport, retries, errors, files, pages and streams.

It knows no endpoint. Each name is loaded when it is first used.
"""

from __future__ import annotations

from coze_core._lazy import lazy

TYPE_CHECKING = bool()  # noqa: UP018  # Jedi takes what stands below a plain False for dead
if TYPE_CHECKING:
    from typing_extensions import deprecated  # the mark that checkers know

    from coze_core._async import AsyncClient
    from coze_core._auth import AsyncToken, Token, TokenAuth
    from coze_core._coze_error import CozeError
    from coze_core._deadline import HTTPTimeout
    from coze_core._downloads import AsyncDownload, Download
    from coze_core._errors import (
        Advice,
        APIConnectionError,
        APIError,
        APITimeoutError,
        AuthenticationError,
        ConflictError,
        ErrorTable,
        InvalidRequestError,
        NotFoundError,
        PermissionDeniedError,
        QuotaError,
        RateLimitError,
        ServerError,
        StreamError,
    )
    from coze_core._events import Callback, Event, StreamResult, UnknownCallback, UnknownEvent
    from coze_core._files import FileContent, TrackedFile
    from coze_core._http._family import AsyncHTTPClient, HTTPAuth, HTTPClient
    from coze_core._lazy import UNSET, Unset
    from coze_core._operation import (
        BatchOperation,
        Endpoint,
        ListOperation,
        Operation,
        Outcome,
        Pipe,
        Recovery,
        SocketOperation,
        StreamOperation,
    )
    from coze_core._pages import AsyncPage, AsyncPages, Page
    from coze_core._paging import NumberPaging, TokenPaging, WindowPaging
    from coze_core._resource import (
        AsyncResource,
        Resource,
        awith_response,
        instead,
        with_response,
    )
    from coze_core._response import RequestInfo, Response, ResponseInfo, response_of
    from coze_core._rounds import AsyncRounds, Rounds
    from coze_core._streams import AsyncStream, Stream
    from coze_core._sync import SyncClient
    from coze_core._waiting import Job, Polling, Wait, arun, check_deadline, polled, run
    from coze_core._ws._async import AsyncSenders, AsyncSocket
    from coze_core._ws._events import Reconnected, SocketEvent, UnknownSocketEvent
    from coze_core._ws._sync import Senders, Socket
else:
    __getattr__, __dir__ = lazy(
        __name__,
        {
            "coze_core._async": "AsyncClient",
            "coze_core._auth": "AsyncToken Token TokenAuth",
            "coze_core._coze_error": "CozeError",
            "coze_core._deadline": "HTTPTimeout",
            "coze_core._downloads": "AsyncDownload Download",
            "coze_core._errors": (
                "APIConnectionError APIError APITimeoutError Advice AuthenticationError "
                "ConflictError ErrorTable InvalidRequestError NotFoundError PermissionDeniedError "
                "QuotaError RateLimitError ServerError StreamError"
            ),
            "coze_core._events": "Callback Event StreamResult UnknownCallback UnknownEvent",
            "coze_core._files": "FileContent TrackedFile",
            "coze_core._http._family": "AsyncHTTPClient HTTPAuth HTTPClient",
            "coze_core._lazy": "UNSET Unset",
            "coze_core._operation": (
                "BatchOperation Endpoint ListOperation Operation Outcome Pipe Recovery "
                "SocketOperation StreamOperation"
            ),
            "coze_core._pages": "AsyncPage AsyncPages Page",
            "coze_core._paging": "NumberPaging TokenPaging WindowPaging",
            "coze_core._resource": (
                "AsyncResource Resource awith_response deprecated instead with_response"
            ),
            "coze_core._response": "RequestInfo Response ResponseInfo response_of",
            "coze_core._rounds": "AsyncRounds Rounds",
            "coze_core._streams": "AsyncStream Stream",
            "coze_core._sync": "SyncClient",
            "coze_core._waiting": "Job Polling Wait arun check_deadline polled run",
            "coze_core._ws._async": "AsyncSenders AsyncSocket",
            "coze_core._ws._events": "Reconnected SocketEvent UnknownSocketEvent",
            "coze_core._ws._sync": "Senders Socket",
        },
    )

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "Advice",
    "AsyncClient",
    "AsyncDownload",
    "AsyncHTTPClient",
    "AsyncPage",
    "AsyncPages",
    "AsyncResource",
    "AsyncRounds",
    "AsyncSenders",
    "AsyncSocket",
    "AsyncStream",
    "AsyncToken",
    "AuthenticationError",
    "BatchOperation",
    "Callback",
    "ConflictError",
    "CozeError",
    "Download",
    "Endpoint",
    "ErrorTable",
    "Event",
    "FileContent",
    "HTTPAuth",
    "HTTPClient",
    "HTTPTimeout",
    "InvalidRequestError",
    "Job",
    "ListOperation",
    "NotFoundError",
    "NumberPaging",
    "Operation",
    "Outcome",
    "Page",
    "PermissionDeniedError",
    "Pipe",
    "Polling",
    "QuotaError",
    "RateLimitError",
    "Reconnected",
    "Recovery",
    "RequestInfo",
    "Resource",
    "Response",
    "ResponseInfo",
    "Rounds",
    "Senders",
    "ServerError",
    "Socket",
    "SocketEvent",
    "SocketOperation",
    "Stream",
    "StreamError",
    "StreamOperation",
    "StreamResult",
    "SyncClient",
    "Token",
    "TokenAuth",
    "TokenPaging",
    "TrackedFile",
    "UnknownCallback",
    "UnknownEvent",
    "UnknownSocketEvent",
    "Unset",
    "Wait",
    "WindowPaging",
    "arun",
    "awith_response",
    "check_deadline",
    "deprecated",
    "instead",
    "polled",
    "response_of",
    "run",
    "with_response",
]
