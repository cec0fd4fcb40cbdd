"""What an answer holds that the document does not know; no text and no id of it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from attrs import evolve, frozen

from generator.json_values import is_array, is_object
from generator.normalise.walk import successes
from generator.spec import join, json_path, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Problem: TypeAlias = Literal["field", "type", "value", "event"]
_ENUM_LIKE: Final = re.compile(r"(?!.*\d{8})[\w.-]{0,40}")
_NAME: Final = re.compile(r"(?!.*\d{4})[A-Za-z_]\w{0,39}")
_KINDS: Final[dict[type[Any], str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
}


@frozen
class Observation:
    """A place of an answer.

    Attributes:
        pointer: Its JSON pointer; ``*`` stands for the items of arrays and the keys of maps.
        kind: The JSON type that it has.
        value: Its value, where the document lists values and it is like one.
        problem: What the document does not know.
        action: The overlay action that would make it known.
    """

    pointer: str
    kind: str
    value: str | int | None = None
    problem: Problem | None = None
    action: dict[str, Any] | None = None


@frozen
class Observer:
    """Holds answers against a document.

    Attributes:
        document: The document with all overlays applied.
    """

    document: dict[str, Any]

    def answer(self, operation: str, content: Any) -> Iterator[Observation]:
        """Yield what stands at each place of a success."""
        for status in successes(resolve(self.document, f"#{operation}")):
            at = join(operation, "responses", status)
            while "$ref" in (node := resolve(self.document, f"#{at}")):
                at = node["$ref"][1:]
            schemas = [join(at, "content", media, "schema") for media in node.get("content", {})]
            yield from self.observe(schemas, content)

    def event(self, operation: str, name: str, data: Any) -> Iterator[Observation]:
        """Yield what stands at each place of an event of a stream.

        Args:
            operation: The JSON pointer of the operation.
            name: The name of the event, with which the pointers of its places begin.
            data: Its data.
        """
        events = join(operation, "x-client-stream", "events")
        if name in resolve(self.document, f"#{events}"):
            yield from self.observe([join(events, name)], data, join("", name))
        elif _ENUM_LIKE.fullmatch(name):
            update = {"x-client-stream": {"events": {name: _sketch(data)}}}
            yield self._unknown(
                Observation(join("", name), _kind(data)), "event", operation, update
            )
        else:
            yield Observation("/*", _kind(data), problem="event")

    def observe(
        self, schemas: Iterable[str], value: Any, pointer: str = ""
    ) -> Iterator[Observation]:
        """Yield what stands at each place of a value."""
        nodes = dict(self._alternatives(schemas, set()))
        kind = _kind(value)
        typed = {at: node for at, node in nodes.items() if node.get("type") or node.get("enum")}
        fitting = [node for node in typed.values() if _admits(node, kind)]
        if typed and not fitting:
            at = next(iter(typed))
            update = {"nullable": True} if value is None else {"type": kind}
            yield self._unknown(Observation(pointer, kind), "type", at, update)
            return
        if is_object(value):
            yield Observation(pointer, kind)
            for name, inner in value.items():
                yield from self._field(nodes, name, inner, pointer)
        elif is_array(value):
            yield Observation(pointer, kind)
            items = [join(at, "items") for at, node in nodes.items() if "items" in node]
            for inner in value if items else ():
                yield from self.observe(items, inner, f"{pointer}/*")
        elif fitting and all("enum" in node for node in fitting) and value is not None:
            yield self._listed(typed, value, pointer)
        else:
            yield Observation(pointer, kind)

    def _field(
        self, nodes: dict[str, dict[str, Any]], name: str, value: Any, pointer: str
    ) -> Iterator[Observation]:
        holders = [at for at, node in nodes.items() if "properties" in node]
        known = [join(at, "properties", name) for at in holders if name in nodes[at]["properties"]]
        maps = [
            join(at, "additionalProperties")
            for at, node in nodes.items()
            if is_object(node.get("additionalProperties"))
        ]
        if known:
            yield from self.observe(known, value, join(pointer, name))
        elif maps:
            yield from self.observe(maps, value, f"{pointer}/*")
        elif holders and _NAME.fullmatch(name):
            update = {"properties": {name: _sketch(value)}}
            unknown = Observation(join(pointer, name), _kind(value))
            yield self._unknown(unknown, "field", holders[0], update)
        elif holders:
            yield Observation(f"{pointer}/*", _kind(value), problem="field")

    def _listed(
        self, nodes: dict[str, dict[str, Any]], value: str | float, pointer: str
    ) -> Observation:
        kind = _kind(value)
        if isinstance(value, float) or not _ENUM_LIKE.fullmatch(str(value)):
            return Observation(pointer, kind)
        if any(value in node.get("enum", ()) for node in nodes.values()):
            return Observation(pointer, kind, value)
        at = next(at for at, node in nodes.items() if "enum" in node)
        return self._unknown(Observation(pointer, kind, value), "value", at, {"enum": [value]})

    def _unknown(
        self, observation: Observation, problem: Problem, at: str, update: dict[str, Any]
    ) -> Observation:
        action = {
            "target": json_path(self.document, at),
            "description": "The service sends it.",
            "update": update,
        }
        return evolve(observation, problem=problem, action=action)

    def _alternatives(
        self, schemas: Iterable[str], met: set[str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the schemas that references and compositions lead to, by pointer."""
        for at in schemas:
            node = resolve(self.document, f"#{at}")
            if at in met or not is_object(node):
                continue
            met.add(at)
            if "$ref" in node:
                yield from self._alternatives([node["$ref"][1:]], met)
                continue
            yield at, node
            for key in ("allOf", "anyOf", "oneOf"):
                inner = (join(at, key, number) for number in range(len(node.get(key, ()))))
                yield from self._alternatives(inner, met)


def _admits(schema: dict[str, Any], kind: str) -> bool:
    types = schema.get("type", [])
    kinds = {types} if isinstance(types, str) else set(types)
    if kind == "null":
        return bool(schema.get("nullable")) or "null" in kinds or None in schema.get("enum", ())
    return not kinds or kind in kinds or (kind == "integer" and "number" in kinds)


def _kind(value: Any) -> str:
    type_: type[Any] = cast("type[Any]", type(value))
    return "null" if value is None else _KINDS.get(type_, "object")


def _sketch(value: Any) -> dict[str, Any]:
    """Return a schema of a value that is like it in types and names alone."""
    if value is None:
        return {}
    found: dict[str, Any] = {"type": _kind(value)}
    if is_array(value):
        found["items"] = _sketch(value[0]) if value else {}
    elif is_object(value):
        named = all(map(_NAME.fullmatch, value))
        fields = {name: _sketch(inner) for name, inner in value.items()}
        found |= {"properties": fields} if named else {"additionalProperties": True}
    return found
