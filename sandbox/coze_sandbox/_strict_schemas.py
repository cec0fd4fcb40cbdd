"""The request side of a document, closed to what it does not list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coze_sandbox._forms import MULTIPART
from coze_sandbox._json import Object, is_array, is_object

if TYPE_CHECKING:
    from coze_sandbox._document import Document, Operation

COMPOSING = ("oneOf", "anyOf", "allOf")


def strict_schemas(document: Document) -> Object:
    """Return the request side of a document with `additionalProperties: false` where it is silent.

    Objects that list no properties stay open, as do the parts of a composed object: each of them
    sees the properties of the others. Deprecation marks go, for the validator warns of them.
    """
    schemas: Object = document.raw.get("components", {}).get("schemas", {})
    parts = set(_parts(document.raw))
    paths: dict[str, Object] = {}
    events = [event for one in document.operations for event in one.events.values()]
    for operation in (*document.operations, *events):
        paths.setdefault(operation.path, {})[operation.method.lower()] = _request_side(operation)
    return {
        "openapi": document.raw.get("openapi", "3.0.3"),
        "info": {"title": "requests", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {
                name: _strict(schema, part=f"#/components/schemas/{name}" in parts)
                for name, schema in schemas.items()
            }
        },
    }


def _request_side(operation: Operation) -> Object:
    parameters = [
        {**one, "schema": _strict(one["schema"]), "deprecated": False} if "schema" in one else one
        for one in operation.parameters
    ]
    request: Object = {"parameters": parameters, "responses": {}}
    if operation.bodies:
        body = operation.document.resolve(operation.raw["requestBody"])
        content = {name: _content(operation, name, one) for name, one in operation.bodies.items()}
        request["requestBody"] = {**body, "content": content}
    return request


def _content(operation: Operation, media_type: str, content: Object) -> Object:
    if "schema" not in content:
        return content
    made = {**content, "schema": _strict(content["schema"])}
    if media_type == MULTIPART:
        fields: Object = operation.document.resolve(content["schema"]).get("properties", {})
        # The validator turns the text of a part into a number or a truth value only by its style.
        made["encoding"] = {
            name: {"style": "form"}
            for name, field in fields.items()
            if operation.document.resolve(field).get("type") in ("integer", "number", "boolean")
        } | content.get("encoding", {})
    return made


def _strict(schema: Any, *, part: bool = False) -> Any:
    if not is_object(schema):
        return schema
    made = dict(schema)
    for word in ("items", "additionalProperties", "not"):
        if word in made:
            made[word] = _strict(made[word])
    parts = part or _is_composed(made)
    for word in COMPOSING:
        if is_array(made.get(word)):
            made[word] = [_strict(one, part=parts) for one in made[word]]
    if is_object(made.get("properties")):
        made["properties"] = {name: _strict(one) for name, one in made["properties"].items()}
        if not parts and made["properties"]:
            made.setdefault("additionalProperties", False)
    return made


def _is_composed(schema: Object) -> bool:
    """Return whether the members of a schema describe parts of one object, and not each its own."""
    words = [word for word in COMPOSING if word in schema]
    return bool(words) and (
        bool(schema.get("properties"))
        or len(schema.get("allOf", ())) > 1
        or ("allOf" in schema and len(words) > 1)
    )


def _parts(node: Any) -> list[str]:
    """Collect the references to schemas that are one of several parts of an object."""
    if is_array(node):
        return [ref for one in node for ref in _parts(one)]
    if not is_object(node):
        return []
    found = [ref for one in node.values() for ref in _parts(one)]
    if _is_composed(node):
        members = [one for word in COMPOSING for one in node.get(word, ())]
        found += [one["$ref"] for one in members if is_object(one) and "$ref" in one]
    return found
