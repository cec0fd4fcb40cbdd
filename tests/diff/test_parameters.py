"""A parameter that becomes a list of what it was, and parameters that the server sends."""

from __future__ import annotations

import pytest

from tests.diff.diff_samples import Json, compare, document, ids, parameter

TEXT: Json = {"type": "string"}
LIST: Json = {"type": "array", "items": TEXT}


def test_one_value_is_a_list_of_one_where_each_is_sent_by_itself() -> None:
    rules = {change.id: change.wire for change in compare(parameter(TEXT), parameter(LIST))}
    assert rules["request-parameter-type-generalized"] == "compatible"
    assert "breaking" not in rules.values()
    assert ids(compare(parameter(LIST), parameter(TEXT))) == ["request-parameter-type-specialized"]


@pytest.mark.parametrize(
    ("schema", "fields"),
    [
        (LIST, {"explode": False}),
        (LIST, {"style": "pipeDelimited"}),
        (LIST, {"in": "header"}),
        (LIST | {"minItems": 2}, {}),
    ],
)
def test_one_value_is_no_list_elsewhere(schema: Json, fields: Json) -> None:
    place = {"in": fields["in"]} if "in" in fields else {}
    found = compare(parameter(TEXT, **place), parameter(schema, **fields))
    assert "request-parameter-type-changed" in ids(found)


def test_the_values_of_a_list_are_compared_with_the_one_value() -> None:
    numbers = parameter({"type": "array", "items": {"type": "integer"}})
    assert "request-parameter-type-specialized" in ids(compare(parameter(TEXT), numbers))


def test_parameters_that_the_server_sends_are_compared_both_ways() -> None:
    def hook(schema: Json) -> Json:
        sent = {"parameters": [{"name": "q", "in": "query", "schema": schema}]}
        item = {"post": sent | {"responses": {"200": {"description": "ok"}}}}
        return document(webhooks={"done": item}) | {"openapi": "3.1.0"}

    assert sorted(ids(compare(hook(TEXT), hook({"type": "integer"})))) == [
        "request-parameter-type-specialized",
        "response-header-type-specialized",
    ]
