"""The call that opens a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from coze_core._call import attempts, request_of
from coze_core._errors import APIConnectionError
from coze_core._failures import api_error
from coze_core._ws import load_link, socket_base

if TYPE_CHECKING:
    from coze_core._call import Call
    from coze_core._operation import SocketOperation
    from coze_core._request import CallArguments
    from coze_core._response import RawResponse, ResponseInfo
    from coze_core._settings import Settings

B = TypeVar("B")
E = TypeVar("E")


def socket_call(
    operation: SocketOperation[E], parts: CallArguments, settings: Settings
) -> Call[B, tuple[B, ResponseInfo]]:
    """Call an operation that opens a socket, and leave the connection behind the answer unread.

    Raises:
        CozeError: An argument cannot be written, or the socket is in another region.
        APIError: The API answered with something else than a socket.
        APIConnectionError: No answer arrived, or one that is no handshake.
    """
    request = request_of(
        operation, parts, settings._replace(base_url=socket_base(operation, settings))
    )
    request.timeout = settings.timeouts.call
    request.keep_open = lambda _: True
    handshake = load_link().Handshake(request.info.url)
    for name, value in handshake.headers.items():
        request.headers[name.lower()] = (name, value)

    def check(reply: RawResponse[B], response: ResponseInfo) -> tuple[B, ResponseInfo]:
        if reply.live is None:
            raise api_error(operation.name, response, settings.errors, "a socket", [reply.secret])
        if reason := handshake.refusal(reply.status_code, reply.headers):
            raise APIConnectionError(
                f"{operation.name}: the answer is no handshake of a WebSocket ({reason}). Check "
                f"what stands between this client and the API. [{request.info}]",
                request=request.info,
            )
        return reply.live, response

    return attempts(operation, request, settings, check)
