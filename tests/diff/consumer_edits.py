"""Valid edits of the document that the consumer's client is made from."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = Any
Way = tuple[str, ...]

DOCUMENT: Final[Json] = yaml.safe_load(
    Path(__file__).with_name("consumer.yaml").read_text(encoding="utf-8")
)
_CREATE: Final = ("paths", "/v1/bots", "post")
_SEARCH: Final = ("paths", "/v1/bots", "get")
_RETRIEVE: Final = ("paths", "/v1/bots/{bot_id}", "get")
_SCHEMAS: Final = ("components", "schemas")
_OBJECTS: Final = {
    "body": (*_CREATE, "requestBody", "content", "application/json", "schema"),
    **{name: (*_SCHEMAS, name) for name in DOCUMENT["components"]["schemas"]},
}
_OTHER: Final = {
    "string": {"type": "integer"},
    "integer": {"type": "boolean"},
    "number": {"type": "string"},
    "boolean": {"type": "string"},
    "array": {"type": "string"},
    "object": {"type": "array", "items": {"type": "string"}},
}


def at(document: Json, way: Way) -> Json:
    for step in way:
        document = document[step]
    return document


def edits() -> Iterator[tuple[str, Callable[[Json], Any]]]:
    """Yield all edits, each by a name that begins with its kind."""
    for name, way in _OBJECTS.items():
        yield (
            f"a new property: {name}",
            partial(_set, (*way, "properties"), fresh={"type": "string"}),
        )
        yield f"a new needed property: {name}", partial(_new_needed, way)
        for key, schema in at(DOCUMENT, way)["properties"].items():
            message = f"{name}.{key}"
            inner = (*way, "properties", key)
            yield f"removed: {message}", partial(_remove, way, key)
            yield f"renamed: {message}", partial(_rename, way, key)
            yield f"required or not: {message}", partial(_require, way, key)
            yield f"described: {message}", partial(_set, inner, description="Words.")
            if "$ref" not in schema:
                yield from _typed(message, inner, schema)
    for way in (_RETRIEVE, _SEARCH):
        yield f"a new argument: {way[1]}", partial(_parameter, way, required=False)
        yield f"a new needed argument: {way[1]}", partial(_parameter, way, required=True)
        for number, parameter in enumerate(at(DOCUMENT, way)["parameters"]):
            message = f"{way[1]}.{parameter['name']}"
            place = (*way, "parameters", number)
            if parameter["in"] != "path":
                yield f"no argument: {message}", partial(_drop, way, number)
                yield f"a renamed argument: {message}", partial(_set, place, name="other_name")
                yield f"a needed argument or not: {message}", partial(_needed, place)
            yield f"another argument: {message}", partial(_retype, (*place, "schema"))
    for path, item in DOCUMENT["paths"].items():
        for method in item:
            way = ("paths", path, method)
            yield f"no method: {method} {path}", partial(_unset, way[:2], method)
            yield f"a renamed method: {method} {path}", partial(_set, way, operationId="bots.other")
            yield f"deprecated: {method} {path}", partial(_set, way, deprecated=True)
    for name in at(DOCUMENT, _SCHEMAS):
        yield (
            f"a renamed class: {name}",
            partial(_set, (*_SCHEMAS, name), **{"x-client-name": "New"}),
        )
    yield "a new method", partial(_set, ("paths",), **{"/v1/tags": _TAGS})
    yield "no result", partial(_unset, (*_RETRIEVE, "responses", "200"), "content")


def _typed(message: str, inner: Way, schema: Json) -> Iterator[tuple[str, Callable[[Json], Any]]]:
    """Yield the edits of a property with a type of its own."""
    yield f"another type: {message}", partial(_retype, inner)
    yield f"nullable: {message}", partial(_set, inner, nullable=True)
    if schema["type"] == "integer":
        yield f"a wider type: {message}", partial(_set, inner, type="number")
        yield f"limited: {message}", partial(_set, inner, maximum=9)
    if schema["type"] == "string" and "enum" not in schema:
        yield f"restricted: {message}", partial(_set, inner, enum=["x", "y"])
    if "enum" in schema:
        yield f"a new value: {message}", partial(_set, inner, enum=[*schema["enum"], "new"])
        yield f"a value less: {message}", partial(_set, inner, enum=schema["enum"][:1])
        yield f"any value: {message}", partial(_unset, inner, "enum")
    if "items" in schema:
        yield f"other items: {message}", partial(_set, inner, items={"type": "integer"})
    if "additionalProperties" in schema:
        values = {"type": "integer"}
        yield f"other values: {message}", partial(_set, inner, additionalProperties=values)


_TAGS: Final = {"get": {"operationId": "tags.list", "responses": {"200": {"description": "Tags."}}}}


def _set(way: Way, document: Json, **fields: Json) -> None:
    at(document, way).update(fields)


def _unset(way: Way, key: str, document: Json) -> None:
    del at(document, way)[key]


def _remove(way: Way, key: str, document: Json) -> None:
    schema = at(document, way)
    del schema["properties"][key]
    schema["required"] = [name for name in schema.get("required", ()) if name != key]
    if not schema["required"]:
        del schema["required"]


def _rename(way: Way, key: str, document: Json) -> None:
    schema = at(document, way)
    properties = {
        f"{name}_now" if name == key else name: inner
        for name, inner in schema["properties"].items()
    }
    schema["properties"] = properties
    if "required" in schema:
        schema["required"] = [f"{name}_now" if name == key else name for name in schema["required"]]


def _require(way: Way, key: str, document: Json) -> None:
    schema = at(document, way)
    required = set(schema.pop("required", ())) ^ {key}
    if required:
        schema["required"] = sorted(required)


def _new_needed(way: Way, document: Json) -> None:
    _set((*way, "properties"), document, fresh={"type": "string"})
    _require(way, "fresh", document)


def _retype(way: Way, document: Json) -> None:
    schema = at(document, way)
    other = _OTHER[schema["type"]]
    schema.clear()
    schema.update(other)


def _parameter(way: Way, document: Json, *, required: bool) -> None:
    made = {"name": "fresh", "in": "query", "required": required, "schema": {"type": "string"}}
    at(document, way)["parameters"].append(made)


def _drop(way: Way, number: int, document: Json) -> None:
    del at(document, way)["parameters"][number]


def _needed(place: Way, document: Json) -> None:
    parameter = at(document, place)
    parameter["required"] = not parameter.get("required", False)
