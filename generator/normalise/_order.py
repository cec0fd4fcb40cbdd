"""The last passes: foreign keys go, and what is left stands in the usual order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from generator.normalise.walk import Node, Part, Role, rewrite
from generator.spec import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOREIGN: Final = ("x-coze-", "x-apihub-")
_FIRST: Final[Mapping[Role, tuple[str, ...]]] = {
    "document": (
        "openapi", "info", "externalDocs", "servers", "tags", "security", "paths", "components",
    ),
    "components": (
        "schemas", "responses", "parameters", "examples", "requestBodies", "headers",
        "securitySchemes", "links", "callbacks",
    ),
    "path": ("$ref", "summary", "description", "servers", "parameters", *METHODS),
    "operation": (
        "summary", "description", "operationId", "externalDocs", "tags", "deprecated", "security",
        "servers", "parameters", "requestBody", "responses", "callbacks", "x-client-internal",
        "x-client-permission", "x-client-idempotent", "x-client-also-in", "x-client-instead",
        "x-client-batch", "x-client-pagination", "x-client-stream", "x-client-socket",
        "x-client-wait",
    ),
    "parameter": (
        "$ref", "name", "in", "description", "required", "deprecated", "style", "explode",
        "schema", "content", "example", "examples",
    ),
    "body": ("$ref", "description", "required", "content"),
    "response": ("$ref", "description", "headers", "content", "links"),
    "schema": (
        "$ref", "description", "type", "format", "nullable", "deprecated", "enum",
        "x-enum-varnames", "default", "allOf", "oneOf", "anyOf", "not", "discriminator", "required",
        "properties", "items", "additionalProperties", "example",
    ),
}  # fmt: skip


def drop_vendor_extensions(document: Node) -> Node:
    """Drop the keys of the publisher's tools: ``x-coze-*`` and ``x-apihub-*``."""

    def change(part: Part) -> Node:
        left = {key: value for key, value in part.node.items() if not key.startswith(_FOREIGN)}
        return part.node if len(left) == len(part.node) else left

    return rewrite(document, dict.fromkeys(get_args(Role), change))


def sort_keys(document: Node) -> Node:
    """Sort paths and components, and put the fields of each part in their customary order."""

    def change(part: Part) -> Node:
        order = _FIRST[part.role]
        known = {key: part.node[key] for key in order if key in part.node}
        others = {key: value for key, value in part.node.items() if not key.startswith("x-")}
        node = known | others | part.node
        if part.role == "document":
            return node | {"paths": dict(sorted(node.get("paths", {}).items()))}
        if part.role == "components":
            return {kind: dict(sorted(named.items())) for kind, named in node.items()}
        return node

    return rewrite(document, dict.fromkeys(_FIRST, change))
