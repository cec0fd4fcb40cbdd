"""Requests as httpx sends them."""

from __future__ import annotations

from functools import lru_cache
from os import urandom
from typing import TYPE_CHECKING

import httpx

from coze_core._errors import CozeError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from coze_core._headers import HeaderMap
    from coze_core._http._types import AsyncHTTPClient, HTTPClient
    from coze_core._request import Request

_BODY_METHODS = {"POST", "PUT", "PATCH"}

_url = lru_cache(128)(httpx.URL)  # posts and polls use few


def built(
    client: HTTPClient | AsyncHTTPClient, request: Request, token: str | None, files: ExitStack
) -> httpx.Request:
    """Gives a request with all that a client of httpx adds to it.

    Args:
        client: The client, which may be the user's.
        request: The request.
        token: The Authorization header, if it comes from a token.
        files: Closes the files of a form.

    Raises:
        OSError: A file cannot be opened.
    """
    url = _url(request.info.url)
    headers = dict(request.headers.values())
    if token:
        headers["Authorization"] = token
    if request.form:  # told here, as the user's client may have a Content-Type of its own
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
        timeout=request.timeout,
    )
    if request.bare and not token:
        sent.headers.pop("Authorization", None)  # the one of the user's client
    return sent


def prepared(fields: HeaderMap, request: Request, token: str | None) -> httpx.Request:
    """Gives the same at half the price, for a client that adds nothing but header fields.

    Args:
        fields: These fields.
        request: The request, which is no form.
        token: As for `built`.
    """
    url = _url(request.info.url)
    content = request.content or b""
    fields = {"host": ("Host", url.netloc.decode()), **fields, **request.headers}
    if token:
        fields["authorization"] = ("Authorization", token)
    if content or request.method in _BODY_METHODS:
        fields["content-length"] = ("Content-Length", str(len(content)))
    sent = httpx.Request(
        request.method,
        url,
        headers=[(name.encode(), value.encode()) for name, value in fields.values()],
        stream=httpx.ByteStream(content),
        extensions={"timeout": request.timeout.as_dict()},
    )
    sent.read()  # which marks the body as one that can be sent again
    return sent


def check_open(client: HTTPClient | AsyncHTTPClient) -> None:
    """Checks that a client was not closed.

    Raises:
        CozeError: It was.
    """
    if client.is_closed:
        raise CozeError("The client is closed. Make the call before close(), or make a new client.")
