"""The event-stream grammar of the WHATWG HTML standard, without any I/O.

Bytes go in as they arrive, whole events come out. Two facts let all of it work on bytes, in linear
time: the characters that structure a stream are ASCII, which no UTF-8 sequence contains, and once
every CR and CRLF is a LF, an event ends exactly where two LF meet. The data of an event stays
bytes, ready for a JSON decoder that checks UTF-8 itself.
"""

from __future__ import annotations

from msgspec import Struct

_BOM = b"\xef\xbb\xbf"


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


class Decoder:
    """Turns the bytes of one stream into its events.

    Attributes:
        last_id: The last id that the stream gave, if any.
    """

    def __init__(self) -> None:
        self._pending: list[bytes] = []  # the open event, in pieces: joined once, when it is whole
        self._at_line_start = False  # whether what is pending ends with LF
        self._after_cr = False
        self._bom: bytes | None = b""  # what may become the BOM; None once that is decided
        self.last_id: str | None = None

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes and give the events that they complete.

        Args:
            chunk: Any number of bytes, cut anywhere.
        """
        blocks = self.blocks(chunk)
        return [event for block in blocks if (event := self.event(block)) is not None]

    def blocks(self, chunk: bytes) -> list[bytes]:
        """Take the next bytes and give the lines of the events that they complete, to be read.

        Args:
            chunk: Any number of bytes, cut anywhere.
        """
        if self._bom is not None:
            chunk = self._without_bom(self._bom + chunk)
        if self._after_cr or chunk.find(b"\r") >= 0:  # which is faster than `in`
            chunk = self._with_line_feeds(chunk)
        if not self._pending and chunk.endswith(b"\n\n"):
            return chunk.split(b"\n\n")[:-1]
        if not chunk:
            return []
        self._pending.append(chunk)
        ends_event = b"\n\n" in chunk or (self._at_line_start and chunk.startswith(b"\n"))
        self._at_line_start = chunk.endswith(b"\n")
        if not ends_event:
            return []
        *blocks, rest = b"".join(self._pending).split(b"\n\n")
        self._pending = [rest] if rest else []
        self._at_line_start = rest.endswith(b"\n")
        return blocks

    @property
    def rest(self) -> bytes:
        """The bytes since the last whole event."""
        return b"".join(self._pending)

    def finish(self) -> ServerSentEvent | None:
        """Give the event that the end of the stream cut off, if its data had begun.

        The standard discards such an event; whether its last line is whole is not known.
        """
        pending, self._pending = self.rest, []
        return self.event(pending)

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

    def event(self, block: bytes) -> ServerSentEvent | None:
        """Read the lines of an event; without data there is none."""
        name = b""
        data: list[bytes] = []
        retry = None
        for line in block.split(b"\n"):
            field, _, value = line.partition(b":")
            if value[:1] == b" ":
                value = value[1:]
            if field == b"data":
                data.append(value)
            elif field == b"event":
                name = value
            elif field == b"id":
                if b"\0" not in value:
                    self.last_id = value.decode(errors="replace")
            elif field == b"retry":
                retry = _milliseconds(value, retry)
        if not data:
            return None
        return ServerSentEvent(
            name.decode("utf-8", "replace") if name else "message",
            data[0] if len(data) == 1 else b"\n".join(data),
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
