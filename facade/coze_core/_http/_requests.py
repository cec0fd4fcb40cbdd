"""Requests as httpx sends them."""

from __future__ import annotations

from os import urandom
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import ExitStack

    from coze_core._encoding import HeaderMap
    from coze_core._http._family import Family
    from coze_core._http._types import AsyncHTTPClient, HTTPClient
    from coze_core._request import Request

_BODY_METHODS = {"POST", "PUT", "PATCH"}


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
    if request.bare and not token:
        sent.headers.pop("Authorization", None)  # the one of the user's client
    return sent


def build_request_fast(
    family: Family, fields: HeaderMap, request: Request, token: str | None
) -> Any:
    """Return the same at half the price, for a client that adds nothing but header fields.

    Args:
        family: The family of the client.
        fields: These fields.
        request: The request, which is no form.
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
