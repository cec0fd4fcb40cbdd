"""What says the same compares equal, however it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.diff.comparison import compare_states
from generator.diff.rules import Verdict, rules
from generator.spec import load
from tests.diff.diff_samples import (
    Json,
    compare,
    document,
    header,
    ids,
    judged,
    operation,
    parameter,
    request_body,
    response,
    state,
)

TEXT: Json = {"type": "string", "maxLength": 9}
CAT: Json = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}
TREE: Json = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    },
}

SAME = {
    "a text by reference and in place": (TEXT, {"$ref": "#/components/schemas/Text"}),
    "allOf of one": (CAT, {"allOf": [CAT]}),
    "allOf of one reference": (
        {"$ref": "#/components/schemas/Cat"},
        {"allOf": [{"$ref": "#/components/schemas/Cat"}], "description": "The cat."},
    ),
    "allOf in pieces": (
        CAT,
        {
            "allOf": [
                {"type": "object", "properties": {"name": {"type": "string"}}},
                {"required": ["name"], "properties": {"name": {"maxLength": 9}}},
            ]
        },
    ),
    "allOf beside properties": (
        CAT,
        {"type": "object", "properties": {"name": TEXT}, "allOf": [{"required": ["name"]}]},
    ),
    "nested allOf": (CAT, {"allOf": [{"allOf": [CAT, {"description": "A cat."}]}]}),
    "the tightest limit of allOf": (TEXT, {"allOf": [TEXT, {"maxLength": 20}]}),
    "nullable and a type null": (
        {"type": "string", "nullable": True},
        {"type": ["string", "null"]},
    ),
    "nullable and an alternative null": (
        {"type": "string", "nullable": True},
        {"oneOf": [{"type": "null"}, {"type": "string"}]},
    ),
    "one alternative": (TEXT, {"oneOf": [TEXT]}),
    "the order of alternatives": (
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    ),
    "the order of values": (
        {"type": "string", "enum": ["a", "b"]},
        {"enum": ["b", "a"]},
    ),
    "one value": ({"const": "a"}, {"enum": ["a"], "type": "string"}),
    "limits that do not limit": (
        {"type": "array", "items": {}},
        {"type": "array", "items": {}, "minItems": 0, "uniqueItems": False},
    ),
    "exclusive limits of both versions": (
        {"type": "integer", "minimum": 1, "exclusiveMinimum": True},
        {"type": "integer", "exclusiveMinimum": 1},
    ),
    "a pattern that any text matches": ({"type": "string"}, {"type": "string", "pattern": ".*"}),
    "annotations": (
        TEXT,
        {**TEXT, "title": "T", "description": "D", "example": "E", "externalDocs": {"url": "U"}},
    ),
    "true and nothing for further properties": (
        {"type": "object", "additionalProperties": True},
        {"type": "object", "additionalProperties": {}},
    ),
    "a number with and without fraction": (
        {"type": "number", "maximum": 1, "default": 1},
        {"type": "number", "maximum": 1.0, "default": 1.0},
    ),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
@pytest.mark.parametrize("place", [request_body, response, parameter, header])
def test_two_ways_to_write_one_schema_are_equal(place: Json, one: Json, other: Json) -> None:
    components = {"components": {"schemas": {"Text": TEXT, "Cat": CAT}}}
    old, new = place(one) | components, place(other) | components
    # The class of a schema that has a name in one document alone is called otherwise.
    assert {change.wire for change in compare(old, new)} <= {"none"}
    assert {change.wire for change in compare(new, old)} <= {"none"}


def test_references_to_all_kinds_of_components_are_followed() -> None:
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    body = {"content": {"application/json": {"schema": CAT}}}
    answer = {"description": "ok", "headers": {"X-Rate": {"schema": {"type": "integer"}}}}
    inline = operation(parameters=[limit], requestBody=body, responses={"200": answer})
    named = operation(
        parameters=[{"$ref": "#/components/parameters/Limit"}],
        requestBody={"$ref": "#/components/requestBodies/Cat"},
        responses={"200": {"$ref": "#/components/responses/Ok"}},
    ) | {
        "components": {
            "parameters": {"Limit": limit},
            "requestBodies": {"Cat": body},
            "responses": {
                "Ok": {**answer, "headers": {"x-rate": {"$ref": "#/components/headers/Rate"}}}
            },
            "headers": {"Rate": {"schema": {"type": "integer"}}},
        }
    }
    assert compare(inline, named) == ()


def test_parameters_of_a_path_are_those_of_its_operations() -> None:
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    item = operation()["paths"]["/items"]
    assert (
        compare(
            operation(parameters=[limit]), document({"/items": {**item, "parameters": [limit]}})
        )
        == ()
    )


def test_the_order_of_everything_named_is_no_matter() -> None:
    def both(*names: str) -> Json:
        made = response({"type": "object", "properties": dict.fromkeys(names, TEXT)})
        return made | {"servers": [{"url": f"https://{name}.example"} for name in names]}

    assert compare(both("a", "b"), both("b", "a")) == ()


def test_the_order_of_alternatives_in_a_component_is_no_matter() -> None:
    members: list[Json] = [{"type": "string"}, {"type": "integer"}, CAT]
    old = response({"$ref": "#/components/schemas/Any"}, Any={"oneOf": members})
    new = response({"$ref": "#/components/schemas/Any"}, Any={"oneOf": members[::-1]})
    assert {change.wire for change in compare(old, new)} <= {"none"}


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(TREE, id="through a list"),
        pytest.param({"allOf": [{"$ref": "#/components/schemas/Tree"}, CAT]}, id="through allOf"),
        pytest.param(
            {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}, id="a list of itself"
        ),
        pytest.param(
            {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Tree"}]}, id="a union"
        ),
        pytest.param(
            {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Tree"}},
            id="through further properties",
        ),
        pytest.param({"not": {"$ref": "#/components/schemas/Tree"}}, id="through not"),
    ],
)
def test_cyclic_schemas_end(schema: Json) -> None:
    def tree(**extra: Json) -> Json:
        return response({"$ref": "#/components/schemas/Tree"}, Tree={**schema, **extra})

    assert compare(tree(), tree()) == ()
    assert "response-body-default-added" in ids(compare(tree(), tree(default="x")))


def test_a_cycle_differs_from_its_unrolled_form_in_nothing() -> None:
    unrolled = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
    }
    old = response({"$ref": "#/components/schemas/Tree"}, Tree=TREE)
    new = response(unrolled, Tree=TREE)
    assert {change.wire for change in compare(old, new)} <= {"none"}


def test_a_chain_of_a_thousand_schemas_is_followed_to_its_end() -> None:
    def chain(last: str) -> Json:
        links: Json = {
            f"S{at}": {
                "type": "object",
                "properties": {"next": {"$ref": f"#/components/schemas/S{at + 1}"}},
            }
            for at in range(1500)
        }
        links["S1500"] = {"type": last}
        return response({"$ref": "#/components/schemas/S0"}, **links)

    assert ids(compare(chain("string"), chain("boolean")))[0] == "response-property-type-changed"
    assert compare(chain("string"), chain("string")) == ()


def test_nothing_differs_from_itself() -> None:
    for rule in rules().values():
        if rule.example:
            assert judged(rule.example, rule.example.old) == (), rule.id


def test_the_bundled_document_does_not_differ_from_itself() -> None:
    path = Path(__file__).parents[2] / "openapi" / "coze.yaml"
    changes = compare_states(state(load(path)), state(load(path)))
    assert changes == ()
    assert Verdict.on(changes) == Verdict("none", "none", "none")
