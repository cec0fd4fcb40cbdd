"""References: what none leads to goes, and each leads to something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GeneratorError
from generator.normalise import normalise
from generator.normalise._references import (
    check_references,
    drop_unreferenced,
    wrap_ref_siblings,
)
from tests.generator.inline import REF, held, holding, yaml

if TYPE_CHECKING:
    from collections.abc import Callable


def test_components_without_a_reference_go() -> None:
    document = yaml("""
        paths:
          /a:
            get:
              parameters: [{$ref: '#/components/parameters/P'}]
              responses: {'200': {$ref: '#/components/responses/R'}}
              callbacks: {c: {'{$url}': {post: {requestBody: {$ref: '#/components/requestBodies/B'}}}}}
              x-client-stream: {events: {e: {$ref: '#/components/schemas/Event'}}}
        components:
          parameters: {P: {schema: {$ref: '#/components/schemas/ByParameter'}}, Q: {}}
          responses: {R: {headers: {h: {schema: {$ref: '#/components/schemas/ByHeader'}}}}}
          requestBodies: {B: {content: {j: {schema: {$ref: '#/components/schemas/Chain'}}}}}
          headers: {H: {schema: {$ref: '#/components/schemas/Orphan'}}}
          securitySchemes: {token: {type: http}}
          schemas:
            ByParameter: {discriminator: {mapping: {a: Mapped, b: '#/components/schemas/MappedToo'}}}
            ByHeader: {}
            Chain: {properties: {next: {items: {$ref: '#/components/schemas/Linked'}}}}
            Linked: {not: {$ref: '#/components/schemas/Chain'}}
            Event: {}
            Mapped: {}
            MappedToo: {}
            Orphan: {allOf: [{$ref: '#/components/schemas/OrphanToo'}]}
            OrphanToo: {example: {$ref: '#/components/schemas/Event'}}
    """)
    components = drop_unreferenced(document)["components"]
    assert {kind: set(named) for kind, named in components.items()} == {
        "parameters": {"P"},
        "responses": {"R"},
        "requestBodies": {"B"},
        "securitySchemes": {"token"},
        "schemas": {"ByParameter", "ByHeader", "Chain", "Linked", "Event", "Mapped", "MappedToo"},
    }
    assert "components" not in drop_unreferenced(holding({}, A={}))


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("{$ref: '#/components/schemas/Missing'}", "leads nowhere"),
        ("{$ref: 'other.yaml#/A'}", "leads out of the document"),
        ("{$ref: '#/info'}", "leads to no component"),
        ("{$ref: '#/components/schemas'}", "leads to no component"),
        ("{$ref: '#/components/schemas/A/properties/b'}", "leads to no component"),
        ("{discriminator: {mapping: {x: Missing}}}", "leads nowhere"),
    ],
)
def test_a_reference_leads_to_a_component(schema: str, message: str) -> None:
    document = holding(yaml(f"{{items: {schema}}}"), A={"properties": {"b": {}}})
    with pytest.raises(GeneratorError) as caught:
        check_references(document)
    assert message in str(caught.value)
    key = "$ref" if "$ref" in schema else "discriminator"
    assert str(caught.value.pointer).endswith(f"/schema/items/{key}")


@pytest.mark.parametrize(
    "schemas",
    [
        "{A: {$ref: '#/components/schemas/A'}}",
        (
            "{C: {$ref: '#/components/schemas/B'}, A: {$ref: '#/components/schemas/B'},"
            " B: {oneOf: [{}, {$ref: '#/components/schemas/A'}]}}"
        ),
        "{A: {allOf: [{anyOf: [{$ref: '#/components/schemas/A'}]}]}}",
    ],
)
def test_a_reference_alone_leads_not_back_to_itself(schemas: str) -> None:
    with pytest.raises(GeneratorError, match=r"/components/schemas/[AB]: the component refers to"):
        check_references(holding({"$ref": f"{REF}A"}, **yaml(schemas)))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{REF, description: D.}", "{description: D., allOf: [{REF}]}"),
        ("{REF, nullable: true, default: 1}", "{nullable: true, default: 1, allOf: [{REF}]}"),
        ("{REF, type: object, properties: {a: {}}}", "{REF}"),
        ("{allOf: [{REF, description: D.}, {minimum: 1}]}", "{allOf: [{REF}, {minimum: 1}]}"),
        ("{type: array, items: {REF, description: D.}}",
         "{type: array, items: {description: D., allOf: [{REF}]}}"),
    ],
)  # fmt: skip
def test_what_is_said_beside_a_reference_is_said_where_openapi_reads_it(
    given: str, expected: str
) -> None:
    given, expected = (text.replace("REF", f"$ref: '{REF}Bot'") for text in (given, expected))
    document = holding(yaml(given), Bot=yaml("{type: object, properties: {a: {type: string}}}"))
    assert held(wrap_ref_siblings(document)) == yaml(expected)
    result = normalise(document)
    assert normalise(result) == result


def test_a_component_that_is_another_is_a_reference_alone() -> None:
    document = holding(
        {"$ref": f"{REF}Named"},
        Named={"$ref": f"{REF}Bot", "description": "A bot."},
        Bot=yaml("{type: object, properties: {a: {type: string}}}"),
    )
    assert normalise(document)["components"]["schemas"]["Named"] == {"$ref": f"{REF}Bot"}


def test_a_type_may_hold_itself() -> None:
    tree = yaml(
        "{type: object, properties: {nodes: {type: array, items: {$ref: '#/components/schemas/Tree'}},"
        " parent: {nullable: true, allOf: [{$ref: '#/components/schemas/Tree'}]}},"
        ' x-coze-example: \'{"nodes": [{"nodes": []}]}\'}'
    )
    result = normalise(holding({"$ref": f"{REF}Tree"}, Tree=tree))
    assert result["components"]["schemas"]["Tree"]["example"] == {"nodes": [{"nodes": []}]}


BESIDE = """
paths:
  /v1/bots:
    post:
      operationId: bots.create
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Outer', description: Body.}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Outer', description: Body.}}}}}
components:
  schemas:
    Outer:
      type: object
      properties:
        data: {$ref: '#/components/schemas/Hold', description: Said of the result.}
    Hold:
      type: object
      properties:
        plain: {$ref: '#/components/schemas/Inner'}
        told: {$ref: '#/components/schemas/Inner', description: Said of the field.}
        empty: {$ref: '#/components/schemas/Inner', nullable: true}
        kind: {$ref: '#/components/schemas/Kind', description: Said of the kind.}
    Inner: {type: object, description: Said of the type., required: [a], properties: {a: {type: string}}}
    Kind: {type: string, description: A kind., enum: [a, b]}
"""


def test_what_is_said_beside_a_reference_is_kept(generate: Callable[[str], Any]) -> None:
    package = generate(BESIDE)
    method = package.load("resources.bots").Bots.create
    assert method.__annotations__["return"] == "models.Hold"
    assert "data: Said of the result." in method.__doc__
    model, shapes = package.source("models/hold.py"), package.source("params.py")
    for source in (model, shapes):
        assert source.count("class ") == (1 if source is model else 2)
        assert "Said of the field." in source
        assert "Said of the kind." in source
    assert model.count("Said of the type.") == 2
    assert model.count(": Inner | None = None") == 3
    assert "plain: NotRequired[Inner]" in shapes
    assert "told: NotRequired[Inner]" in shapes
    assert "empty: NotRequired[Inner | None]" in shapes
