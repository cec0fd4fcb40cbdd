"""Schemas get the names of their classes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from generator.errors import GeneratorError
from generator.normalise._names import name_components
from tests.generator.inline import REF, held, holding, yaml


def names(document: dict[str, Any]) -> dict[str, Any]:
    before = copy.deepcopy(document)
    result = name_components(document)
    assert document == before
    return result["components"]["schemas"]


def test_inline_objects_are_named_after_their_place() -> None:
    document = yaml("""
        paths:
          /bots:
            post:
              operationId: bots.versions.create
              parameters:
              - {name: page_filter, in: query, schema: {properties: {p: {type: string}}}}
              requestBody:
                content:
                  application/json:
                    schema:
                      properties:
                        model_config: {properties: {top_p: {type: number}}}
                        messages: {type: array, items: {properties: {m: {type: string}}}}
                        entries: {additionalProperties: {properties: {e: {type: string}}}}
                        either: {oneOf: [{type: string}, {properties: {o: {type: string}}}]}
                        both: {allOf: [{$ref: '#/components/schemas/upstream'}, {properties: {b: {}}}]}
                        status: {type: object, additionalProperties: {type: string}}
              responses:
                '200':
                  headers: {X-Limit: {schema: {properties: {h: {type: string}}}}}
                  content:
                    application/json:
                      schema: {properties: {data: {properties: {d: {type: string}}}}}
              x-client-stream:
                events: {message.delta: {properties: {s: {type: string}}}}
        components:
          schemas:
            upstream: {x-client-name: Upstream, properties: {list: {items: {properties: {i: {}}}}}}
    """)
    found = names(document)
    assert {name: list(schema.get("properties", [])) for name, schema in found.items()} == {
        "Upstream": ["list"],
        "UpstreamList": ["i"],
        "BotsVersionsCreatePageFilter": ["p"],
        "BotsVersionsCreateRequest": [
            "model_config", "messages", "entries", "either", "both", "status",
        ],
        "BotsVersionsCreateModelConfig": ["top_p"],
        "BotsVersionsCreateMessage": ["m"],
        "BotsVersionsCreateEntry": ["e"],
        "BotsVersionsCreateEither": ["o"],
        "BotsVersionsCreateBoth": [],
        "BotsVersionsCreateXLimit": ["h"],
        "BotsVersionsCreateResponse": ["data"],
        "BotsVersionsCreateData": ["d"],
        "BotsVersionsCreateMessageDelta": ["s"],
    }  # fmt: skip
    assert found["BotsVersionsCreateRequest"]["properties"]["messages"]["items"] == {
        "$ref": f"{REF}BotsVersionsCreateMessage"
    }
    assert found["BotsVersionsCreateBoth"]["allOf"][0] == {"$ref": f"{REF}Upstream"}


def test_a_chosen_name_is_the_name_and_names_what_is_within() -> None:
    schema = yaml(
        "{x-client-name: BotPage, properties: {items: {type: array, items: {x-client-name: Bot,"
        " properties: {a: {properties: {b: {}}}}}}, next: {properties: {c: {}}},"
        " mode: {x-client-name: Mode, type: string, enum: [x]}}}"
    )
    document = holding(schema)
    assert list(names(document)) == ["BotA", "Bot", "BotPageNext", "Mode", "BotPage"]
    assert held(name_components(document)) == {"$ref": f"{REF}BotPage"}


def test_renaming_a_component_renames_all_references_to_it() -> None:
    refs = yaml(
        "{oneOf: [{$ref: '#/components/schemas/properties_data'}], discriminator:"
        " {propertyName: t, mapping: {x: properties_data, y: '#/components/schemas/properties_data'}}}"
    )
    document = holding(
        {"items": refs},
        properties_data={"x-client-name": "Data", "properties": {"self": {"items": refs}}},
    )
    document["paths"]["/bots"]["get"]["x-client-stream"] = {"events": {"e": refs["oneOf"][0]}}
    result = name_components(document)
    assert "properties_data" not in json.dumps(result)
    assert held(result)["items"]["discriminator"]["mapping"] == {
        "x": f"{REF}Data",
        "y": f"{REF}Data",
    }
    stream = result["paths"]["/bots"]["get"]["x-client-stream"]
    assert stream["events"]["e"] == {"$ref": f"{REF}Data"}
    assert list(result["components"]["schemas"]) == ["Data"]


def test_one_shape_under_one_name_is_one_component() -> None:
    one = "{type: object, description: One., required: [a, b], properties: {a: {description: A.}, b: {}}}"
    two = (
        "{type: object, description: Two., required: [b, a], properties: {b: {}, a: {example: 1}}}"
    )
    document = holding(
        yaml(f"{{items: {{oneOf: [{one}, {two}, {{$ref: '#/components/schemas/Three'}}]}}}}"),
        Three=yaml(one) | {"x-client-name": "BotsListResponse", "description": "Three."},
    )
    result = name_components(document)
    assert result["components"]["schemas"] == {
        "BotsListResponse": yaml(one) | {"description": "Three."}
    }
    assert held(result)["items"]["oneOf"] == [
        {"description": "One.", "allOf": [{"$ref": f"{REF}BotsListResponse"}]},
        {"description": "Two.", "allOf": [{"$ref": f"{REF}BotsListResponse"}]},
        {"$ref": f"{REF}BotsListResponse"},
    ]


def test_null_is_allowed_where_it_was_and_nowhere_else() -> None:
    schema = yaml("{properties: {a: {x-client-name: A, nullable: true, properties: {x: {}}},"
                  " b: {x-client-name: A, properties: {x: {}}}}}")  # fmt: skip
    found = names(holding(schema))
    assert found["A"] == {"properties": {"x": {}}}
    assert found["BotsListResponse"]["properties"] == {
        "a": {"nullable": True, "allOf": [{"$ref": f"{REF}A"}]},
        "b": {"$ref": f"{REF}A"},
    }


def test_one_shape_may_be_referred_to_with_a_text_and_without() -> None:
    one = "{x-client-name: A, properties: {x: {$ref: '#/components/schemas/B'}}}"
    two = "{x-client-name: A, properties: {x: {description: X., allOf: [{$ref: '#/components/schemas/B'}]}}}"
    b = yaml("{properties: {y: {}}}")
    found = names(holding(yaml(f"{{properties: {{a: {one}, b: {two}}}}}"), B=b))
    assert set(found) == {"A", "B", "BotsListResponse"}


def test_integer_enumerations_with_names_are_components_and_others_are_not() -> None:
    schema = yaml("""
        properties:
          mode: {type: integer, enum: [0, 1], x-enum-varnames: [A, B]}
          codes: {type: array, items: {type: integer, enum: [2], x-enum-varnames: [C]}}
          plain: {type: integer, enum: [0, 1]}
          text: {type: string, enum: [a], x-enum-varnames: [A]}
    """)
    found = names(holding(schema))
    assert set(found) == {"BotsListResponse", "BotsListMode", "BotsListCode"}
    assert found["BotsListMode"]["x-enum-varnames"] == ["A", "B"]
    assert found["BotsListResponse"]["properties"]["text"]["type"] == "string"


@pytest.mark.parametrize(
    ("schema", "schemas", "text", "target"),
    [
        (
            "{$ref: '#/components/schemas/properties_data'}",
            "{properties_data: {properties: {a: {}}}}",
            "'properties_data' is not a class name",
            "$.components.schemas.properties_data",
        ),
        (
            "{x-client-name: A, properties: {a: {type: string}}}",
            "{A: {properties: {a: {type: integer}}}}",
            (
                "A is also /components/schemas/A, of another shape "
                '(/properties/a/type is "string" here, and there "integer")'
            ),
            "$.paths['/bots'].get.responses['200'].content['application/json'].schema",
        ),
        (
            "{oneOf: [{properties: {a: {}}}, {properties: {b: {}}}]}",
            "{}",
            "BotsListResponse is also",
            "$.paths['/bots'].get.responses['200'].content['application/json'].schema.oneOf[1]",
        ),
        (
            "{properties: {一: {properties: {a: {}}}}}",
            "{}",
            "BotsList is also",
            (
                "$.paths['/bots'].get.responses['200'].content['application/json']"
                ".schema.properties['二']"
            ),
        ),
    ],
)
def test_what_has_no_good_name_is_an_error_with_the_line_to_write(
    schema: str, schemas: str, text: str, target: str
) -> None:
    node = yaml(schema)
    if "一" in schema:
        node["properties"]["二"] = {"properties": {"b": {}}}
    with pytest.raises(GeneratorError) as caught:
        name_components(holding(node, **yaml(schemas)))
    assert text in caught.value.message
    assert caught.value.remedy == (
        f"Write in an overlay: {{target: {target}, update: {{x-client-name: <ClassName>}}}}."
    )
    assert caught.value.pointer


def test_a_number_that_was_chosen_is_a_name() -> None:
    document = holding({"$ref": f"{REF}A1"}, A1={"x-client-name": "Mp3", "properties": {"a": {}}})
    assert list(names(document)) == ["Mp3"]


def test_what_schemas_of_one_name_say_of_a_field_is_told_together() -> None:
    document = yaml("""
        paths: {}
        components:
          schemas:
            one: {x-client-name: Quota, properties: {a: {description: Left.}, b: {description: Is.}, c: {}}}
            two:
              x-client-name: Quota
              properties: {a: {description: Per day.}, b: {description: Is said. Is.}, c: {description: C.}}
    """)
    properties = names(document)["Quota"]["properties"]
    assert {name: schema["description"] for name, schema in properties.items()} == {
        "a": "Left.\n\nPer day.",
        "b": "Is said. Is.",
        "c": "C.",
    }


def test_a_field_keeps_the_text_of_its_own_schema_where_another_gives_the_class_its_own() -> None:
    document = yaml("""
        paths: {}
        components:
          schemas:
            one: {x-client-name: Quota, description: Basic., properties: {a: {}}}
            two: {x-client-name: Quota, description: In effect., properties: {a: {}}}
            Plan: {properties: {basic: {$ref: '#/components/schemas/one'}, effective: {$ref: '#/components/schemas/two'}}}
    """)
    assert names(document)["Plan"]["properties"] == {
        "basic": {"$ref": "#/components/schemas/Quota"},
        "effective": {
            "description": "In effect.",
            "allOf": [{"$ref": "#/components/schemas/Quota"}],
        },
    }
