"""Errors of datamodel-code-generator, which says of none what it is about."""

from __future__ import annotations

import pytest

from generator.emit.shapes import request_shapes
from generator.errors import GeneratorError
from generator.plan.shapes import RequestDict


def shape(name: str, schema: dict[str, object]) -> RequestDict:
    return RequestDict(name=name, schema=schema, keys=(), alias="Any")


GOOD = {"type": "object", "properties": {"x": {"type": "string"}}}
BAD = {"type": "object", "required": "x"}


def test_each_schema_that_it_refuses_is_told_by_name() -> None:
    shapes = [shape("A", BAD), shape("B", GOOD), shape("C", BAD)]
    with pytest.raises(GeneratorError) as caught:
        request_shapes(shapes, dict.fromkeys("ABC", "A use."))
    assert [error.pointer for error in caught.value.errors] == [
        "/components/schemas/A",
        "/components/schemas/C",
    ]
    for error in caught.value.errors:
        assert error.message.startswith("datamodel-code-generator can't express the request shapes")


def test_a_reference_to_no_shape_is_told_of_the_schema_that_makes_it() -> None:
    lost = {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/Nowhere"}}}
    with pytest.raises(GeneratorError) as caught:
        request_shapes([shape("A", lost), shape("B", GOOD)], dict.fromkeys("AB", "A use."))
    assert [error.pointer for error in caught.value.errors] == ["/components/schemas/A"]
