"""Clients and requests of httpx, as they are made here."""

from __future__ import annotations

import codecs
import socket
import ssl
from os import urandom
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from coze_core._coze_error import CozeError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from coze_core._encoding import HeaderMap
    from coze_core._http._family import Family, HTTPFamily
    from coze_core._http._types import AsyncHTTPClient, HTTPClient
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


class ClientOptions(NamedTuple):
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
    return client


def _ignore_cookies(_response: object) -> None:
    pass


def build_request(
    family: Family,
    client: HTTPClient | AsyncHTTPClient,
    request: Request,
    token: str | None,
    files: ExitStack,
) -> Any:
    """Return a request with all that a client of httpx adds to it.

    Args:
        family: The family of the client.
        client: The client, which may be the user's.
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
    """Return the same at half the price, for a client that adds nothing but header fields.

    Args:
        family: The family of the client.
        fields: These fields.
        request: The request; not a form.
        token: As for `build_request`.
    """
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
