"""A document of OpenAPI 3.1, however odd, becomes one of 3.0 or is one clear error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import GeneratorError
from generator.normalise.version import to_openapi_30
from tests.generator.inline import ANY, held, holding

KEYS = (
    "$ref", "type", "const", "enum", "anyOf", "oneOf", "allOf", "items", "properties", "examples",
    "exclusiveMinimum", "minimum", "contentEncoding", "contentMediaType", "nullable", "not",
)  # fmt: skip
TYPES = st.sampled_from(["string", "integer", "number", "array", "object", "boolean", "null"])
SCHEMA = st.recursive(
    st.dictionaries(st.sampled_from(KEYS), ANY, max_size=2) | st.booleans(),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, max_size=4),
            "anyOf": st.lists(inner, max_size=3),
            "oneOf": st.lists(inner | st.just({"type": "null"}), max_size=3),
            "properties": st.dictionaries(st.text(max_size=2), inner, max_size=3),
            "items": inner,
            "exclusiveMaximum": st.integers() | st.floats(allow_nan=False),
            "const": ANY,
        },
    ),
    max_leaves=6,
)


@given(SCHEMA)
def test_any_schema_is_turned_or_refused(schema: Any) -> None:
    document = holding(schema) | {"openapi": "3.1.0"}
    refused: tuple[GeneratorError, ...] = ()
    turned: dict[str, Any] = {}
    try:
        turned = to_openapi_30(document)
    except GeneratorError as error:
        refused = tuple(error.errors)
    assert bool(refused) != bool(turned)
    assert all(one.pointer and one.remedy for one in refused)
    if turned and isinstance(schema, dict):
        assert to_openapi_30(turned) is turned
        kinds = held(turned).get("type")
        assert not (isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds))
        assert held(turned).keys().isdisjoint({"const", "contentEncoding"})


def test_all_that_has_no_form_is_told_at_once() -> None:
    document = holding({"if": {}, "properties": {"x": {"$defs": {}}}}) | {"openapi": "3.1.0"}
    with pytest.raises(GeneratorError) as caught:
        to_openapi_30(document)
    assert {one.message.split()[0] for one in caught.value.errors} == {"if", "$defs"}
