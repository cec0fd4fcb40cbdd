"""The effective document: its operations and what their `x-client-*` keys say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from coze_sandbox._errors import RefusalError
from coze_sandbox._json import Object, is_object

if TYPE_CHECKING:
    import os

T = TypeVar("T")

METHODS = ("get", "put", "post", "delete", "patch")
EVENT_STREAM = "text/event-stream"
JSON = "application/json"


class Envelope(msgspec.Struct, frozen=True):
    """`x-client-envelope`: the field of the result, and the fields that only wrap it."""

    data: str = "data"
    fields: tuple[str, ...] = ()


class Pagination(msgspec.Struct, frozen=True):
    """`x-client-pagination`: request names, and dotted places in the answer."""

    style: Literal["number", "token", "window"]
    items: str
    size: str
    page: str = ""
    token: str = ""
    before: str = ""
    after: str = ""
    total: str = ""
    has_more: str = ""
    next: str = ""
    first: str = ""
    last: str = ""
    max_size: int | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """The request names."""
        return (self.size, self.page, self.token, self.before, self.after)


class Batch(msgspec.Struct, frozen=True):
    """`x-client-batch`: the argument that is asked in groups of at most `size`."""

    argument: str
    size: int
    join: str = ""


class EventStream(msgspec.Struct, frozen=True):
    """`x-client-stream`: the events by wire name, and which of them end it, pause it or fail."""

    events: dict[str, dict[str, Any]]
    name: str = ""
    method: str = ""
    switch: str = ""
    end: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class Socket(msgspec.Struct, frozen=True):
    """`x-client-socket`: the events that are sent up and received, and what they mean."""

    send: dict[str, dict[str, Any]]
    receive: dict[str, dict[str, Any]]
    ready: str
    turn: tuple[str, ...]
    turn_after: dict[str, tuple[str, ...]] = {}
    errors: tuple[str, ...] = ()
    settings: str = ""
    events: str = ""


def has_data(node: Object) -> bool:
    """Return whether an event of this description has data."""
    return not node.keys() <= {"description"}


class Document:
    """An OpenAPI document with the keys of this project's dialect."""

    def __init__(self, raw: Object) -> None:
        self.raw = raw
        self.envelope = msgspec.convert(raw.get("x-client-envelope", {}), Envelope)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, in the order of the document."""
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.raw["paths"].items():
            for method in METHODS:
                if method in item:
                    yield Operation(self, method.upper(), path, item, item[method])

    def resolve(self, node: Any) -> Object:
        """Follow the `$ref`s of a node to what they name.

        Raises:
            ValueError: a reference leads nowhere.
        """
        while is_object(node) and "$ref" in node:
            ref = str(node["$ref"])
            node = self.raw
            for step in ref.removeprefix("#/").split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                if not is_object(node) or name not in node:
                    raise ValueError(f"{ref} leads nowhere. Repair the document")
                node = node[name]
        return node if is_object(node) else {}


@dataclass(frozen=True)
class Operation:
    """One operation: a method of a path."""

    document: Document
    method: str
    path: str
    item: Object
    raw: Object

    @cached_property
    def name(self) -> str:
        """The `operationId`."""
        return str(self.raw.get("operationId", f"{self.method} {self.path}"))

    def name_of(self, *, streamed: bool) -> str:
        """Return the name of the method that a caller used; the streaming variant has its own."""
        return (streamed and self.stream and self.stream.method) or self.name

    @cached_property
    def parameters(self) -> tuple[Object, ...]:
        """The parameters; those of the operation go before those of its path."""
        found: dict[tuple[str, str], Object] = {}
        for node in (*self.raw.get("parameters", ()), *self.item.get("parameters", ())):
            parameter = self.document.resolve(node)
            found.setdefault((parameter["in"], parameter["name"]), parameter)
        return tuple(found.values())

    def parameters_in(self, place: Literal["path", "query", "header"]) -> dict[str, Object]:
        """Return the parameters of one place, by name."""
        return {one["name"]: one for one in self.parameters if one["in"] == place}

    @cached_property
    def bodies(self) -> dict[str, Object]:
        """The accepted request bodies, by media type."""
        return self.document.resolve(self.raw.get("requestBody")).get("content", {})

    @cached_property
    def answers(self) -> dict[str, Object]:
        """The successful answers, by media type."""
        responses: Object = self.raw.get("responses", {})
        good = next((code for code in responses if code.startswith("2")), "default")
        return self.document.resolve(responses.get(good)).get("content", {})

    @cached_property
    def secured(self) -> bool:
        """Whether a bearer token is wanted; `security: []` says that none is, `{}` that one may."""
        return self.raw.get("security") != [] and {} not in self.raw.get("security", ())

    @cached_property
    def pagination(self) -> Pagination | None:
        return self._key("pagination", Pagination)

    @cached_property
    def batch(self) -> Batch | None:
        return self._key("batch", Batch)

    @cached_property
    def stream(self) -> EventStream | None:
        return self._key("stream", EventStream)

    @cached_property
    def socket(self) -> Socket | None:
        return self._key("socket", Socket)

    @cached_property
    def events(self) -> dict[str, Operation]:
        """The events that its socket takes, each as an operation whose body it is."""
        sent = self.socket.send if self.socket else {}
        return {name: self._event(name, data) for name, data in sent.items()}

    def check_upgrade(self, *, asked: bool) -> None:
        """Refuse to make a socket of a plain call, or the reverse."""
        if asked is (self.socket is None):
            kind = "no WebSocket" if asked else "a WebSocket; ask for an upgrade"
            raise RefusalError(f"{self.name} is {kind}")

    def _event(self, name: str, data: Object) -> Operation:
        filled = has_data(data)
        properties: Object = {
            "id": {"type": "string"},
            "event_type": {"type": "string"},
            "data": data if filled else {"type": "object", "maxProperties": 0},
        }
        required = ["event_type", "data"] if filled else ["event_type"]
        schema = {"type": "object", "required": required, "properties": properties}
        raw: Object = {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}
        return Operation(self.document, "POST", f"{self.path} {name}", {}, raw)

    def _key(self, key: str, kind: type[T]) -> T | None:
        value = self.raw.get(f"x-client-{key}")
        return None if value is None else msgspec.convert(value, kind)


def load(source: Mapping[str, Any] | str | os.PathLike[str] | None = None) -> Document:
    """Load a document.

    Args:
        source: the document itself, the path of a JSON file, or `None` for the one of `coze_api`.

    Raises:
        ValueError: it is no JSON, or no OpenAPI document.
        OSError: the file cannot be read.
    """
    if isinstance(source, Mapping):
        raw: Any = dict(source)
    else:
        if source is None:
            file = resources.files("coze_api").joinpath("openapi.json")
        else:
            file = Path(source)
        try:
            raw = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{file}: {error}. Give an OpenAPI document as JSON") from error
    if not is_object(raw) or "paths" not in raw:
        raise ValueError("the document has no `paths`. Give an OpenAPI document")
    return Document(raw)
