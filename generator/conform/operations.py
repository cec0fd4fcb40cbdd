"""The operations of the built client: what the document says, and which methods call them."""

from __future__ import annotations

import json
from functools import cached_property, reduce
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from coze_core import Endpoint, SocketOperation, StreamOperation
from coze_core import Operation as CallOperation
from generator.conform.drift import Observer
from generator.conform.examples import path_values
from generator.spec import follow, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@frozen
class Argument:
    """An argument of a method.

    Attributes:
        name: Its name in Python.
        place: The part of the request that it goes to, such as path, query, body or files.
        wire: Its name there.
        kinds: The JSON types that the document allows for it.
        required: Whether callers must give it.
    """

    name: str
    place: str
    wire: str
    kinds: frozenset[str]
    required: bool


@frozen
class Method:
    """A method of the client.

    Attributes:
        path: Its dotted name.
        kind: What it gives: call, list, batch, stream, download or socket.
        arguments: What it takes.
        endpoint: What it knows about its HTTP operation.
    """

    path: str
    kind: str
    arguments: tuple[Argument, ...]
    endpoint: Endpoint

    @property
    def call(self) -> CallOperation[Any] | None:
        """The same where the answer is JSON."""
        is_call = isinstance(self.endpoint, CallOperation)
        return cast("CallOperation[Any]", self.endpoint) if is_call else None

    @property
    def stream(self) -> StreamOperation[Any] | None:
        """The same where the answer is a stream of events."""
        is_stream = isinstance(self.endpoint, StreamOperation)
        return cast("StreamOperation[Any]", self.endpoint) if is_stream else None

    @property
    def received(self) -> Mapping[str, type[object]]:
        """The types of the data of the events that a socket receives; nothing without a socket."""
        is_socket = isinstance(self.endpoint, SocketOperation)
        return cast("SocketOperation[Any]", self.endpoint).events() if is_socket else {}

    def on(self, client: object) -> Any:
        """Return the method of a client."""
        return reduce(getattr, self.path.split("."), client)

    def argument(self, place: str, wire: str) -> Argument | None:
        """Return the argument of a name in a part of the request; in the body it may be a file."""
        places = {"body", "files"} if place == "body" else {place}
        fitting = (one for one in self.arguments if one.wire == wire and one.place in places)
        return next(fitting, None)


@frozen
class Operation:
    """An operation of the document.

    Attributes:
        path: Its path.
        spec: The operation object.
        methods: The methods that call it: one, or two where its answer can be streamed.
    """

    path: str
    spec: Mapping[str, Any]
    methods: tuple[Method, ...]

    @property
    def plain(self) -> Method | None:
        """The method that does not stream."""
        return next((one for one in self.methods if one.kind != "stream"), None)

    @property
    def streamed(self) -> Method | None:
        """The method that streams."""
        return next((one for one in self.methods if one.kind == "stream"), None)

    @property
    def switch(self) -> str | None:
        """The field of the body that says whether the answer is to be streamed."""
        return self.spec.get("x-client-stream", {}).get("switch")


class Catalogue:
    """All operations of the built client.

    Attributes:
        senders: The methods that send events, by name, as in the manifest.

    Raises:
        ImportError: There is no built client.
    """

    def __init__(self) -> None:
        package = files("coze_api")
        self._document: dict[str, Any] = json.loads(
            package.joinpath("openapi.json").read_text("utf-8")
        )
        manifest = json.loads(package.joinpath("manifest.json").read_text("utf-8"))
        self._methods: dict[str, dict[str, Any]] = manifest["surface"]["methods"]
        self.senders: dict[str, dict[str, Any]] = manifest["surface"]["senders"]

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a method and a path, which may have values for its parameters."""
        fitting = [
            known
            for known, item in self._document["paths"].items()
            if method.lower() in item and path_values(known, path) is not None
        ]
        # What has no parameter at a place is meant before what has one.
        known = min(fitting, key=lambda one: one.count("{"), default=None)
        return self._operation(method.upper(), known) if known else None

    @property
    def methods(self) -> Iterator[Method]:
        """All public methods."""
        for name in dict.fromkeys(entry["operation"] for entry in self._methods.values()):
            method, _, path = name.partition(" ")
            yield from self._operation(method, path).methods

    def unlisted(self, operation: Operation, method: str, answer: Any) -> Iterator[str]:
        """Tell the values of an answer that are not among those that the document lists."""
        at = join("/paths", operation.path, method.lower())
        for one in Observer(self._document).answer(at, answer):
            if one.problem == "value":
                yield f"{one.pointer}: the document does not list {one.value!r}"

    @cached_property
    def envelope(self) -> frozenset[str]:
        """The fields of an answer that only wrap its result."""
        return frozenset(self._document["x-client-envelope"]["fields"])

    def _operation(self, http_method: str, path: str) -> Operation:
        spec = self._document["paths"][path][http_method.lower()]
        schemas = dict(self._argument_schemas(spec))
        methods = tuple(
            self._method(name, entry, schemas)
            for name, entry in self._methods.items()
            if entry["operation"] == f"{http_method} {path}"
        )
        return Operation(path, spec, methods)

    def _method(
        self, path: str, entry: dict[str, Any], schemas: Mapping[str, dict[str, Any]]
    ) -> Method:
        module = import_module(entry["class"].rpartition(".")[0])
        endpoints = (
            value
            for value in vars(module).values()
            if isinstance(value, Endpoint) and value.name == path
        )
        arguments = list[Argument]()
        for name, argument in entry["arguments"].items():
            place, _, wire = argument["wire"].partition(".")
            kinds = self._kinds(schemas.get(wire, {}))
            arguments.append(Argument(name, place, wire, kinds, argument["required"]))
        return Method(path, entry["kind"], tuple(arguments), next(endpoints))

    def _argument_schemas(self, spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for media in spec.get("requestBody", {}).get("content", {}).values():
            yield from follow(self._document, media["schema"]).get("properties", {}).items()
        for parameter in spec.get("parameters", []):
            yield parameter["name"], parameter["schema"]

    def _kinds(self, schema: dict[str, Any]) -> frozenset[str]:
        schema = follow(self._document, schema)
        members = [one for key in ("oneOf", "anyOf", "allOf") for one in schema.get(key, [])]
        kinds = frozenset([schema["type"]] if "type" in schema else [])
        return kinds.union(*map(self._kinds, members))
