"""How to call each method of the client: arguments made from the effective spec."""

from __future__ import annotations

import json
from functools import reduce
from importlib.resources import files
from typing import Any, NamedTuple

SPEC: dict[str, Any] = json.loads(files("coze_api").joinpath("openapi.json").read_text("utf-8"))
MANIFEST: dict[str, Any] = json.loads(
    files("coze_api").joinpath("manifest.json").read_text("utf-8")
)
METHODS: dict[str, Any] = MANIFEST["surface"]["methods"]
CALLS = [path for path, entry in METHODS.items() if entry["kind"] != "socket"]
"""The methods that send a request and read its answer."""


CURSORS = ("token", "before", "after")
"""Where a list goes on: nothing that a first call could know."""


class Call(NamedTuple):
    """A call of one method: its arguments, and where the document wants each of them."""

    path: str
    kind: str
    operation: dict[str, Any]
    arguments: dict[str, Any]
    parts: dict[str, dict[str, Any]]

    def on(self, root: object) -> Any:
        """Return the bound method of a client."""
        return at(root, self.path)


def at(root: object, path: str) -> Any:
    """Return what stands at a dotted path below a client: a resource, or a method."""
    return reduce(getattr, path.split("."), root)


def call_of(path: str) -> Call:
    entry = METHODS[path]
    http_method, url = entry["operation"].split(" ", 1)
    operation = SPEC["paths"][url][http_method.lower()]
    schemas = _argument_schemas(operation)
    arguments: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    cursors = {operation.get("x-client-pagination", {}).get(key) for key in CURSORS}
    for name, argument in entry["arguments"].items():
        place, _, wire = argument["wire"].partition(".")
        if wire in cursors or place == "client":
            continue
        value = sample(schemas[wire], wire)
        arguments[name] = value
        parts.setdefault(place, {})[wire] = value
    return Call(path, entry["kind"], operation, arguments, parts)


def _argument_schemas(operation: dict[str, Any]) -> dict[str, Any]:
    schemas = {one["name"]: one["schema"] for one in operation.get("parameters", [])}
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schemas |= resolved(media["schema"]).get("properties", {})
    return schemas


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = SPEC["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def sample(schema: dict[str, Any], name: str, depth: int = 0) -> Any:
    """Return a value that the schema allows."""
    schema = resolved(schema)
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return sample(schema[key][0], name, depth)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "array":
            items = [] if depth > 2 else [sample(schema["items"], name, depth + 1)]
            return items * max(1, schema.get("minItems", 1))
        case "object":
            properties = schema.get("properties", {})
            required = schema.get("required", [])
            return {
                key: sample(inner, key, depth + 1)
                for key, inner in properties.items()
                if depth < 2 or key in required
            }
        case "string" if schema.get("format") == "binary":
            return ("sample.bin", b"content")
        case "string":
            return f"{name} 1&=ü"[: schema.get("maxLength", 100)]
        case _:
            return {"any": "thing"}
