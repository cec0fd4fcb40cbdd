"""The events of sockets: typed by a literal, written from data, read from messages."""

from __future__ import annotations

from functools import cache
from itertools import count
from os import urandom
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from msgspec import Raw, Struct
from msgspec.json import Decoder

from coze_core._coze_error import CozeError
from coze_core._decode import (
    DECODE_ERRORS,
    Detail,
    NotJSONError,
    TypeDecoder,
    build,
    json_object,
    parse,
)
from coze_core._encoding import to_json
from coze_core._errors import APIConnectionError
from coze_core._events import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coze_core._operation import SocketOperation

E = TypeVar("E", bound=str)
D = TypeVar("D")


class SocketEvent(Struct, Generic[E, D]):
    """One event of a socket.

    Args:
        event_type: The name of the event.
        data: Its data; ``None`` where it has none.
        id: The id that the server gave it.
        logid: The log id of the connection.
    """

    event_type: E
    data: D
    id: str | None = None
    logid: str | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.event_type!r}, {SHORT.repr(self.data)})"


class UnknownSocketEvent(SocketEvent[Literal["unknown"], object], kw_only=True):
    """An event that the API document does not name, or a message that is no event.

    Args:
        event_type: The literal ``unknown``.
        data: Its data as plain JSON. Of a message that is no event: the whole message, as plain
            JSON, else as text, else as bytes.
        id: As for `SocketEvent`.
        logid: As for `SocketEvent`.
        name: Its name on the wire; empty where it has none.
    """

    name: str

    def __repr__(self) -> str:
        return f"UnknownSocketEvent({self.name!r}, {SHORT.repr(self.data)})"


class Reconnected(SocketEvent[Literal["reconnected"], APIConnectionError]):
    """Tells that a lost socket is open again, with its settings; its data is why it was lost.

    Messages, audio and tool outputs were not sent again, and what the server was doing is lost.
    """


BYTES = (bytes, bytearray, memoryview)
"""What is taken for bytes."""

_CHUNK = 32 * 1024  # bytes of audio in one event; a multiple of any sample
_NOT_FAST = (*DECODE_ERRORS, KeyError)  # the latter for an unknown event


class _Head(Struct):
    event_type: str
    id: str | None = None
    detail: Detail | None = None
    data: Raw = Raw(b"null")


_head = Decoder(_Head).decode
_type_decoder = cache(TypeDecoder[Any])


class Codec:
    """Writes and reads the events of one socket.

    Args:
        operation: The operation that opens it.
        keep_extra: Whether models keep what came beyond their fields.
    """

    def __init__(self, operation: SocketOperation[Any], *, keep_extra: bool) -> None:
        self._operation = operation
        self._keep_extra = keep_extra
        self._types = operation.events()
        decoders = ((name, _type_decoder(kind).fast) for name, kind in self._types.items())
        self._fast = {name: fast for name, fast in decoders if fast and not keep_extra}
        self._prefix = urandom(8).hex()
        self._numbers = count(1)

    def encode(self, name: str, data: Mapping[str, object] | None, id_: object = None) -> bytes:
        """Write an event.

        Args:
            name: Its name.
            data: The fields of its data; those that are ``None`` are left out.
            id_: Its id; by default one is made.

        Raises:
            CozeError: The socket sends no such event, or a field cannot be written.
        """
        operation = self._operation
        binary = operation.send.get(name)
        if binary is None:
            raise CozeError(
                f"{operation.name}: {name!r:.100} is no event that this socket sends. Send one of "
                f"{', '.join(operation.send)}."
            )
        event: dict[str, object] = {
            "id": id_ or f"{self._prefix}-{next(self._numbers)}",
            "event_type": name,
        }
        if data is not None:
            event["data"] = fields = {key: data[key] for key in data if data[key] is not None}
            for key, value in fields.items():
                is_binary = isinstance(value, BYTES)
                if is_binary is not (key in binary):
                    due = "bytes" if key in binary else "no bytes"
                    raise CozeError(
                        f"{operation.name}: {key} of {name} must be {due}, got "
                        f"{type(value).__name__}."
                    )
        return to_json(f"{operation.name}: {name}", event)

    def decode(self, message: bytes) -> SocketEvent[Any, Any]:
        """Read an event. Whatever came, it is an event: what does not fit is kept as it came."""
        try:
            head = _head(message)
            data = self._fast[head.event_type](head.data)
        except _NOT_FAST:
            return self._decode_leniently(message)
        return SocketEvent(head.event_type, data, head.id, head.detail and head.detail.logid)

    def _decode_leniently(self, message: bytes) -> SocketEvent[Any, Any]:
        try:
            plain = parse(message)
        except NotJSONError:
            return UnknownSocketEvent("unknown", _text(message), name="")
        fields = json_object(plain)
        name, data = fields.get("event_type"), fields.get("data")
        id_, logid = _str(fields.get("id")), _str(json_object(fields.get("detail")).get("logid"))
        if not isinstance(name, str):
            return UnknownSocketEvent("unknown", plain, name="")
        if name not in self._types:
            return UnknownSocketEvent("unknown", data, id_, logid, name=name)
        data = build(self._types[name], data, keep_extra=self._keep_extra)
        return SocketEvent(name, data, id_, logid)

    def chunks(self, part: object) -> Iterator[dict[str, object]]:
        """Return the data of the events that feed a pipe with a text or bytes, cut to its limit.

        Raises:
            CozeError: The pipe takes something else.
        """
        pipe = self._operation.pipe
        assert pipe is not None  # noqa: S101  # no other socket has such a method
        if pipe.feed_field in self._operation.send[pipe.feed]:
            if not isinstance(part, BYTES):
                raise self._not_fed("bytes", part)
            limit = pipe.limit or _CHUNK
            whole = bytes(cast("bytes", part))
            for start in range(0, len(whole), limit):
                yield {pipe.feed_field: whole[start : start + limit]}
        elif isinstance(part, str):
            for text in _cut(part, pipe.limit or len(part) * 4):
                yield {pipe.feed_field: text}
        else:
            raise self._not_fed("text", part)

    def _not_fed(self, due: str, part: object) -> CozeError:
        return CozeError(
            f"{self._operation.name}: pipe takes {due}, or an iterable of it, got "
            f"{type(part).__name__}."
        )


def _cut(text: str, limit: int) -> Iterator[str]:
    """Cut a text into parts of so many bytes at most, between its characters."""
    rest = text.encode("utf-8", "surrogatepass")
    while len(rest) > limit:
        end = limit
        while rest[end] & 0xC0 == 0x80:  # noqa: PLR2004  # inside of a character of UTF-8
            end -= 1
        yield rest[:end].decode("utf-8", "surrogatepass")
        rest = rest[end:]
    if rest:
        yield rest.decode("utf-8", "surrogatepass")


def _text(message: bytes) -> str | bytes:
    try:
        return message.decode()
    except UnicodeDecodeError:
        return message


def _str(value: object) -> str | None:
    return None if value is None else str(value)
