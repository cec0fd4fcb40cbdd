"""A document and its Python client: the built one, or what default naming rules would make.

The latter has the form of the one in ``manifest.json``, so that both are compared alike. Methods
are called as their operations, classes as their components; an object that has no name is called
after the class or operation that holds it, and its field.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import define, field, frozen

from generator.diff.document import object_at, objects_at, schema_at, texts_at
from generator.diff.operations import Operation, operations_of
from generator.diff.parameters import LOCATIONS, parameter_schema
from generator.diff.schema import BINARY, schema_of
from generator.errors import GeneratorError
from generator.json_values import pascal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.diff.document import Document, Part, Parts
    from generator.diff.schema import Schema

Position: TypeAlias = Literal["argument", "field", "result"]

_DOTTED: Final = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)+")
_COMPONENTS: Final = "/components/schemas/"
_SCALARS: Final[Mapping[str, str]] = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
}
_LISTS: Final[Mapping[Position, str]] = {"argument": "Sequence", "field": "list", "result": "list"}
_MAPS: Final[Mapping[Position, str]] = {"argument": "Mapping", "field": "dict", "result": "dict"}
_PREFIX: Final[Mapping[Position, str]] = {"argument": "params.", "field": "", "result": "models."}


@frozen
class State:
    """The API and the client at one time.

    Attributes:
        document: The document.
        surface: The public surface of the client, as in ``manifest.json``.
        classes: The classes that stand for schemas, by JSON pointer.
    """

    document: Document
    surface: Mapping[str, Any]
    classes: Mapping[str, str]


def default_state(document: Document) -> State:
    """Return a document with the surface that default naming rules give it.

    Raises:
        GeneratorError: The document is not what OpenAPI allows at a place that is read.
    """
    builder = _Builder(document)
    methods: dict[str, Any] = {}
    senders: dict[str, Any] = {}
    events: dict[str, Any] = {}
    for operation in operations_of(document).values():
        if operation.node.get("x-client-internal") is True:
            continue
        path = _path(operation)
        if path in methods:
            path = f"{path}_{operation.method.lower()}"
        methods[path] = builder.method(path, operation)
        socket = object_at(operation.part, "x-client-socket")
        if socket[0]:
            senders |= builder.senders(operation, socket)
            events[str(socket[0].get("events"))] = builder.events(socket)
    surface = {
        "methods": methods,
        "senders": senders,
        "models": builder.models,
        "shapes": builder.shapes,
        "events": events,
    }
    return State(document, surface, builder.classes)


def _path(operation: Operation) -> str:
    """Return the dotted name of a method: the operation's own, else its first tag and its id."""
    id_ = operation.node.get("operationId")
    if isinstance(id_, str) and _DOTTED.fullmatch(id_):
        return id_
    name = _identifier(str(id_) if id_ else f"{operation.method} {operation.path}")
    tags = texts_at(operation.part, "tags")
    return f"{_identifier(tags[0])}.{name}" if tags else name


def _identifier(text: str) -> str:
    # Only documents without a client are named so, and the plan takes long to import.
    from generator.plan.names import attribute_name  # noqa: PLC0415

    try:
        return attribute_name(text, "")
    except GeneratorError:
        return "unnamed"


@define
class _Builder:
    document: Document
    models: dict[str, Any] = field(factory=dict[str, Any])
    shapes: dict[str, Any] = field(factory=dict[str, Any])
    classes: dict[str, str] = field(factory=dict[str, str])
    _taken: set[str] = field(factory=set[str])
    _open: set[int] = field(factory=set[int])
    _waiting: list[tuple[str, Schema, dict[str, Any]]] = field(
        factory=list["tuple[str, Schema, dict[str, Any]]"]
    )

    def method(self, path: str, operation: Operation) -> dict[str, Any]:
        hint = pascal(path)
        kind, returns = self._returns(hint, operation)
        arguments = self._arguments(hint, operation)
        self._fill()
        return {
            "operation": operation.label,
            "class": f"resources.{path.rpartition('.')[0]}",
            "kind": kind,
            "returns": returns,
            "arguments": arguments,
        }

    def senders(self, operation: Operation, socket: Part) -> dict[str, Any]:
        """Return the methods that send the events of a WebSocket."""
        name, found = str(socket[0].get("name")), dict[str, Any]()
        for event, part in objects_at(socket, "send"):
            arguments: dict[str, Any] = {}
            self._fields(arguments, f"{name}{pascal(event)}", schema_of(self.document, (part,)))
            found[f"{name}.{event}"] = {
                "operation": f"SEND {operation.path}#{event}",
                "class": f"sockets.{name}",
                "kind": "send",
                "returns": "None",
                "arguments": arguments,
            }
        self._fill()
        return found

    def events(self, socket: Part) -> dict[str, Any]:
        """Return the types of the data that a WebSocket receives."""
        found = {
            event: self._type((part,), "result", pascal(event))
            for event, part in objects_at(socket, "receive")
        }
        self._fill()
        return found

    def _arguments(self, hint: str, operation: Operation) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for (place, _), part in operation.parameters.items():
            name = part[0]["name"]
            required = part[0].get("required") is True or place == "path"
            parts = parameter_schema(self.document, part)
            self._argument(found, hint, f"{LOCATIONS.get(place, place)}.{name}", parts, required)
        body = self.document.follow(object_at(operation.part, "requestBody"))
        for _, media in self._chosen(body):
            schema = schema_of(self.document, schema_at(media))
            self._fields(found, hint, schema)
            if not schema.properties:
                required = body[0].get("required") is True
                self._argument(found, hint, "body.body", schema_at(media), required)
        return found

    def _fields(self, into: dict[str, Any], hint: str, schema: Schema) -> None:
        for name, parts in schema.properties.items():
            if "readOnly" not in schema_of(self.document, parts).keywords:
                self._argument(into, hint, f"body.{name}", parts, name in schema.required)

    def _argument(
        self,
        into: dict[str, Any],
        hint: str,
        wire: str,
        parts: Parts,
        required: bool,  # noqa: FBT001  # as the document says
    ) -> None:
        place, _, name = wire.partition(".")
        argument = _identifier(name)
        if argument in into:
            argument = f"{argument}_{place}"
        type_ = self._type(parts, "argument", f"{hint}{pascal(name)}")
        into[argument] = {
            "wire": wire,
            "type": type_ if required else _optional(type_),
            "required": required,
        }

    def _returns(self, hint: str, operation: Operation) -> tuple[str, str]:
        responses = dict(objects_at(operation.part, "responses"))
        success = sorted(status for status in responses if status.startswith("2")) or ["default"]
        if success[0] not in responses:
            return "call", "None"
        response = self.document.follow(responses[success[0]])
        for name, media in self._chosen(response):
            type_ = self._type(schema_at(media), "result", f"{hint}Response")
            if name.startswith("text/event-stream"):
                return "stream", f"Stream[{type_}]"
            if "json" in name or name.startswith(("*", "text/", "application/xml")):
                return "call", type_.removesuffix(" | None")
            return "download", "Download"
        return "call", "None"

    def _chosen(self, owner: Part) -> list[tuple[str, Part]]:
        """Return the media type that the client speaks: JSON if there is a choice."""
        content = [
            (name, self.document.follow(part)) for name, part in objects_at(owner, "content")
        ]
        return sorted(content, key=lambda one: "json" not in one[0])[:1]

    def _type(self, parts: Parts, position: Position, hint: str) -> str:
        schema = schema_of(self.document, parts)
        if id(schema) in self._open:
            return "Any"
        self._open.add(id(schema))
        members = self._members(schema, position, hint)
        self._open.remove(id(schema))
        if schema.nullable and position != "result":
            members.append("None")
        return "Any" if "Any" in members else " | ".join(dict.fromkeys(members))

    def _members(self, schema: Schema, position: Position, hint: str) -> list[str]:
        values: list[Any] = schema.keywords.get("enum") or list[Any]()
        if "const" in schema.keywords:
            values = [schema.keywords["const"]]
        kinds = set[type](map(type, values))
        if kinds in ({str}, {int}):
            return self._enumeration(schema, values, position)
        if schema.groups and not schema.properties:
            return [
                self._type(member, position, f"{hint}{number or ''}")
                for group in schema.groups
                for number, member in enumerate(group.members)
            ]
        return [self._plain(schema, kind, position, hint) for kind in sorted(schema.types)] or [
            "Any"
        ]

    def _plain(self, schema: Schema, kind: str, position: Position, hint: str) -> str:
        if kind == "array":
            item = self._type(schema.items, position, f"{hint}Item") if schema.items else "Any"
            return f"{_LISTS[position]}[{item}]"
        if kind == "object" and schema.properties:
            return f"{_PREFIX[position]}{self._class(schema, position, hint)}"
        if kind == "object":
            more = schema.additional
            value = "Any" if isinstance(more, bool) else self._type(more, position, f"{hint}Value")
            return f"{_MAPS[position]}[str, {value}]"
        if kind == "string" and schema.encoding == BINARY:
            return "FileContent" if position == "argument" else "bytes"
        if kind == "string" and schema.encoding[2] == "base64":
            return "bytes"
        return _SCALARS.get(kind, "Any")

    def _enumeration(self, schema: Schema, values: list[Any], position: Position) -> list[str]:
        base = type(values[0]).__name__
        literal = f"Literal[{', '.join(map(ascii, values))}]"
        name = self._name(schema, "")
        if position == "argument":
            if not name:
                return [literal]
            self.shapes[name] = {"alias": literal}
            return [f"params.{name}"]
        if position == "result":
            return [base]
        if name and base == "str":
            self.models[name] = {"module": f"models.{name}", "alias": f"{literal} | {base}"}
            return [name]
        return [literal, base]

    def _class(self, schema: Schema, position: Position, hint: str) -> str:
        """Return the name of the class of an object, whose contents ``_fill`` finds out."""
        name = self._name(schema, hint)
        if position == "argument" and name not in self.shapes:
            self.shapes[name] = {"keys": {}}
            self._waiting.append((name, schema, self.shapes[name]))
        elif position != "argument" and name not in self.models:
            self.models[name] = {"module": f"models.{name}", "fields": {}}
            self._waiting.append((name, schema, self.models[name]))
        return name

    def _fill(self) -> None:
        """Find out what the classes hold."""
        while self._waiting:
            name, schema, entry = self._waiting.pop()
            for wire, parts in schema.properties.items():
                required = wire in schema.required
                hint = f"{name}{pascal(wire)}"
                if "keys" in entry:
                    type_ = self._type(parts, "argument", hint)
                    entry["keys"][wire] = {"type": type_, "required": required}
                    continue
                type_ = self._type(parts, "field", hint)
                entry["fields"][_identifier(wire)] = {
                    "wire": wire,
                    "type": type_ if required else _optional(type_),
                    "required": required,
                }

    def _name(self, schema: Schema, hint: str) -> str:
        """Return the class that stands for a schema; for one without a name and hint, none."""
        found = self.classes.get(schema.pointer)
        if found is not None:
            return found
        name = hint
        if schema.pointer.startswith(_COMPONENTS):
            name = schema.pointer.removeprefix(_COMPONENTS)
            name = hint if "/" in name else re.sub(r"\W", "_", name)
        if not name:
            return ""
        while name in self._taken:
            name += "2"
        self._taken.add(name)
        self.classes[schema.pointer] = name
        return name


def _optional(type_: str) -> str:
    return type_ if type_ == "Any" or type_.endswith("None") else f"{type_} | None"
