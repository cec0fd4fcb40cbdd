"""Operations for the hand-written part of the client only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from generator.errors import GeneratorError
from generator.manifest import surface
from generator.plan import make_plan

if TYPE_CHECKING:
    from tests.generator.conftest import Generate

DOCUMENT = """
paths:
  /things/{id}:
    get:
      operationId: things.retrieve
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Answer'}}}}}
  /token:
    post:
      operationId: keys.create_token
      x-client-internal: true
      security: []
      requestBody: {content: {application/json: {schema: {type: object, properties: {scope: {$ref: '#/components/schemas/Scope'}}}}}}
      responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Token'}}}}}
  /codes/{id}:
    get:
      operationId: keys.codes.retrieve
      x-client-internal: true
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: OK}}
components:
  schemas:
    Answer: {type: object, properties: {code: {type: integer}, data: {$ref: '#/components/schemas/Thing'}}}
    Thing: {type: object, properties: {owner: {$ref: '#/components/schemas/Owner'}}}
    Owner: {type: object, properties: {id: {type: string}}}
    Token: {type: object, required: [text], properties: {text: {type: string}, owner: {$ref: '#/components/schemas/Owner'}, secret: {$ref: '#/components/schemas/Secret'}}}
    Secret: {type: object, properties: {text: {type: string}}}
    Scope: {type: object, properties: {names: {type: array, items: {type: string}}}}
"""


def test_no_client_leads_to_internal_methods_and_an_import_does(generate: Generate) -> None:
    package = generate(DOCUMENT)
    root = package.load("resources").CozeAPI
    assert hasattr(root, "things")
    assert not hasattr(root, "keys")
    keys = package.load("resources.keys")
    assert callable(keys.Keys.create_token)
    assert callable(keys.AsyncKeys.create_token)
    assert hasattr(keys.Keys, "codes")
    assert package.load("models").Token(text="t").to_dict() == {"text": "t"}


def test_the_body_of_a_bare_answer_is_its_result(generate: Generate) -> None:
    operation = generate(DOCUMENT).load("resources.keys")._CREATE_TOKEN
    assert operation.unwrap is None
    assert operation.decoder.decode(b'{"text": "t"}').value.text == "t"


def test_the_public_surface_leaves_them_out_with_all_that_only_they_need(
    generate: Generate,
) -> None:
    found = surface(make_plan(generate(DOCUMENT).document))
    assert list(found["methods"]) == ["things.retrieve"]
    assert sorted(found["models"]) == ["Owner", "Thing"]
    assert found["shapes"] == {}


def test_the_effective_document_keeps_them(generate: Generate) -> None:
    operation = generate(DOCUMENT).document["paths"]["/token"]["post"]
    assert operation["x-client-internal"] is True
    assert operation["security"] == []


@pytest.mark.parametrize("name", ["things.secret", "things"])
def test_an_internal_method_among_public_ones_is_an_error(generate: Generate, name: str) -> None:
    document = DOCUMENT.replace("keys.create_token", f"{name}.create_token", 1)
    if name == "things":
        with pytest.raises(GeneratorError, match=re.escape("things.create_token is internal")):
            generate(document)
        return
    root = generate(document).load("resources").CozeAPI
    assert not hasattr(root(None).things, "secret")
