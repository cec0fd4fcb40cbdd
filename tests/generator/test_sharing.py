from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from generator.errors import GeneratorError
from generator.normalise import normalise
from generator.normalise._limits import check_limits
from generator.normalise._operations import inline_references, shared_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = """
paths:
  /bots:
    parameters:
    - {$ref: '#/components/parameters/Space'}
    - {name: lang, in: header, schema: {type: string}}
    get:
      operationId: bots.list
      parameters: [{name: lang, in: header, schema: {type: integer}}]
      responses: {'200': {$ref: '#/components/responses/Again'}}
    post:
      operationId: bots.create
      requestBody: {$ref: '#/components/requestBodies/Bot'}
      responses: {'200': {description: OK}}
components:
  parameters: {Space: {name: space_id, in: query, schema: {type: string}}}
  requestBodies: {Bot: {content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}}}
  headers: {Log: {schema: {type: string}}}
  responses:
    Again: {$ref: '#/components/responses/Done'}
    Done: {description: OK, headers: {X-Log: {$ref: '#/components/headers/Log'}}}
"""


def test_what_operations_share_stands_in_them() -> None:
    document = normalise(yaml.safe_load(SHARED))
    item = document["paths"]["/bots"]
    assert list(item) == ["get", "post"]
    assert [(one["name"], one["schema"]["type"]) for one in item["get"]["parameters"]] == [
        ("space_id", "string"),
        ("lang", "integer"),
    ]
    assert [one["name"] for one in item["post"]["parameters"]] == ["space_id", "lang"]
    body = item["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/BotsCreateRequest"}
    assert item["get"]["responses"]["200"]["headers"] == {"X-Log": {"schema": {"type": "string"}}}
    assert list(document["components"]) == ["schemas"]


def test_methods_have_the_parameters_of_their_path(generate: Callable[[str], Any]) -> None:
    source = generate(SHARED).source("resources/bots.py")
    assert '"space_id": space_id' in source
    assert '"lang": lang' in source


@pytest.mark.parametrize(
    "ref", ["#/components/responses/Loop", "#/components/schemas/A", "#/components/responses/No"]
)
def test_a_reference_to_something_else_is_an_error(ref: str) -> None:
    responses = {"200": {"$ref": ref}}
    document = {
        "paths": {"/a": {"get": {"responses": responses}}},
        "components": {
            "schemas": {"A": {}},
            "responses": {"Loop": {"$ref": "#/components/responses/Loop"}},
        },
    }
    with pytest.raises(GeneratorError, match=r"leads (to no response|nowhere)") as caught:
        inline_references(document)
    assert "responses" in (caught.value.pointer or "")


def test_a_document_without_shared_parts_stays_as_it_is() -> None:
    document: dict[str, Any] = {"paths": {"/a": {"get": {"parameters": []}}}}
    assert shared_parameters(inline_references(document)) is document


REF = "#/components/schemas/"


@pytest.mark.parametrize(
    ("schemas", "message"),
    [
        (
            {"A": {"type": "array", "items": {"$ref": f"{REF}A"}}},
            "A: the component contains itself",
        ),
        (
            {
                "A": {"oneOf": [{"type": "string"}, {"$ref": f"{REF}B"}]},
                "B": {"type": "object", "additionalProperties": {"$ref": f"{REF}A"}},
            },
            "A: the component contains itself",
        ),
        (
            {
                f"A{'x' * number}": {
                    "type": "array",
                    "items": {"$ref": f"{REF}A{'x' * (number + 1)}"},
                }
                for number in range(120)
            }
            | {f"A{'x' * 120}": {}},
            "nested deeper than 100",
        ),
        (
            {
                "A": {"allOf": [{"$ref": f"{REF}B"}, {"$ref": f"{REF}C"}]},
                "B": {"properties": {f"b{number}": {} for number in range(1500)}},
                "C": {"properties": {f"c{number}": {} for number in range(1500)}},
            },
            "A: the component has more than 2000 properties",
        ),
    ],
    ids=["array of itself", "union of itself", "deep", "wide"],
)
def test_what_can_not_be_written_out_is_an_error(schemas: dict[str, Any], message: str) -> None:
    with pytest.raises(GeneratorError, match=message):
        check_limits({"components": {"schemas": schemas}})


def test_objects_may_hold_themselves() -> None:
    tree = {
        "properties": {
            "parent": {"nullable": True, "allOf": [{"$ref": f"{REF}Tree"}]},
            "nodes": {"type": "array", "items": {"$ref": f"{REF}Tree"}},
            "by_name": {"$ref": f"{REF}Trees"},
        },
        "additionalProperties": {"$ref": f"{REF}Tree"},
    }
    trees = {"type": "object", "additionalProperties": {"$ref": f"{REF}Tree"}}
    document = {"components": {"schemas": {"Tree": tree, "Trees": trees}}}
    assert check_limits(document) is document


def test_an_object_has_the_properties_of_another_under_any_of_its_names(
    generate: Callable[[str], Any],
) -> None:
    source = generate("""
paths:
  /bots:
    get:
      operationId: bots.retrieve
      responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Bot'}}}}}
components:
  schemas:
    Message: {type: object, properties: {content: {type: string}}}
    Named: {$ref: '#/components/schemas/Message'}
    Bot: {allOf: [{$ref: '#/components/schemas/Named'}, {type: object, properties: {status: {type: integer}}}]}
""").source("models/bot.py")
    assert "content: str | None" in source
    assert "status: int | None" in source
