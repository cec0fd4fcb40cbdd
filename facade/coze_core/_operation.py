"""What a generated method knows about its HTTP operation: plain data, made once per module."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from msgspec import Struct

from coze_core._decode import AnswerDecoder
from coze_core._encoding import header_map

if TYPE_CHECKING:
    from coze_core._encoding import HeaderMap
    from coze_core._paging import Paging

T = TypeVar("T")
D = TypeVar("D")
E_co = TypeVar("E_co", covariant=True)


class Recovery(Struct, frozen=True):
    """How the rest of a stream is found.

    Attributes:
        begin: The event whose data is the subject.
        arguments: The arguments of both methods, and the fields of the subject that they are.
        item: The event whose data is an item; items have an ``id``.
        status: The field of the subject with its state.
        states: The states in which it has ended, and the event that says so. In any other state it
            goes on.
    """

    begin: str
    arguments: Mapping[str, str]
    item: str
    status: str
    states: Mapping[str, str]

    @property
    def watched(self) -> frozenset[str]:
        """The names of the events that matter."""
        return frozenset({self.begin, self.item, *self.states.values()})


class Outcome(Struct, frozen=True):
    """How the text and the result of a stream are read.

    Attributes:
        message: The event whose data is a whole message.
        text: The field of a message that holds its text.
        status: The field of the end with the state.
        usage: The field of the end, or of a message, with what was used.
        ends: The events whose data says how it ended; the first one counts.
        part: The event whose data is a part of a message, if they come in parts.
        answer: Fields that the messages of the answer have; the text is theirs alone.
    """

    message: str
    text: str
    status: str
    usage: str
    ends: Sequence[str]
    part: str = ""
    answer: Mapping[str, object] = {}


class Endpoint(Struct, eq=False, dict=True, weakref=True):
    """Where a request goes and how its parts are written.

    Args:
        name: The dotted Python name, as in ``bots.versions.list``; for errors and logs.
        method: The HTTP method.
        path: The path below the base URL, with ``{name}`` for each path argument.
        headers: Headers that every request of this operation carries.
        delimiters: What joins the items of a list to one value, by name in the query or form.
        encoding: How the body is written; a raw one is a single file.
        media_types: The media types of files and of fields of a form, by name; that of a JSON body
            as ``body``, if it is another one than JSON's.
        lists: Names of arguments that take a list, and so no single text.
        null_fields: Fields of a JSON body whose ``None`` is sent as null; others are left out.
        idempotent: Whether sending the request twice does no more than sending it once. Taken
            for granted with GET, PUT and DELETE.
    """

    name: str
    method: str
    path: str
    headers: Mapping[str, str] = {}
    delimiters: Mapping[str, str] = {}
    encoding: Literal["json", "form", "multipart", "raw"] = "json"
    media_types: Mapping[str, str] = {}
    lists: frozenset[str] = frozenset()
    null_fields: frozenset[str] = frozenset()
    idempotent: bool = False

    @property
    def is_repeatable(self) -> bool:
        """Whether sending the request twice does no more than sending it once."""
        return self.idempotent or self.method in {"GET", "PUT", "DELETE"}

    @cached_property
    def header_map(self) -> HeaderMap:
        """The headers, checked."""
        return header_map(self.headers)


class Operation(Endpoint, Generic[T], kw_only=True):
    """An operation that answers with JSON, or with nothing.

    Args:
        result: Returns the result type; called on first use, so that models load lazily.
        unwrap: The field of the body that holds the result, or ``None`` where it is the body.
        also_in: Another field that may hold the result.
        nullable: Whether a success may come without a result.
        by_status: Result, unwrap and nullable for each HTTP status whose answer is another one.
    """

    result: Callable[[], type[T]]
    unwrap: str | None = "data"
    also_in: str | None = None
    nullable: bool = False
    by_status: Mapping[int, tuple[Callable[[], type[T]], str | None, bool]] = {}

    @cached_property
    def decoder(self) -> AnswerDecoder[T]:
        """The decoder of this operation's answers; making it loads the models."""
        return AnswerDecoder(self.result(), self.unwrap, self.also_in, nullable=self.nullable)

    def decoder_for(self, status: int) -> AnswerDecoder[T]:
        """Return the decoder of the answers with an HTTP status."""
        return self._decoders[status] if status in self.by_status else self.decoder

    @cached_property
    def _decoders(self) -> dict[int, AnswerDecoder[T]]:
        return {
            status: AnswerDecoder(result(), unwrap, nullable=nullable)
            for status, (result, unwrap, nullable) in self.by_status.items()
        }


class ListOperation(Operation[D], Generic[D, T], kw_only=True):
    """An operation that answers one page of a collection; its result is the page data.

    Args:
        items: Takes the items out of the page data.
        paging: How the next page is asked for.
    """

    items: Callable[[D], Sequence[T] | None]
    paging: Paging
    nullable: bool = True  # such a page is empty


class BatchOperation(Operation[T], kw_only=True):
    """An operation that takes a limited number of values, asked as often as it needs.

    Args:
        argument: The query or body name of the values.
        size: The largest number of values in one request.
        join: The list field of the result that is joined over the requests.
    """

    argument: str
    size: int
    join: str


class StreamOperation(Endpoint, Generic[E_co], kw_only=True):
    """An operation that answers with server-sent events.

    Args:
        events: Returns the type of the data for each event name of the wire.
        end: Events after which the stream is over.
        pause: Events after which the connection may end as well.
        errors: Events that are raised and not delivered.
        recovery: How the rest of a broken stream is found, if it can be.
        outcome: How its text and its result are read, if it has any.
    """

    events: Callable[[], Mapping[str, type[object]]]
    end: frozenset[str] = frozenset()
    pause: frozenset[str] = frozenset()
    errors: frozenset[str] = frozenset()
    recovery: Recovery | None = None
    outcome: Outcome | None = None


class Pipe(Struct, frozen=True):
    """How one thing goes in and another comes out of a socket, at the same time.

    Attributes:
        feed: The event that sends a piece.
        feed_field: The field of its data that is the piece.
        done: The event that says that no more pieces come.
        take: The event that brings a piece of the outcome.
        take_field: The field of its data that is the piece.
        end: The event after which nothing more comes.
        limit: The most bytes of a piece that is sent; 0 for no limit.
    """

    feed: str
    feed_field: str
    done: str
    take: str
    take_field: str
    end: str
    limit: int = 0


class SocketOperation(Endpoint, Generic[E_co], kw_only=True):
    """An operation that opens a socket.

    Args:
        hosts: Where the socket is, by base URL; with any other base URL it is there as well.
        send: The events that are sent, and the fields of the data of each that are bytes.
        events: Returns the type of the data for each event that is received.
        ready: The event that says that the session is ready.
        errors: Events that are raised and not delivered.
        turn: Events that end a turn.
        settings: The event that sets what the session is like; it is sent again after a reconnect.
        turn_after: Events that end a turn, too, if it was begun by sending a certain one.
        resume: Fields of received data, and where in the settings they go after a reconnect.
        pipe: How a pipe goes through it, if one does.
        method: The HTTP method of the handshake.
    """

    hosts: Mapping[str, str]
    send: Mapping[str, tuple[str, ...]]
    events: Callable[[], Mapping[str, type[object]]]
    ready: str
    errors: tuple[str, ...]
    turn: tuple[str, ...]
    settings: str
    turn_after: Mapping[str, tuple[str, ...]] = {}
    resume: Mapping[str, str] = {}
    pipe: Pipe | None = None
    method: str = "GET"
