"""The messages of a socket: how events are written, and how they are read."""

from __future__ import annotations

from functools import cache
from itertools import count
from os import urandom
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec
from msgspec import Raw, Struct

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
from coze_core._ws._events import SocketEvent, UnknownSocketEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coze_core._operation import SocketOperation

E_co = TypeVar("E_co", covariant=True)

BYTES = (bytes, bytearray, memoryview)
"""What is taken for bytes."""

_PIECE = 32 * 1024  # bytes of audio in one event; a multiple of any sample


class _Head(Struct):
    event_type: str
    id: str | None = None
    detail: Detail | None = None
    data: Raw = Raw(b"null")


_head = msgspec.json.Decoder(_Head).decode
_type_decoder = cache(TypeDecoder[Any])


class Codec(Generic[E_co]):
    """Writes and reads the events of one socket.

    Args:
        operation: The operation that opens it.
        keep_extra: Whether models keep what came beyond their fields.
    """

    def __init__(self, operation: SocketOperation[E_co], *, keep_extra: bool = False) -> None:
        self._operation = operation
        self._keep_extra = keep_extra
        self._kinds: Mapping[str, Any] = operation.events()
        self._decoders = {name: _type_decoder(kind) for name, kind in self._kinds.items()}
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
        except DECODE_ERRORS:
            return self._decode_leniently(message)
        logid = head.detail.logid if head.detail else None
        decoder = self._decoders.get(head.event_type)
        if decoder is None:
            data = parse(bytes(head.data))
            return UnknownSocketEvent("unknown", data, head.id, logid, name=head.event_type)
        if decoder.fast is not None and not self._keep_extra:
            try:
                return SocketEvent(head.event_type, decoder.fast(head.data), head.id, logid)
            except DECODE_ERRORS:
                pass
        data = decoder.decode(bytes(head.data), keep_extra=self._keep_extra)
        return SocketEvent(head.event_type, data, head.id, logid)

    def _decode_leniently(self, message: bytes) -> SocketEvent[Any, Any]:
        try:
            plain = parse(message)
        except NotJSONError:
            return UnknownSocketEvent("unknown", _text(message), name="")
        fields = json_object(plain)
        name = fields.get("event_type")
        if not isinstance(name, str):
            return UnknownSocketEvent("unknown", plain, name="")
        id_, logid = _str(fields.get("id")), _str(json_object(fields.get("detail")).get("logid"))
        data = fields.get("data")
        if name not in self._kinds:
            return UnknownSocketEvent("unknown", data, id_, logid, name=name)
        data = build(self._kinds[name], data, keep_extra=self._keep_extra)
        return SocketEvent(name, data, id_, logid)

    def chunks(self, piece: object) -> Iterator[dict[str, object]]:
        """Return the data of the events that feed a pipe with a text or bytes, cut to its limit.

        Raises:
            CozeError: The pipe takes something else.
        """
        pipe = self._operation.pipe
        assert pipe is not None  # noqa: S101  # no other socket has such a method
        if pipe.feed_field in self._operation.send[pipe.feed]:
            if not isinstance(piece, BYTES):
                raise self._no_piece("bytes", piece)
            limit = pipe.limit or _PIECE
            whole = bytes(cast("bytes", piece))
            for start in range(0, len(whole), limit):
                yield {pipe.feed_field: whole[start : start + limit]}
        elif isinstance(piece, str):
            for text in _cut(piece, pipe.limit or len(piece) * 4):
                yield {pipe.feed_field: text}
        else:
            raise self._no_piece("text", piece)

    def _no_piece(self, due: str, piece: object) -> CozeError:
        return CozeError(
            f"{self._operation.name}: pipe takes {due}, or an iterable of it, got "
            f"{type(piece).__name__}."
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
