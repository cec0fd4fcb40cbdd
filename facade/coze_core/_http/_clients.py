"""Clients of httpx as they are made here, their requests, and the connections inside of them.

httpx shows no connection. It loses one when the task that uses it is cancelled by asyncio, or the
thread interrupted, while it is being closed: it stays in the pool for good, as one in use. And it
can't wake a thread that waits for an answer. So its pools are looked through here, where they are
of the kind that is known; with any other, as of a transport of the user's own, nothing is done.
"""

from __future__ import annotations

import codecs
import socket
import ssl
from contextlib import suppress
from os import urandom
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Literal
from urllib.request import getproxies

from msgspec import Struct

from coze_core._coze_error import CozeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from coze_core._encoding import HeaderMap
    from coze_core._http._family import Family, HTTPFamily
    from coze_core._request import Request

# Idle connections are few, as httpx looks at each of them with each request, and are dropped early,
# before a load balancer drops them under a request.
_IDLE_SECONDS = 15
_MOST_IDLE = 20
# Room for a thousand streams at a time, each with a connection of its own.
_MOST = 1000
# A NAT forgets a silent connection after some minutes. Where the times cannot be set, those of the
# system count.
_KEEP_ALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), value)
        for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4))
        if hasattr(socket, name)
    ),
]
_BODY_METHODS = {"POST", "PUT", "PATCH"}
_PATIENCE = 1.0  # seconds for interrupted calls to end


class ClientOptions(Struct, frozen=True):
    """How a client is made that the user does not bring.

    Attributes:
        user_agent: The User-Agent header.
        http: The family, ``httpx`` or ``httpx2``; ``None``: ``COZE_HTTP``, else httpx.
        proxy: The URL of a proxy, or a proxy of httpx; ``None``: those of the environment.
        verify: Whether the server's certificate is checked, or a file or folder of certificates,
            or a context that does it.
    """

    user_agent: str
    http: HTTPFamily | None = None
    proxy: Any = None
    verify: ssl.SSLContext | str | bool = True


def make_client(
    family: Family, kind: Literal["Client", "AsyncClient"], options: ClientOptions
) -> Any:
    """Return a new client of httpx.

    Raises:
        CozeError: The options or the environment do not allow one.
    """
    # The first connection imports this codec: a process forked meanwhile would inherit the lock of
    # that import, and wait for ever.
    codecs.lookup("idna")
    httpx = family.httpx
    limits = httpx.Limits(
        max_connections=_MOST,
        max_keepalive_connections=_MOST_IDLE,
        keepalive_expiry=_IDLE_SECONDS,
    )
    transport = httpx.HTTPTransport if kind == "Client" else httpx.AsyncHTTPTransport
    try:
        verify = _verification(family, options)
        # Mounted, as a transport of one's own would switch the proxies of the environment off.
        direct = transport(verify=verify, limits=limits, socket_options=_KEEP_ALIVE)
        client = getattr(httpx, kind)(
            verify=verify,
            limits=limits,
            proxy=options.proxy,
            mounts={"all://*": direct} if options.proxy is None else None,
            # Of the encodings that httpx knows, only gzip shows reliably that nothing is missing.
            headers={"User-Agent": options.user_agent, "Accept-Encoding": "gzip"},
        )
    except (ImportError, OSError, TypeError, ValueError, httpx.InvalidURL) as error:
        raise CozeError(
            f"Cannot create an HTTP client ({type(error).__name__}). Check proxy= and verify=, and "
            "the environment variables HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and "
            "SSL_CERT_DIR, or pass http_client."
        ) from error
    # The API sets none that count, and looking for them costs more than decoding an answer.
    client.cookies.extract_cookies = _ignore_cookies
    # To be sent over without the client, unless there are proxies for it to choose from.
    client.direct = None if options.proxy is not None or getproxies() else direct
    return client


def _ignore_cookies(_response: object) -> None:
    pass


def build_request(
    family: Family,
    client: Any,
    request: Request,
    token: str | None,
    files: ExitStack,
) -> Any:
    """Return a request with all that a client of httpx adds to it, perhaps one of the user's.

    Args:
        family: The family of the client.
        client: The client.
        request: The request.
        token: The Authorization header, if it comes from a token.
        files: Closes the files of a form.

    Raises:
        OSError: A file cannot be opened.
    """
    url = family.url(request.info.url)
    # Of the encodings that httpx knows, only gzip shows reliably that nothing is missing.
    headers = {"Accept-Encoding": "gzip"} if "accept-encoding" not in request.headers else {}
    headers.update(request.headers.values())
    if token:
        headers["Authorization"] = token
    if request.form:  # set here, as the user's client may have a Content-Type of its own
        headers["Content-Type"] = f"multipart/form-data; boundary={urandom(16).hex()}"
    sent = client.build_request(
        request.method,
        url,
        # With parameters of the user's client, httpx forgets those in the URL.
        params=url.params if client.params else None,
        headers=headers,
        content=request.content,
        files=[
            (part.name, (part.filename, part.opened(files), part.media_type))
            for part in request.form
        ],
        extensions={"timeout": request.timeout._asdict()},
    )
    if request.is_token_request and not token:
        sent.headers.pop("Authorization", None)  # the one of the user's client
    return sent


def build_request_fast(
    family: Family, fields: HeaderMap, request: Request, token: str | None
) -> Any:
    """Return the same at half the price; no form, for a client that adds some fields alone."""
    url = family.url(request.info.url)
    content = request.content or b""
    fields = {"host": ("Host", url.netloc.decode()), **fields, **request.headers}
    if token:
        fields["authorization"] = ("Authorization", token)
    if content or request.method in _BODY_METHODS:
        fields["content-length"] = ("Content-Length", str(len(content)))
    sent = family.httpx.Request(
        request.method,
        url,
        headers=[(name.encode(), value.encode()) for name, value in fields.values()],
        stream=family.httpx.ByteStream(content),
        extensions={"timeout": request.timeout._asdict()},
    )
    sent.read()  # which marks the body as one that can be sent again
    return sent


def _verification(family: Family, options: ClientOptions) -> ssl.SSLContext | bool:
    verify = options.verify
    if isinstance(verify, str):
        folder = Path(verify).is_dir()
        return ssl.create_default_context(
            cafile=None if folder else verify, capath=verify if folder else None
        )
    return family.ssl_context() if verify is True else verify


def interrupt(network_stream: Any) -> None:
    """Wake the thread that reads from a connection, which then finds it closed.

    Closing the socket would not wake it, and it might go on with another one of the same number.
    """
    found = network_stream.get_extra_info("socket")
    if isinstance(found, socket.socket):
        with suppress(OSError):  # it was closed already
            socket.socket.shutdown(found, socket.SHUT_RDWR)  # TLS would forget its state first


def interrupt_calls(client: Any) -> None:
    """Wake the threads that wait for an answer over a client, and wait until they have gone."""
    deadline = monotonic() + _PATIENCE
    for connection in _busy(client):
        while (inner := getattr(connection, "_connection", None)) is not None:
            connection = inner  # noqa: PLW2901  # what stands behind a proxy or a handshake
        if stream := getattr(connection, "_network_stream", None):
            interrupt(stream)
    while any(_busy(client)) and monotonic() < deadline:
        sleep(0.002)


def close_lost(client: Any, sent: Any, response: Any) -> None:
    """Close what a request, and its answer if it has come, left in a client when broken off."""
    if response is not None:
        with suppress(Exception):
            response.close()  # else it would do so later, and miss its place
    for connection in _take_lost(client, sent):
        with suppress(Exception):
            connection.close()


async def aclose_lost(client: Any, sent: Any) -> None:
    """As `close_lost`; the answer was closed."""
    lost = _take_lost(client, sent)
    if not lost:
        return
    from anyio import CancelScope

    for connection in lost:
        with suppress(Exception), CancelScope(shield=True):
            await connection.aclose()


def _take_lost(client: Any, sent: Any) -> list[Any]:
    """Take out of the pools what a request has left, and let others have its place."""
    lost: list[Any] = []
    # Redirects and authentications copy a request, and the pool makes another one: all of them have
    # the same time limits.
    limits = sent.extensions.get("timeout")
    for pool in _pools(client):
        with suppress(AttributeError), pool._optional_thread_lock:  # noqa: SLF001  # as said
            requests, connections = pool._requests, pool._connections  # noqa: SLF001
            for one in list(requests):
                if one.request.extensions.get("timeout") is limits:
                    requests.remove(one)
            owned = {id(one.connection) for one in requests}
            for connection in list(connections):
                if id(connection) not in owned and _is_busy(connection):
                    connections.remove(connection)
                    lost.append(connection)
            lost += pool._assign_requests_to_connections()  # noqa: SLF001
    return lost


def _busy(client: Any) -> Iterator[Any]:
    for pool in _pools(client):
        yield from filter(_is_busy, getattr(pool, "connections", ()))


def _is_busy(connection: Any) -> bool:
    return not connection.is_idle() and not connection.is_closed()


def _pools(client: Any) -> Iterator[Any]:
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001  # as said
        if pool := getattr(transport, "_pool", None):
            yield pool
