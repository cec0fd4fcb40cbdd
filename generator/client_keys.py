"""The ``x-client-*`` keys as data: where each stands, what its value is, and what it means.

The checker (``vocabulary.py``), the plan and the table in ``overlays/README.md`` read them here.
"""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from generator.json_values import CLASS_NAME, MAX_NAME, is_array, is_object
from generator.skeleton import is_method_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@frozen
class Kind:
    """What a value must be.

    Attributes:
        label: What it is called.
        fits: Whether a value is of the kind.
    """

    label: str
    fits: Callable[[Any], bool]


@frozen
class Fields:
    """What an object must hold, and what it may hold."""

    required: Mapping[str, Kind | Fields]
    optional: Mapping[str, Kind | Fields] = {}


@frozen
class Choice:
    """Objects whose fields depend on the value of one of them."""

    by: str
    choices: Mapping[str, Fields]


@frozen
class PagingStyle:
    """A way to ask for a list page by page.

    Attributes:
        strategy: The class of ``coze_core`` that does it.
        request: The request names that it takes, in the order of its keyword arguments.
        answer: The places in the answer that it takes, likewise, and whether each must be there.
    """

    strategy: str
    request: tuple[str, ...]
    answer: Mapping[str, bool]

    @property
    def fields(self) -> Fields:
        """What ``x-client-pagination`` holds beside its style."""
        needed = (name for name, required in self.answer.items() if required)
        spare = (name for name, required in self.answer.items() if not required)
        return Fields(
            dict.fromkeys((*self.request, "size", "items", *needed), TEXT),
            {**dict.fromkeys(spare, TEXT), "max_size": COUNT},
        )


@frozen
class Key:
    """A key.

    Attributes:
        role: The role of the parts that may have it.
        name: The key.
        value: What its value is.
        meaning: What it says, in one sentence.
    """

    role: str
    name: str
    value: Kind | Fields | Choice
    meaning: str


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _are_texts(value: Any) -> bool:
    return is_array(value) and all(map(_is_text, value))


def is_class(value: Any) -> bool:
    """Return whether a value is a class name that Python allows."""
    return _is_text(value) and bool(CLASS_NAME.fullmatch(value)) and not keyword.iskeyword(value)


def _is_field(value: Any) -> bool:
    return _is_text(value) and len(value) <= MAX_NAME and bool(_FIELD_NAME.fullmatch(value))


def _are_events(value: Any) -> bool:
    return is_object(value) and all(map(is_object, value.values()))


TEXT: Final = Kind("a text", _is_text)
NAMED: Final = Kind(
    "a map of names to texts",
    lambda value: is_object(value) and all(map(_is_text, value.values())),
)
TEXTS: Final = Kind("a list of texts", _are_texts)
COUNT: Final = Kind("a number from 1", lambda value: type(value) is int and value > 0)
TRUE: Final = Kind("true", lambda value: value is True)
NAME: Final = Kind("a class name, as in BotList", is_class)
PATH: Final = Kind("a dotted path of lower-case Python names, as in bots.list", is_method_path)
FIELD: Final = Kind("a lower-case Python name, as in bot_id", _is_field)
NAME_OR_FIELD: Final = Kind(
    f"{NAME.label}, or {FIELD.label}", lambda value: is_class(value) or _is_field(value)
)
STATES: Final = Kind(
    "a list of states: texts or integers",
    lambda value: is_array(value) and all(_is_text(one) or type(one) is int for one in value),
)
PRESENT: Final = Kind(
    "true, or why the field may be absent", lambda value: value is True or _is_text(value)
)
SCHEMA: Final = Kind("a schema", is_object)
EVENTS: Final = Kind("a map of event names to schemas", _are_events)
SENDERS: Final = Kind(
    "a map of event names, dotted and in lower case as in chat.update, to schemas",
    lambda value: _are_events(value) and all(map(is_method_path, value)),
)
LISTS: Final = Kind(
    "a map of names to lists of texts",
    lambda value: is_object(value) and all(map(_are_texts, value.values())),
)

PAGING_STYLES: Final[Mapping[str, PagingStyle]] = {
    "number": PagingStyle("NumberPaging", ("page",), {"total": False, "has_more": False}),
    "token": PagingStyle("TokenPaging", ("token",), {"has_more": False, "next": True}),
    "window": PagingStyle(
        "WindowPaging", ("before", "after"), {"has_more": True, "first": True, "last": True}
    ),
}
"""The styles of ``x-client-pagination``."""

_RECOVER: Final = Fields(
    {
        **dict.fromkeys(("begin", "item", "status"), TEXT),
        **dict.fromkeys(("retrieve", "items"), PATH),
        **dict.fromkeys(("arguments", "states"), NAMED),
    }
)
_OUTCOME: Final = Fields(
    {**dict.fromkeys(("message", "text", "status", "usage"), TEXT), "ends": TEXTS},
    {"part": TEXT, "answer": NAMED},
)
_STREAM: Final = Fields(
    {"name": NAME, "events": EVENTS, "end": TEXTS},
    {
        "method": PATH,
        "switch": TEXT,
        "pause": TEXTS,
        "errors": TEXTS,
        "recover": _RECOVER,
        "outcome": _OUTCOME,
    },
)
_WAIT: Final = Fields(
    {
        "poll": PATH,
        "state": TEXT,
        **dict.fromkeys(("pending", "succeeded", "failed"), STATES),
    },
    {"action": STATES, "code": TEXT, "message": TEXT, "fixed": TEXTS},
)
_SOCKET: Final = Fields(
    {
        **dict.fromkeys(("name", "events"), NAME),
        "send": SENDERS,
        "receive": EVENTS,
        **dict.fromkeys(("ready", "settings"), TEXT),
        **dict.fromkeys(("errors", "turn"), TEXTS),
    },
    {
        "turn_after": LISTS,
        "resume": NAMED,
        "pipe": Fields(dict.fromkeys(("feed", "done", "take", "end"), TEXT), {"limit": COUNT}),
    },
)
SOCKET_MEMBERS: Final = frozenset(
    {"aclose", "close", "closed", "pipe", "response", "send", "turn", "until"}
)
"""What a socket has beside its senders: no event that is sent may begin with one of them."""
SOCKET_EVENTS: Final = frozenset({"reconnected", "unknown"})
"""What the runtime calls events of its own: none that is received may be called so."""
KEYS: Final = (
    Key(
        "document",
        "x-client-envelope",
        Fields({"data": TEXT, "fields": TEXTS}),
        "The field that holds the result, and the fields that only wrap it.",
    ),
    Key(
        "document",
        "x-client-instead",
        NAMED,
        "Attributes that other clients have, and the resources that stand for them.",
    ),
    Key(
        "operation",
        "x-client-pagination",
        Choice("style", {name: style.fields for name, style in PAGING_STYLES.items()}),
        "How a list is asked for page by page.",
    ),
    Key("operation", "x-client-stream", _STREAM, "The events of a stream."),
    Key("operation", "x-client-socket", _SOCKET, "The events of a WebSocket, both ways."),
    Key(
        "operation",
        "x-client-batch",
        Fields({"argument": TEXT, "size": COUNT, "join": TEXT}),
        "An argument of many values is sent in groups, and a list of the results joined.",
    ),
    Key("operation", "x-client-idempotent", TRUE, "A POST only reads, and may be sent again."),
    Key("operation", "x-client-internal", TRUE, "Only the hand-written client calls it."),
    Key("operation", "x-client-also-in", TEXT, "The field in which the result may also arrive."),
    Key(
        "operation",
        "x-client-instead",
        NAMED,
        "Arguments that other clients have, and the arguments that stand for them.",
    ),
    Key("operation", "x-client-permission", TEXT, "The permission that the token needs."),
    Key(
        "operation",
        "x-client-wait",
        _WAIT,
        "What goes on after the answer, to be waited for.",
    ),
    Key(
        "request of a callback",
        "x-client-events",
        Fields({"name": NAME, "header": SCHEMA, "events": EVENTS}),
        "The events that the platform sends.",
    ),
    Key("parameter", "x-client-constant", TEXT, "The value with which a header is always sent."),
    Key("parameter", "x-client-name", FIELD, "The name of the argument."),
    Key(
        "property",
        "x-client-name",
        NAME_OR_FIELD,
        "The name of the class, or of the argument and the attribute.",
    ),
    Key(
        "property",
        "x-client-present",
        PRESENT,
        "Answers hold the field, though nothing promises it.",
    ),
    Key(
        "property",
        "x-client-spelling-of",
        TEXT,
        "The property of the same object that it is another spelling of: both are one field.",
    ),
    Key("schema", "x-client-name", NAME, "The name of the class."),
)
