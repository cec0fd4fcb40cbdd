"""The event-stream grammar of the WHATWG HTML standard, without any I/O.

Bytes go in as they arrive, whole events come out. Two facts let all of it work on bytes, in linear
time: the characters that structure a stream are ASCII, which no UTF-8 sequence contains, and once
every CR and CRLF is a LF, an event ends exactly where two LF meet. The data of an event stays
bytes, ready for a JSON decoder that checks UTF-8 itself.
"""

from __future__ import annotations

import re
from io import BytesIO
from math import inf
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection

_BOM = b"\xef\xbb\xbf"
_COMMENT = re.compile(rb"^:.*\n", re.MULTILINE)


class ServerSentEvent(Struct, frozen=True, gc=False):
    """One event as the grammar defines it.

    Args:
        event: The event name; ``message`` where the stream gave none.
        data: The data lines joined with LF: UTF-8, not checked.
        id: The last id that the stream had given by then, or ``None`` if there was none.
        retry: The reconnection time in milliseconds, if this event set it.
    """

    event: str
    data: bytes
    id: str | None = None
    retry: int | None = None


class EventTooLongError(ValueError):
    """An event that is longer than the limit, comments apart."""


class Decoder:
    """Turns the bytes of one stream into its events.

    Memory holds the open event and no more: comments are dropped when their line ends, and what is
    pending has a limit.

    Args:
        limit: The bytes that an event may have.

    Attributes:
        last_id: The last id that the stream gave, if any.
    """

    def __init__(self, limit: float = inf) -> None:
        self._limit = limit
        self._pending = bytearray()  # the open event: whole lines, then one that has begun
        self._line = 0  # where that one begins
        self._after_cr = False
        self._bom: bytes | None = b""  # what may become the BOM; None once that is decided
        self.last_id: str | None = None

    def blocks(self, chunk: bytes) -> list[bytes]:
        """Take the next bytes, cut anywhere; return the lines of each event that they complete.

        Raises:
            EventTooLongError: The open event was longer than the limit before these bytes.
        """
        if self._bom is not None:
            chunk = self._without_bom(self._bom + chunk)
        if self._after_cr or chunk.find(b"\r") >= 0:  # which is faster than `in`
            chunk = self._with_line_feeds(chunk)
        pending = self._pending
        if not pending and chunk.endswith(b"\n\n"):
            return chunk.split(b"\n\n")[:-1]
        if len(pending) > self._limit:  # what came before it was handed out meanwhile
            raise EventTooLongError
        pending += chunk
        blocks: list[bytes] = []
        line_end = chunk.rfind(b"\n") + 1
        if line_end:
            if pending.find(b"\n\n", max(self._line - 1, 0)) >= 0:
                *blocks, rest = bytes(pending).split(b"\n\n")
                pending[:] = rest
                self._line = 0
                line_end = rest.rfind(b"\n") + 1
            else:
                line_end += len(pending) - len(chunk)
            lines = _COMMENT.sub(b"", pending[self._line : line_end])
            pending[self._line : line_end] = lines
            self._line += len(lines)
        return blocks

    @property
    def rest(self) -> bytes:
        """The bytes since the last whole event."""
        return bytes(self._pending)

    def finish(self) -> ServerSentEvent | None:
        """Return the event that the end of the stream cut off, if its data had begun.

        The standard discards such an event; whether its last line is whole is not known.
        """
        rest = self.rest
        self._pending.clear()
        self._line = 0
        return self.event(rest)

    def _without_bom(self, start: bytes) -> bytes:
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._bom = start
            return b""
        self._bom = None
        return start.removeprefix(_BOM)

    def _with_line_feeds(self, chunk: bytes) -> bytes:
        if not chunk:
            return chunk
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def event(self, block: bytes, without_data: Collection[str] = ()) -> ServerSentEvent | None:
        """Read the lines of an event; without data there is none.

        Args:
            block: The lines.
            without_data: Names of events that count all the same: some servers end a stream so.
        """
        name = b""
        data: bytearray | None = None
        retry = None
        for line in BytesIO(block):  # one by one, since a list takes many times the memory
            field, _, value = line.removesuffix(b"\n").partition(b":")
            if value[:1] == b" ":
                value = value[1:]
            if field == b"data":
                if data is None:
                    data = bytearray(value)
                else:
                    data += b"\n"
                    data += value
            elif field == b"event":
                name = value
            elif field == b"id":
                if b"\0" not in value:
                    self.last_id = value.decode(errors="replace")
            elif field == b"retry":
                retry = _milliseconds(value, retry)
        text = name.decode("utf-8", "replace") if name else "message"
        if data is None and text not in without_data:
            return None
        return ServerSentEvent(
            text,
            bytes(data or b""),
            self.last_id,
            retry,
        )


def _milliseconds(value: bytes, otherwise: int | None) -> int | None:
    if not value.isdigit():
        return otherwise
    try:
        return int(value)
    except ValueError:  # more digits than Python converts
        return otherwise
