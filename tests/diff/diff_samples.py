"""Small documents, and the documents that the examples of rules stand for."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.diff.comparison import compare_states
from generator.diff.document import Document
from generator.diff.facade import facade_changes
from generator.diff.revisions import FolderTree
from generator.diff.surface import State, default_state

if TYPE_CHECKING:
    from generator.diff.rules import Change, Example

Json = Any


def document(paths: Json = None, **rest: Json) -> Json:
    return {
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "paths": paths or {},
        **rest,
    }


def operation(**fields: Json) -> Json:
    base = {"operationId": "list_items", "responses": {"200": {"description": "ok"}}}
    return document({"/items": {"post": base | fields}})


def request_body(schema: Json, **components: Json) -> Json:
    made = operation(requestBody={"content": {"application/json": {"schema": schema}}})
    return made | ({"components": {"schemas": components}} if components else {})


def response(schema: Json, **components: Json) -> Json:
    content = {"application/json": {"schema": schema}}
    made = operation(responses={"200": {"description": "ok", "content": content}})
    return made | ({"components": {"schemas": components}} if components else {})


def event(side: str, schema: Json) -> Json:
    """Return a document with a WebSocket that sends or receives data of a schema."""
    events: Json = {"send": {}, "receive": {}} | {side: {"talk.text": schema}}
    return operation(**{"x-client-socket": {"name": "Talk", "events": "TalkEvent", **events}})


def parameter(schema: Json, **fields: Json) -> Json:
    return operation(parameters=[{"name": "value", "in": "query", "schema": schema} | fields])


def header(schema: Json) -> Json:
    headers = {"X-Value": {"schema": schema}}
    return operation(responses={"200": {"description": "ok", "headers": headers}})


def in_place(schema: Json, direction: str, scope: str) -> Json:
    """Return a document that uses a schema at one kind of place."""
    if scope == "parameter":
        return parameter(schema, required=True)
    if scope == "header":
        return header(schema)
    if scope == "property":
        schema = {"type": "object", "required": ["value"], "properties": {"value": schema}}
    return request_body(schema) if direction == "request" else response(schema)


def state(source: Json) -> State:
    return default_state(Document(source))


def compare(old: Json, new: Json) -> tuple[Change, ...]:
    """Return the changes between two raw documents, which are left as they are."""
    before, after = copy.deepcopy((old, new))
    found = compare_states(state(before), state(after))
    assert (before, after) == (old, new)
    return found


def compare_surfaces(old: Json, new: Json) -> tuple[Change, ...]:
    return compare_states(
        State(Document(document()), old, {}), State(Document(document()), new, {})
    )


def compare_modules(old: str, new: str) -> tuple[Change, ...]:
    with tempfile.TemporaryDirectory() as temporary:
        for name, text in (("old", old), ("new", new)):
            package = Path(temporary, name, "facade", "coze_core")
            package.mkdir(parents=True)
            (package / "__init__.py").write_text(text, encoding="utf-8")
        trees = [FolderTree(Path(temporary, name)) for name in ("old", "new")]
        return facade_changes(*trees)


def judged(example: Example, new: Json) -> tuple[Change, ...]:
    """Return the changes from the old side of an example to another side."""
    match example.kind:
        case "surface":
            return compare_surfaces(example.old, new)
        case "document":
            return compare(document(**example.old), document(**new))
        case "python":
            return compare_modules(example.old, new)
        case "operation":
            return compare(operation(**example.old), operation(**new))
        case "schema" | "property":
            direction, scope = example.place
            components = {"components": {"schemas": example.components or {}}}
            old, new = (in_place(side, direction, scope) for side in (example.old, new))
            return compare(old | components, new | components)


def ids(changes: tuple[Change, ...]) -> list[str]:
    return [change.id for change in changes]
