"""Documents of one schema, written in a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from generator.reader import read_yaml

REF = "#/components/schemas/"


def yaml(text: str) -> Any:
    return read_yaml(text, Path("inline"))


def holding(schema: Any, **schemas: Any) -> dict[str, Any]:
    """Return a document with a schema as the answer of one operation."""
    content = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "bots.list",
        "responses": {"200": {"description": "OK", "content": content}},
    }
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "paths": {"/bots": {"get": operation}},
    }
    return document | ({"components": {"schemas": schemas}} if schemas else {})


def held(document: dict[str, Any]) -> Any:
    """Return the schema in a document of ``holding``."""
    responses = document["paths"]["/bots"]["get"]["responses"]
    return responses["200"]["content"]["application/json"]["schema"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
