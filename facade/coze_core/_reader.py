"""Makes typed events from the bytes of a stream, without any I/O."""

from __future__ import annotations

import re
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

from coze_core._decode import (
    DECODE_ERRORS,
    NotJSONError,
    TypeDecoder,
    json_object,
    parse,
    result_code,
)
from coze_core._events import Collector, Event, UnknownEvent
from coze_core._secrets import redacted_bytes
from coze_core._sse import Decoder, EventTooLongError, ServerSentEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from coze_core._errors import StreamError
    from coze_core._operation import StreamOperation

E_co = TypeVar("E_co", covariant=True)


class EventReader(Generic[E_co]):
    """Makes typed events from bytes. Raises, in its turn, what the stream reports as an error."""

    def __init__(  # noqa: PLR0913  # one argument for each setting
        self,
        operation: StreamOperation[E_co],
        make_error: Callable[..., StreamError],
        watch: Callable[[Event[str, object]], None] | None = None,
        max_event_bytes: float = inf,
        secret: str = "",
        *,
        keep_extra: bool = False,
    ) -> None:
        self.ended = False
        self.complete = False  # whether the stream ended as it should
        self.cut_short = False  # whether the connection was closed before the end
        self._operation = operation
        self._make_error = make_error
        self._secret = secret  # which errors leave out, also where the server repeats it
        self._decoder = Decoder(max_event_bytes)
        self._max_event_bytes = max_event_bytes
        self._data_decoders, self._fast_paths = _decoders(operation, keep_extra=keep_extra)
        self._terminal = operation.end | operation.errors
        self._watch = watch
        self.collector = Collector(operation.outcome) if operation.outcome else None
        self._collected = self.collector.watched if self.collector else frozenset[str]()
        self._last: str | None = None

    def events(  # noqa: C901  # each call in this loop would cost a twentieth of an event
        self, chunks: Iterable[bytes], *, more: bool = False
    ) -> Iterator[E_co]:
        """Yield the events that chunks complete, until one ends the stream.

        Args:
            chunks: The chunks.
            more: Whether further ones come.
        """
        fast_paths, decoder, collected = self._fast_paths, self._decoder, self._collected
        for chunk in chunks:
            try:
                blocks = decoder.blocks(chunk)
            except EventTooLongError:
                raise self._too_long() from None
            for block in blocks:
                first_line, _, data = block.partition(b"\ndata:")
                known = fast_paths.get(first_line)
                if known is not None and data.find(b"\n") < 0:
                    name, decode = known
                    data = data.removeprefix(b" ")
                    try:
                        event: Any = Event(name, decode(data), decoder.last_id, None, data)
                    except DECODE_ERRORS:
                        pass
                    else:
                        self._last = name
                        if name in collected:
                            self._collect(event)
                        yield event
                        continue
                read = decoder.event(block, self._terminal)
                if read is not None:
                    yield self._typed(read)
                    if self.ended:
                        return
        if not more:
            yield from self.finish()

    def finish(self) -> Iterator[E_co]:
        """Handle the end of the connection: the last event, and whether the stream was cut short.

        The last event of a stream may lack its blank line. It counts if the stream ends with it
        anyway, or if it is a pause whose data is whole.
        """
        rest = self._decoder.rest
        operation, event = self._operation, self._decoder.finish()
        if event is not None:
            if event.event in self._terminal or (
                event.event in operation.pause and _is_json(event.data)
            ):
                yield self._typed(event)
            else:
                self._last = None
        self.cut_short = bool(
            not self.ended and operation.end and self._last not in operation.pause
        )
        self.ended = True
        if self.cut_short:
            raise self._cut_off(rest)
        self.complete = True

    def synthesize(self, name: str, data: bytes) -> E_co:
        """Return an event made from another response; raise it if it is an error."""
        return self._typed(ServerSentEvent(name, data))

    def adopt(self, event: Event[Any, Any]) -> E_co:
        """Take an event from another response, with its data as it is."""
        if self.collector:
            self.collector.recovered = True
            self.collector.take(event.event, event.data)
        return cast("E_co", event)

    def _typed(self, event: ServerSentEvent) -> E_co:
        name = self._last = event.event
        if name in self._terminal:
            self.ended = True
            if name in self._operation.errors:
                raise self._error(event)
            self.complete = True
        decode = self._data_decoders.get(name)
        typed: Any
        if decode is None:
            text = _text(event.data)
            typed = UnknownEvent("unknown", text, event.id, event.retry, event.data, name=name)
        else:
            typed = Event(name, decode(event.data), event.id, event.retry, event.data)
        if self._watch:
            self._watch(typed)
        if name in self._collected:
            self._collect(typed)
        return typed

    def _collect(self, event: Event[Any, Any]) -> None:
        if self.collector:
            self.collector.take(event.event, event.data)

    def _cut_off(self, rest: bytes) -> StreamError:
        """Return the error of a stream without its end; the rest may say why, as JSON."""
        plain = json_object(plain_of(redacted_bytes(rest, self._secret)))
        code, msg = reason_of(plain)
        if code is None and msg is None:
            msg = (
                "the connection was closed before the end of the stream; "
                "the events until then are complete"
            )
        return self._make_error(code=code, msg=msg or "", logid=logid_of(plain), data=plain or None)

    def _too_long(self) -> StreamError:
        msg = (
            f"an event is longer than {self._max_event_bytes} bytes; if it should be, allow more "
            "with with_options(max_response_bytes=...)"
        )
        return self._make_error(code=None, msg=msg)

    def _error(self, event: ServerSentEvent) -> StreamError:
        raw = redacted_bytes(event.data, self._secret)
        plain = plain_of(raw)
        code, msg = reason_of(plain)
        if msg is None:
            msg = f"the event {event.event}, without a reason"
        decode = self._data_decoders.get(event.event)
        data = plain if decode is None else decode(raw)
        return self._make_error(code=code, msg=msg, logid=logid_of(plain), data=data)


_type_decoder = cache(TypeDecoder[Any])


class _Decoders(NamedTuple):
    """What decodes the events of one operation.

    Attributes:
        data: The decoder of the data, by the name of the event.
        fast_paths: How an event begins that has a name and JSON data, and nothing else, which ends
            nothing and which no recovery watches: its name, and the decoder that fits it or fails.
    """

    data: Mapping[str, Callable[[bytes], object]]
    fast_paths: Mapping[bytes, tuple[str, Callable[[bytes], object]]]


_known: WeakKeyDictionary[StreamOperation[Any], dict[bool, _Decoders]] = WeakKeyDictionary()


def _decoders(operation: StreamOperation[Any], *, keep_extra: bool) -> _Decoders:
    """Return the decoders of an operation, which are made once."""
    known = _known.setdefault(operation, {})
    if keep_extra not in known:
        kinds: Mapping[str, Any] = operation.events()
        watched = operation.recovery.watched if operation.recovery else frozenset[str]()
        special = operation.end | operation.errors | watched
        known[keep_extra] = _Decoders(
            {name: _decoder(kind, keep_extra) for name, kind in kinds.items()},
            {
                b"event:%b%b" % (blank, name.encode()): (name, decode)
                for name, kind in kinds.items()
                if not keep_extra and name not in special and (decode := _type_decoder(kind).fast)
                for blank in (b"", b" ")
            },
        )
    return known[keep_extra]


@cache
def _decoder(kind: Any, keep_extra: bool) -> Callable[[bytes], object]:  # noqa: FBT001  # a key of the cache
    """Decode the data of one type of event; what is not JSON is text."""
    decode = _type_decoder(kind).decode

    def decode_data(data: bytes) -> object:
        try:
            return decode(data, keep_extra=keep_extra)
        except NotJSONError:
            return _text(data)

    def decode_text(data: bytes) -> object:
        value = decode_data(data)
        return value if isinstance(value, str) else _text(data)

    return decode_text if kind is str else decode_data


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def plain_of(data: bytes) -> object:
    try:
        return parse(data)
    except NotJSONError:
        return _text(data)


def _is_json(data: bytes) -> bool:
    try:
        parse(data)
    except NotJSONError:
        return False
    return True


_CODE = re.compile(r"(?:\w+_)?code")
_MESSAGE = re.compile(r"(?:\w+_)?(?:msg|message)")


def reason_of(data: object) -> tuple[int | str | None, str | None]:
    """Find code and message of an error, in the data or one level below; a text is a message."""
    if isinstance(data, str):
        return None, data or None
    outer = json_object(data)
    inner = [json_object(value) for value in outer.values()]
    reasons = [(_said(_CODE, found), _said(_MESSAGE, found)) for found in (outer, *inner)]
    code, msg = next((reason for reason in reasons if None not in reason), reasons[0])
    return result_code(code), None if msg is None else str(msg)


def _said(name: re.Pattern[str], found: Mapping[str, object]) -> int | str | None:
    for key, value in found.items():
        if value and isinstance(value, (int, str)) and name.fullmatch(key):
            return value
    return None


def logid_of(data: object) -> str | None:
    logid = json_object(json_object(data).get("detail")).get("logid")
    return None if logid is None else str(logid)
