"""Calls methods of the real client over a transport that answers from a script."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import httpx
from attrs import frozen

from coze_client import Coze
from generator.conform.arguments import CONTENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
_BASE: Final = "https://conform.invalid"


@frozen
class Sent:
    """A request, as it arrived.

    Attributes:
        method: The HTTP method.
        path: The path, decoded.
        query: Each name of the query and its values.
        body: The JSON data or the fields of the form, ``None`` without a body. A file is an object
            of its ``file`` name and its ``content_type``.
    """

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]]
    body: Any


class Exchange:
    """A client whose every request gets the same answer.

    Args:
        content: The body of the answer.
        media_type: Its media type.
    """

    def __init__(self, content: bytes, media_type: str = JSON) -> None:
        self._content = content
        self._media_type = media_type
        self.sent: list[Sent] = []

    def client(self) -> AbstractContextManager[Coze]:
        """The client."""
        http_client = httpx.Client(transport=httpx.MockTransport(self._answer))
        return Coze("conform", base_url=_BASE, http_client=http_client, max_retries=0)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(_sent(request))
        headers = {"Content-Type": self._media_type}
        return httpx.Response(200, headers=headers, content=self._content)


def _sent(request: httpx.Request) -> Sent:
    path = unquote(request.url.raw_path.partition(b"?")[0].decode("ascii"))
    names = dict.fromkeys(request.url.params)
    query = {name: tuple(request.url.params.get_list(name)) for name in names}
    return Sent(request.method, path, query, _body(request))


def _body(request: httpx.Request) -> Any:
    content, media_type = request.read(), request.headers.get("Content-Type", "")
    if media_type.startswith("multipart/"):
        return dict(_form(media_type.encode() + b"\r\n\r\n" + content))
    return json.loads(content) if content else None


def _form(message: bytes) -> Iterator[tuple[str, Any]]:
    for part in message_from_bytes(b"Content-Type: " + message, policy=HTTP).iter_parts():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            yield str(name), content.decode() if isinstance(content, bytes) else content
        else:
            whole = content == CONTENT
            yield (
                str(name),
                {"file": part.get_filename(), "content_type": part.get_content_type()}
                if whole
                else {"file": None},
            )
