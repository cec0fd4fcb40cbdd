"""The passes over single parts, and all of them together."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import GeneratorError
from generator.normalise import PASSES, normalise
from generator.normalise._names import name_components
from generator.normalise._operations import empty_bodies, response_descriptions
from generator.normalise._order import drop_vendor_extensions, sort_keys
from generator.normalise._schemas import (
    enum_names,
    examples,
    formats,
    property_order,
    required,
)
from generator.normalise._texts import titles
from generator.normalise.structure import check_structure
from tests.generator.inline import ANY, REF, held, holding, yaml


def changed(change: Any, schema: str) -> Any:
    """Return what a pass makes of a schema, given as YAML; the document must stay as it is."""
    document = holding(yaml(schema))
    before = copy.deepcopy(document)
    result = held(change(document))
    assert document == before
    return result


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        ("{title: A bot., type: object}", "{type: object, description: A bot.}"),
        ("{title: A bot., description: Other.}", "{description: A bot.}"),
        ("{title: '', description: Other.}", "{description: Other.}"),
        ("{title: A bot., description: ''}", "{description: A bot.}"),
        (
            "{properties: {title: {title: Its title.}}}",
            "{properties: {title: {description: Its title.}}}",
        ),
        (
            "{items: {additionalProperties: {oneOf: [{title: Deep.}]}}}",
            "{items: {additionalProperties: {oneOf: [{description: Deep.}]}}}",
        ),
        ("{example: {title: Kept.}}", "{example: {title: Kept.}}"),
    ],
)
def test_prose_titles_are_descriptions(schema: str, result: str) -> None:
    assert changed(titles, schema) == yaml(result)


def test_the_title_of_the_document_stays() -> None:
    assert titles(holding({}))["info"]["title"] == "Test"


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        ("{type: integer, format: i64}", "{type: integer, format: int64}"),
        ("{type: integer, format: i32}", "{type: integer, format: int32}"),
        ("{type: integer, format: int64}", "{type: integer, format: int64}"),
        ("{type: integer, format: int}", "{type: integer}"),
        ("{type: number, format: double}", "{type: number, format: double}"),
        ("{type: string, format: binary}", "{type: string, format: binary}"),
        ("{type: string, format: date-time}", "{type: string, format: date-time}"),
        ("{type: string, format: json}", "{type: string}"),
        ("{type: string, format: i64}", "{type: string}"),
        ("{type: boolean, format: bool}", "{type: boolean}"),
        ("{type: array, format: list}", "{type: array}"),
        ("{type: object, format: map}", "{type: object}"),
        ("{format: i64}", "{}"),
        ("{properties: {format: {type: string}}}", "{properties: {format: {type: string}}}"),
    ],
)
def test_formats_are_standard(schema: str, result: str) -> None:
    assert changed(formats, schema) == yaml(result)


@pytest.mark.parametrize("key", ["x-coze-enum-names", "x-apihub-enum-names", "x-enum-varnames"])
def test_enumerations_have_one_key_for_names(key: str) -> None:
    schema = f"{{type: integer, enum: [0, 1], {key}: [Off, On]}}"
    assert changed(enum_names, schema) == {
        "type": "integer",
        "enum": [0, 1],
        "x-enum-varnames": ["Off", "On"],
    }


def test_as_many_names_as_values_are_wanted() -> None:
    schema = yaml("{properties: {mode: {enum: [0, 1], x-coze-enum-names: [A, B, C]}}}")
    with pytest.raises(GeneratorError) as caught:
        enum_names(holding(schema))
    assert "2 values and 3 names" in str(caught.value)
    assert str(caught.value.pointer).endswith("/schema/properties/mode/x-coze-enum-names")


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        (
            "{properties: {a: {}, b: {}}, required: [b, a, b]}",
            "{properties: {a: {}, b: {}}, required: [b, a]}",
        ),
        ("{properties: {a: {}}, required: []}", "{properties: {a: {}}}"),
        ("{properties: {required: {}}}", "{properties: {required: {}}}"),
        ("{allOf: [{required: [a]}], required: [b]}", "{allOf: [{required: [a]}], required: [b]}"),
    ],
)
def test_required_names_properties_once(schema: str, result: str) -> None:
    assert changed(required, schema) == yaml(result)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("{properties: {a: {}}, required: [a, b]}", "/required/1: required names 'b'"),
        ("{properties: {name: {}}, required: [nam]}", "did you mean 'name'?"),
        ("{type: object, required: [a]}", "/required/0: required names 'a'"),
    ],
)
def test_required_that_names_no_property_is_refused(schema: str, message: str) -> None:
    with pytest.raises(GeneratorError) as caught:
        required(holding(yaml(schema)))
    assert message in str(caught.value)


@pytest.mark.parametrize("key", ["x-coze-order", "x-apihub-orders"])
def test_properties_stand_in_the_documented_order(key: str) -> None:
    schema = f"{{properties: {{a: {{}}, b: {{}}, c: {{}}}}, {key}: [c, missing, a]}}"
    assert list(changed(property_order, schema)["properties"]) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("method", "body", "is_dropped"),
    [
        ("get", "{content: {application/json: {schema: {type: object}}}}", True),
        ("delete", "{content: {application/json: {schema: {type: object, properties: {}}}}}", True),
        ("delete", "{content: {application/json: {}}}", True),
        ("delete", "{content: {application/json: {schema: {properties: {a: {}}}}}}", False),
        ("get", "{content: {application/json: {schema: {$ref: '#/a'}}}}", False),
        ("get", "{$ref: '#/components/requestBodies/A'}", False),
        ("delete", "{content: {application/json: {schema: {type: array}}}}", False),
        ("delete", "{content: {application/octet-stream: {schema: {type: string}}}}", False),
        ("delete", "{content: {application/octet-stream: {}}}", False),
        ("get", "{content: {multipart/form-data: {schema: {type: object}}}}", True),
        ("post", "{content: {application/json: {schema: {type: object}}}}", False),
    ],
)
def test_empty_bodies_of_bodiless_methods_go(method: str, body: str, *, is_dropped: bool) -> None:
    document = {"paths": {"/a": {method: {"requestBody": yaml(body)}}}}
    assert ("requestBody" not in empty_bodies(document)["paths"]["/a"][method]) == is_dropped


def test_each_answer_has_a_description() -> None:
    responses = yaml(
        "{'200': {}, '404': {description: ''}, default: {}, '5XX': {},"
        " '201': {description: Made.}, '500': {$ref: '#/components/responses/E'}}"
    )
    result = response_descriptions({"paths": {"/a": {"get": {"responses": responses}}}})
    assert result["paths"]["/a"]["get"]["responses"] == {
        "200": {"description": "OK"},
        "404": {"description": "Not Found"},
        "default": {"description": "Response"},
        "5XX": {"description": "Response"},
        "201": {"description": "Made."},
        "500": {"$ref": "#/components/responses/E"},
    }


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ("{type: string, x-coze-example: text}", "text"),
        ("{type: string, example: text}", "text"),
        ("{type: string, example: other, x-coze-example: text}", "text"),
        ("{type: string, x-coze-example: 12}", "12"),
        ("{type: string, x-coze-example: 7.4e18}", None),
        ("{type: string, x-coze-example: true}", None),
        ("{type: string, x-coze-example: '\"\"'}", None),
        ("{type: string, x-coze-example: '-'}", None),
        ("{type: string, x-coze-example: '\\'}", None),
        ("{type: string, x-coze-example: /}", None),
        ("{type: string, x-coze-example: ''}", None),
        ("{type: string, x-coze-example: null}", None),
        ("{type: string, enum: [a, b], x-coze-example: b}", "b"),
        ("{type: string, enum: [a, b], x-coze-example: c}", None),
        ("{type: string, pattern: '^x', x-coze-example: y}", None),
        ("{type: string, pattern: '(', x-coze-example: y}", None),
        ("{type: integer, x-coze-example: 3}", 3),
        ("{type: integer, x-coze-example: '3'}", 3),
        ("{type: integer, x-coze-example: 1.7e9}", 1_700_000_000),
        ("{type: integer, x-coze-example: 1.5}", None),
        ("{type: integer, x-coze-example: true}", None),
        ("{type: integer, maximum: 2, x-coze-example: 3}", None),
        ("{type: number, x-coze-example: '0.5'}", 0.5),
        ("{type: number, x-coze-example: 1}", 1),
        ("{type: boolean, x-coze-example: 'false'}", False),
        ("{type: boolean, x-coze-example: 'yes'}", None),
        ("{type: array, items: {type: string}, x-coze-example: '[\"a\"]'}", ["a"]),
        ("{type: array, items: {type: string}, x-coze-example: '[1]'}", None),
        ("{type: array, items: {type: string}, x-coze-example: '[ ]'}", []),
        ("{type: array, items: {type: string}, x-coze-example: '[\"a\"'}", None),
        ('{type: object, x-coze-example: \'{"a": {"b": [1]}}\'}', {"a": {"b": [1]}}),
        ("{type: object, x-coze-example: \"{ name: 'John' }\"}", None),
        ("{type: object, required: [a], properties: {a: {}}, x-coze-example: '{}'}", None),
        ("{x-coze-example: anything}", "anything"),
    ],
)
def test_examples_are_values_of_their_schema(schema: str, example: object) -> None:
    result = changed(examples, schema)
    assert "x-coze-example" not in result
    assert result.get("example") == example
    assert type(result.get("example")) is type(example)


def test_examples_are_held_to_the_components_they_refer_to() -> None:
    item = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    for given_, kept in (('[{"id": 1}]', True), ('[{"id": "x"}]', False), ("[{}]", False)):
        schema = {"type": "array", "items": {"$ref": f"{REF}Item"}, "x-coze-example": given_}
        assert ("example" in held(examples(holding(schema, Item=item)))) == kept


def test_the_keys_of_other_tools_go() -> None:
    document = holding(
        yaml("{x-coze-order: [a], x-enum-varnames: [A], properties: {x-coze-a: {}}}")
    )
    document["x-coze-doc-id"] = 1
    document["paths"]["/bots"]["get"] |= {"x-apihub-a": 1, "x-client-internal": True}
    result = drop_vendor_extensions(document)
    assert held(result) == {"x-enum-varnames": ["A"], "properties": {"x-coze-a": {}}}
    assert "x-coze-doc-id" not in result
    assert {"x-client-internal"} == {
        key for key in result["paths"]["/bots"]["get"] if key[0] == "x"
    }


def test_the_order_is_always_the_same() -> None:
    document = yaml("""
        x-a: 1
        components: {x-b: {}, schemas: {B: {}, A: {properties: {z: {}, a: {}}, type: object}}}
        paths:
          /b: {put: {}, get: {responses: {'200': {}}, x-c: 1, operationId: b, unknown: 1}}
          /a: {}
        openapi: 3.0.3
    """)
    result = sort_keys(document)
    assert list(result) == ["openapi", "paths", "components", "x-a"]
    assert list(result["paths"]) == ["/a", "/b"]
    assert list(result["paths"]["/b"]) == ["get", "put"]
    assert list(result["paths"]["/b"]["get"]) == ["operationId", "responses", "unknown", "x-c"]
    assert list(result["components"]["schemas"]) == ["A", "B"]
    assert list(result["components"]["schemas"]["A"]) == ["type", "properties"]
    assert list(result["components"]["schemas"]["A"]["properties"]) == ["z", "a"]


def everything() -> dict[str, Any]:
    """Return a document in which all the idioms stand."""
    return yaml("""
        openapi: 3.0.3
        info: {title: Test, version: '1'}
        paths:
          /bots/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: string, format: i64}}]
            delete:
              operationId: bots.delete
              requestBody: {content: {application/json: {schema: {type: object}}}}
              responses: {'200': {}}
            post:
              operationId: bots.update
              description: '{"0": {"ops": [{"insert": "Text.\\n"}]}}'
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      required: [mode]
                      properties:
                        mode: {type: integer, enum: [0], x-coze-enum-names: [Off], x-coze-example: 0}
                        tools: {type: array, items: {type: object, properties: {n: {type: string}}}}
                      x-coze-order: [tools]
              responses:
                '200':
                  content:
                    application/json:
                      schema:
                        allOf: [{$ref: '#/components/schemas/properties_data'}]
                        discriminator: {propertyName: a, mapping: {x: properties_data}}
              callbacks: {done: {'{$url}': {post: {responses: {'200': {}}}}}}
              x-client-stream: {events: {done: {type: string}}}
        components:
          schemas:
            properties_data: {type: object, x-client-name: Data, properties: {a: {title: An a.}}}
            orphan_1: {type: object, properties: {a: {}}}
    """)


def test_all_passes_together() -> None:
    document = everything()
    before = copy.deepcopy(document)
    result = normalise(document)
    assert document == before
    assert list(result["components"]["schemas"]) == [
        "BotsUpdateMode", "BotsUpdateRequest", "BotsUpdateTool", "Data",
    ]  # fmt: skip
    assert "requestBody" not in result["paths"]["/bots/{id}"]["delete"]
    assert result["paths"]["/bots/{id}"]["post"]["description"] == "Text."
    assert not any(word in json.dumps(result) for word in ("x-coze", "x-apihub", "x-client-name"))


def test_what_is_normal_stays_as_it_is() -> None:
    result = normalise(everything())
    assert json.dumps(normalise(result)) == json.dumps(result)


@pytest.mark.parametrize("change", PASSES, ids=lambda change: change.__name__)
def test_no_pass_touches_its_document(change: Any) -> None:
    document = everything()
    if change is name_components:
        del document["components"]["schemas"]["orphan_1"]
    before = copy.deepcopy(document)
    change(document)
    assert document == before


def test_a_document_that_is_too_deep_is_an_error() -> None:
    for field in ("items", "not", "additionalProperties"):
        schema: dict[str, Any] = {"properties": {"x": {}}}
        for _ in range(10_000):
            schema = {field: schema}
        with pytest.raises(GeneratorError, match="nested deeper than"):
            normalise(holding(schema))


def test_a_document_as_deep_as_allowed_is_fine() -> None:
    schema: dict[str, Any] = {"type": "string", "x-coze-example": "x"}
    for _ in range(88):
        schema = {"type": "array", "items": schema}
    normalise(holding(schema))


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("{type: [string, 'null']}", "/type: type is not one of string, number"),
        ("{properties: [a]}", "/properties: properties is not an object"),
        ("{properties: {a: text}}", "/properties/a: a is not an object"),
        ("{items: [{}]}", "/items: items is not an object"),
        ("{allOf: {}}", "/allOf: allOf is not an array"),
        ("{allOf: [1]}", "/allOf/0: allOf[0] is not an object"),
        ("{required: true}", "/required: required is not an array of texts"),
        ("{enum: a}", "/enum: enum is not an array"),
        (
            "{additionalProperties: 1}",
            "/additionalProperties: additionalProperties is not an object",
        ),
        ("{$ref: 1}", "/$ref: $ref is not a text"),
        ("{description: [1]}", "/description: description is not a text"),
    ],
)
def test_a_field_of_another_kind_is_an_error(schema: str, message: str) -> None:
    assert check_structure(holding(yaml("{additionalProperties: false, x-a: 1}")))
    with pytest.raises(GeneratorError) as caught:
        normalise(holding(yaml(schema)))
    assert f"/schema{message}" in str(caught.value)


def places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    found = [place] if place else []
    if isinstance(value, dict | list):
        for key, item in entries:
            found += (
                places(item, (*place, key)) if isinstance(item, dict | list) else [(*place, key)]
            )
    return found


@given(st.sampled_from(places(everything())), ANY)
def test_a_broken_document_is_normalised_or_is_one_error(
    place: tuple[Any, ...], value: Any
) -> None:
    document = everything()
    holder: Any = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    try:
        normalise(document)
    except GeneratorError as error:
        assert str(error)  # noqa: PT017  # most broken documents are errors, and some are none
