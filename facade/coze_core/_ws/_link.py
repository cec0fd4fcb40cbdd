"""One WebSocket connection without I/O: bytes in, messages out.

Frames, masks, pings, closing and every check of RFC 6455 are the sans-I/O part of `websockets`.
This module joins fragments, notices silence, and says how the connection ended. Short texts in one
frame, nearly all that comes, are taken here: its parser needs six times as long for one. Whoever
does the I/O calls `receive` with what was read, `tick` when `wait` is over, and writes what
`outgoing` returns.
"""

from __future__ import annotations

import logging
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import CLIENT, OPEN, Protocol
from websockets.uri import parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coze_core._ws._timing import Timing

_NORMAL = 1000
_NO_STATUS = 1005
_ABNORMAL = 1006
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.disabled = True  # it would log the content of frames
_TEXT = 0x81  # the first byte of a text that is one frame
_MEDIUM = 126  # the second one: two bytes of length follow; eight where it is more
_LONG = b"\x7f"  # the same; from there on also of masked ones
_SHORT = 0xFFFF  # bytes of a message that are kept here until its frame is whole
_CONTROL = {Opcode.CLOSE, Opcode.PING, Opcode.PONG}


class Closed(NamedTuple):
    """How a connection ended.

    Attributes:
        code: The close code of RFC 6455: 1005 without a code, 1006 without a close frame.
        reason: What the peer said, or why its bytes were refused.
        ours: Whether this side closed it in good order.
        silent: Whether nothing came for too long.
    """

    code: int
    reason: str = ""
    ours: bool = False
    silent: bool = False

    @property
    def quiet(self) -> bool:
        """Whether nothing went wrong."""
        return self.ours or self.code in {_NORMAL, _NO_STATUS}


class Handshake:
    """The opening handshake of one call, which the HTTP client sends.

    Args:
        url: Where it goes, with ``http`` or ``https``.

    Attributes:
        headers: The header fields that it adds.
    """

    def __init__(self, url: str) -> None:
        self._protocol = ClientProtocol(parse_uri(f"ws{url[4:]}"), logger=_SILENT)
        asked = self._protocol.connect().headers.raw_items()
        self.headers = {name: value for name, value in asked if name.lower() != "host"}

    def refusal(self, status: int, headers: Mapping[str, str]) -> str:
        """Return why an answer with HTTP 101 opens no connection; nothing if it does."""
        try:
            self._protocol.process_response(Response(status, "", Headers(headers.items())))
        except InvalidHandshake as error:
            return str(error)
        return ""


class Link:
    """The state of one connection after its handshake. It is not thread-safe.

    Args:
        max_bytes: The longest message that is accepted.
        timing: The times.
        deliver: Takes the messages.
        clock: Returns the present time in seconds.

    Attributes:
        is_closing: Whether this side closes it; then no more messages are delivered.
        closed: How it ended, once all messages before that are delivered.
    """

    def __init__(
        self,
        max_bytes: int,
        timing: Timing,
        deliver: Callable[[bytes], object],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._protocol = Protocol(CLIENT, state=OPEN, max_size=max_bytes, logger=_SILENT)
        self._short = min(max_bytes, _SHORT)
        self._timing = timing
        self._deliver = deliver
        self._clock = clock
        self._rest = b""  # the beginning of a frame
        self._owed = 0  # bytes to come of the frame that the parser is in
        self._fragments: list[bytes] = []
        self._heard = clock()
        self._pinged = False
        self.is_closing = False
        self.closed: Closed | None = None

    def receive(self, data: bytes) -> None:
        """Take what was read.

        Args:
            data: Bytes cut anywhere, or nothing at the end of the connection.
        """
        if self.closed:
            return
        self.restart_clock()
        if not data:
            self._protocol.receive_data(self._rest)
            self._protocol.receive_eof()
            self.closed = self._verdict()
            return
        data = self._rest + data
        at, size = self._owed, len(data)
        if at:
            self._parse(data[:at])
        while at < size and not self.closed:
            start, end = _payload(data, at)
            is_plain = data[at] == _TEXT and data[at + 1 : at + 2] < _LONG
            is_short = is_plain and end - start <= self._short
            if end > size and (is_short or start > size):
                break
            if is_short and not self._fragments:
                self._join(data[start:end], is_last=True)
            else:
                self._parse(data[at:end])
            at = end
        self._rest, self._owed = data[at:], max(0, at - size)

    def _parse(self, data: bytes) -> None:
        protocol = self._protocol
        protocol.receive_data(data)
        for frame in protocol.events_received():
            if isinstance(frame, Frame) and frame.opcode not in _CONTROL:
                self._join(bytes(frame.data), is_last=frame.fin)
        if protocol.parser_exc is not None or protocol.close_rcvd is not None:
            self.closed = self._verdict()

    def lose(self, reason: str) -> None:
        """Take note that the connection broke."""
        self.closed = self.closed or Closed(_ABNORMAL, reason, ours=self.is_closing)

    def end(self) -> Closed:
        """Return how it ended, or ends now."""
        return self.closed or Closed(_ABNORMAL, ours=self.is_closing)

    def restart_clock(self) -> None:
        """Begin to wait anew: something came, or nobody was reading."""
        self._heard = self._clock()
        self._pinged = False

    def wait(self) -> float:
        """Return the seconds until `tick` is due."""
        limit = self._timing.interval + (self._timing.patience if self._pinged else 0)
        return max(0.0, self._heard + limit - self._clock())

    def tick(self) -> None:
        """Send a ping after a while without bytes; end the connection after a longer one."""
        if self.closed or self.wait() > 0:
            return
        if self._pinged:
            self.closed = Closed(_ABNORMAL, "nothing came", ours=self.is_closing, silent=True)
            return
        self._pinged = True
        if self._protocol.state is OPEN:
            self._protocol.send_ping(b"")

    def send(self, message: bytes) -> None:
        """Add a text message to what goes out."""
        self._protocol.send_text(message)

    def close(self) -> None:
        """Add a close frame, which the peer answers."""
        if not self.is_closing and self._protocol.state is OPEN and not self.closed:
            self._protocol.send_close(_NORMAL)
        self.is_closing = True

    @property
    def has_outgoing(self) -> bool:
        """Whether something has to be written."""
        return bool(self._protocol.writes)

    def outgoing(self) -> bytes:
        """Return the bytes that are to be written, once."""
        return b"".join(self._protocol.data_to_send())

    def _join(self, data: bytes, *, is_last: bool) -> None:
        if self._fragments or not is_last:
            self._fragments.append(data)
            if not is_last:
                return
            data = b"".join(self._fragments)
            self._fragments.clear()
        if not self.is_closing:
            self._deliver(data)

    def _verdict(self) -> Closed:
        protocol = self._protocol
        if protocol.parser_exc is not None and not isinstance(protocol.parser_exc, EOFError):
            sent = protocol.close_sent
            code = _ABNORMAL if sent is None else int(sent.code)
            return Closed(code, f"the peer broke the protocol: {protocol.parser_exc}")
        received = protocol.close_rcvd
        if received is None:
            return Closed(_ABNORMAL, ours=self.is_closing)
        return Closed(int(received.code), received.reason, ours=self.is_closing)


def _payload(data: bytes, at: int) -> tuple[int, int]:
    """Return where the payload of the frame begins and ends whose first byte is at a place.

    While the length is not there, both lie behind the data.
    """
    start = at + 2
    length = data[at + 1] & 0x7F if at + 1 < len(data) else 0
    if length >= _MEDIUM:
        first, start = start, start + (2 if length == _MEDIUM else 8)
        length = int.from_bytes(data[first:start])
    return start, start + length
