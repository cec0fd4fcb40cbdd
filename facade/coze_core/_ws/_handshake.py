"""The call that opens a socket. Importing this module needs the extra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from coze_core._call import attempts, request_of
from coze_core._coze_error import CozeError
from coze_core._errors import APIConnectionError
from coze_core._failures import api_error

try:
    from coze_core._ws._link import Handshake
except ImportError as error:
    raise CozeError(
        "Sockets need the package websockets, 13 or later: pip install 'coze-client[websockets]'."
    ) from error

if TYPE_CHECKING:
    from coze_core._call import Call
    from coze_core._operation import SocketOperation
    from coze_core._request import CallArguments
    from coze_core._response import RawResponse, ResponseInfo
    from coze_core._settings import Settings

B = TypeVar("B")


def socket_call(
    operation: SocketOperation[Any], parts: CallArguments, settings: Settings
) -> Call[B, tuple[B, ResponseInfo]]:
    """Call an operation that opens a socket, and leave the connection behind the answer unread.

    Raises:
        CozeError: An argument cannot be written, or the socket is in another region.
        APIError: The API answered with something else than a socket.
        APIConnectionError: No answer arrived, or one that is no handshake.
    """
    base = socket_base(operation, settings)
    request = request_of(operation, parts, settings._replace(base_url=base))
    request.timeout = settings.timeouts.call
    request.keep_open = lambda _: True
    handshake = Handshake(request.info.url)
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


def socket_base(operation: SocketOperation[Any], settings: Settings) -> str:
    """Return what the path of a socket is added to: never a host of another region.

    Raises:
        CozeError: ``websocket_url`` is in another region than ``base_url``, whose token goes there.
    """
    base, url = settings.base_url, settings.socket_url
    own = next((pair for pair in operation.hosts.items() if _host(pair[0]) == _host(base)), None)
    if url is None:
        return own[1] if own else base
    foreign = {_host(one) for pair in operation.hosts.items() if pair != own for one in pair}
    if own and _host(url) in foreign:
        raise CozeError(
            f"{operation.name}: websocket_url is {url}, but base_url is {base}: a token of one "
            "region is never sent to another. Leave websocket_url out, or change both."
        )
    return url


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")
