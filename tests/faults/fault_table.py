"""What goes wrong, and what the client promises then: one entry for each."""

from __future__ import annotations

import gzip
import socket
import struct
from email.utils import formatdate
from typing import TYPE_CHECKING, NamedTuple

from coze_core import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    ConflictError,
    CozeError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    QuotaError,
    RateLimitError,
    ServerError,
)
from tests.core.scripted_server import answer, cut, drop, hang

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.scripted_server import Act

HTML = b"<html><head><title>Bad Gateway</title></head><body>x</body></html>"
RECENTLY = formatdate(0, usegmt=True)
IN_AN_HOUR = formatdate(4_000_000_000, usegmt=True)
TEXT = b'{"code":0,"data":{"id":"1"}}' * 9
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"


def reset(content: bytes = b"") -> Callable[[socket.socket], None]:
    """Send some bytes, then reset the connection."""

    def act(connection: socket.socket) -> None:
        connection.sendall(content)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return act


def stall(content: bytes = b"") -> Callable[[socket.socket], None]:
    """Send some bytes, then nothing."""

    def act(connection: socket.socket) -> None:
        connection.sendall(content)
        hang(connection)

    return act


class Fault(NamedTuple):
    """A fault and its promise.

    Attributes:
        act: What the server does.
        error: The class of the error, exactly.
        text: A part of its text.
        repeatable: How often a request that may be repeated is sent, with two retries allowed.
        other: How often any other request is sent.
        reusable: Whether the connection serves the next request; else it is closed. ``None`` where
            HTTP went well and the fault is in what it carried: either will do.
    """

    act: Act
    error: type[CozeError]
    text: str
    repeatable: int = 3
    other: int = 1
    reusable: bool | None = False


LOST = "the answer did not arrive whole"


def lost(act: Act) -> Fault:
    return Fault(act, APIConnectionError, LOST)


def status(  # noqa: PLR0913  # the columns of the table
    number: int,
    error: type[CozeError],
    body: object = b"",
    text: str = "",
    *,
    sent: tuple[int, int] = (1, 1),
    kind: str = "application/json",
    **headers: str,
) -> Fault:
    act = answer(number, body, kind=kind, **headers)
    return Fault(act, error, text or f"HTTP {number}", *sent, reusable=True)


REFUSED = (3, 3)
FAILED = (3, 1)

HEADS: dict[str, Fault] = {
    "closed before the answer": lost(drop),
    "reset before the answer": lost(reset()),
    "closed in the headers": lost(cut(b"HTTP/1.1 200 OK\r\nContent-Le")),
    "reset in the headers": lost(reset(b"HTTP/1.1 200 OK\r\nContent-Le")),
    "stalled before the answer": Fault(stall(), APITimeoutError, "(read timeout)"),
    "stalled in the headers": Fault(
        stall(b"HTTP/1.1 200 OK\r\nContent-Le"), APITimeoutError, "(read timeout)"
    ),
    "closed after 100 Continue": lost(cut(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "101 Switching Protocols": lost(
        cut(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
    ),
    "another protocol": lost(cut(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")),
    "a header without a colon": lost(cut(b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")),
    "headers without end": lost(cut(b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 100_000)),
    "a length that is no number": lost(cut(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")),
    "two lengths": lost(
        cut(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")
    ),
    "a redirect": status(302, APIError, text="a redirect to /x", Location="/x"),
    "a redirect to nowhere": status(307, APIError, text="failed with HTTP 307"),
    "not modified": status(304, APIError),
    "400": status(400, InvalidRequestError, {"code": 4000, "msg": "bad"}, "code 4000"),
    "401": status(401, AuthenticationError),
    "402": status(402, QuotaError),
    "403": status(403, PermissionDeniedError),
    "404": status(404, NotFoundError, HTML, "an HTML page: Bad Gateway", kind="text/html"),
    "409": status(409, ConflictError),
    "413": status(413, InvalidRequestError),
    "408": status(408, ServerError, sent=REFUSED),
    "408, Retry-After in seconds": status(408, ServerError, sent=REFUSED, Retry_After="0"),
    "408, Retry-After as a date": status(408, ServerError, sent=REFUSED, Retry_After=RECENTLY),
    "429": status(429, RateLimitError, {"code": 1, "msg": "slow"}, "code 1", sent=REFUSED),
    "429, Retry-After in seconds": status(429, RateLimitError, sent=REFUSED, Retry_After="0"),
    "429, Retry-After as a date": status(429, RateLimitError, sent=REFUSED, Retry_After=RECENTLY),
    "429, Retry-After too far off": status(429, RateLimitError, Retry_After="61"),
    "429, a date too far off": status(429, RateLimitError, Retry_After=IN_AN_HOUR),
    "429, Retry-After nonsense": status(429, RateLimitError, sent=REFUSED, Retry_After="soon"),
    "500 with JSON": status(500, ServerError, {"code": 1, "msg": "no"}, "code 1", sent=FAILED),
    "500 with HTML": status(
        500, ServerError, HTML, "an HTML page: Bad Gateway", sent=FAILED, kind="text/html"
    ),
    "500, empty": status(500, ServerError, sent=FAILED),
    "500 that says success": status(
        500, ServerError, {"code": 0, "data": {"id": "1"}}, sent=FAILED
    ),
    "502": status(502, ServerError, HTML, sent=FAILED, kind="text/html"),
    "503": status(503, ServerError, sent=FAILED),
    "503, Retry-After": status(503, ServerError, sent=REFUSED, Retry_After="0"),
    "504": status(504, ServerError, sent=FAILED),
    "599": status(599, ServerError, sent=FAILED),
    "a code": status(200, APIError, {"code": 77, "msg": "no"}, "code 77 (HTTP 200): no"),
    "a code without msg": status(200, APIError, {"code": 77}, 'code 77 (HTTP 200): {"code": 77}'),
    "a code as text": status(200, APIError, {"code": "77", "msg": "no"}, "code 77 (HTTP 200): no"),
    "a code beyond 64 bits": status(200, APIError, {"code": 2**70}, f"code {2**70}"),
    "a known code": status(200, NotFoundError, {"code": 4001, "msg": "x"}, "code 4001"),
    "a code that may pass": status(200, ServerError, {"code": 5000}, "code 5000", sent=FAILED),
    "a code that refuses": status(200, RateLimitError, {"code": 4009}, "code 4009", sent=REFUSED),
    "an error that is cut off": lost(cut(answer(400, b'{"code":', length=99))),
}
"""Faults that show before a body that is wanted: the same promise for every kind of call."""


def packed(content: bytes) -> Act:
    return answer(body=content, Content_Encoding="gzip")


def spoilt(content: bytes) -> Fault:
    return lost(packed(content))._replace(reusable=None)


def unlike(act: Act, text: str) -> Fault:
    return Fault(act, APIError, text, 1, 1, reusable=True)


BODIES: dict[str, Fault] = {
    "closed in the body": lost(cut(answer(body=b'{"code":0', length=99))),
    "reset in the body": lost(reset(answer(body=b'{"code":0', length=99))),
    "stalled in the body": Fault(
        stall(answer(body=b'{"code":0', length=99)), APITimeoutError, "(read timeout)"
    ),
    "closed between chunks": lost(cut(CHUNKED % b"application/json" + b'5\r\n{"cod\r\n')),
    "closed in a chunk": lost(cut(CHUNKED % b"application/json" + b'50\r\n{"cod')),
    "a chunk length that is no number": lost(cut(CHUNKED % b"application/json" + b"zz\r\n{}\r\n")),
    "gzip cut short": spoilt(gzip.compress(TEXT)[:-9]),
    "gzip cut in its head": spoilt(gzip.compress(b"{}")[:4]),
    "gzip with a wrong checksum": spoilt(gzip.compress(b"{}")[:-8] + bytes(8)),
    "no gzip": spoilt(b'{"code":0}'),
    "empty": unlike(answer(), "the answer is empty"),
    "blanks": unlike(answer(body=b" \n"), "is not a JSON result"),
    "text": unlike(answer(body=b"welcome", kind="text/plain"), "is not a JSON result: welcome"),
    "HTML": unlike(answer(body=HTML, kind="text/html"), "an HTML page: Bad Gateway"),
    "JSON cut off": unlike(
        answer(body=b'{"code": 0, "da'), 'is not a JSON result: {"code": 0, "da'
    ),
    "JSON with a tail": unlike(
        answer(body=b'{"code": 0} {}'), 'is not a JSON result: {"code": 0} {}'
    ),
    "neither code nor data": unlike(answer(body={"error": "x"}), "is not a JSON result"),
    "204": unlike(b"HTTP/1.1 204 No Content\r\n\r\n", "the answer is empty"),
}
"""Faults in the body of an answer that should be a JSON result."""
