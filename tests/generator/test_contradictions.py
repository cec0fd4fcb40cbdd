"""Documents that contradict themselves, or ask for what Python can't say, are one clear error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generator.errors import GeneratorError

if TYPE_CHECKING:
    from tests.generator.conftest import Generate

OK = "responses: {'200': {description: ok}}"


def answered(schema: str, more: str = "") -> str:
    """Return a document with one operation, and what it answers."""
    return f"""
paths:
  /a:
    get:
      operationId: a.b
      {more}
      responses:
        '200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}
"""


def streamed(path: str, method: str, keys: str) -> str:
    """Return a path with an operation that streams."""
    return f"""
  {path}:
    post:
      operationId: {method}
      x-client-stream: {{{keys}, end: [done]}}
      responses:
        '200': {{description: ok, content: {{text/event-stream: {{schema: {{type: string}}}}}}}}
"""


DATA = "{type: object, properties: {code: {type: integer}, data: %s}}"
TEXT = "{type: string}"
FILE = "{type: object, properties: {file: {type: string, format: binary}}}"
PARAMETERS = (
    "parameters: [{name: page, in: query, schema: {type: integer}},"
    " {name: size, in: query, schema: {type: integer}}]\n      "
)
PAGED = "x-client-pagination: {style: number, page: page, size: size, items: %s}"

DOCUMENTS = {
    "a file in JSON": (
        f"""
paths:
  /a:
    post:
      operationId: a.b
      requestBody: {{content: {{application/json: {{schema: {FILE}}}}}}}
      {OK}
""",
        "can't hold a file",
    ),
    "fields of one name": (
        answered(DATA % "{type: object, properties: {a_b: {type: string}, a-b: {type: string}}}"),
        "would both be called 'a_b'",
    ),
    "labels of one name": (
        answered(DATA % "{type: object, properties: {kind: {$ref: '#/components/schemas/Kind'}}}")
        + "components: {schemas: {Kind: {type: integer, enum: [1, 2], x-enum-varnames: [A, A]}}}",
        "the enumeration has 2 values and 1 names",
    ),
    "classes of one module": (
        answered(
            DATA % "{type: object, properties: {one: {$ref: '#/components/schemas/HTTPThing'},"
            " two: {$ref: '#/components/schemas/HttpThing'}}}"
        )
        + "components: {schemas: {HTTPThing: {type: object, properties: {x: {type: string}}},"
        " HttpThing: {type: object, properties: {y: {type: string}}}}}",
        "would both stand in the module",
    ),
    "unions of one name": (
        "paths:"
        + streamed("/a", "a.stream", f"name: AEvent, events: {{one: {TEXT}, done: {TEXT}}}")
        + streamed("/b", "b.stream", f"name: AEvent, events: {{two: {TEXT}, done: {TEXT}}}"),
        "two unions of events would both be called AEvent",
    ),
    "items that are not an array": (
        answered(
            DATA % "{type: object, properties: {items: {type: string}}}",
            PARAMETERS + PAGED % "data.items",
        ),
        "which is not an array",
    ),
    "items that are nowhere": (
        answered(
            DATA % "{type: object, properties: {items: {type: array, items: {type: string}}}}",
            PARAMETERS + PAGED % "data.things",
        ),
        "data.things",
    ),
    "pages of no object": (
        answered("{type: array, items: {type: string}}", PARAMETERS + PAGED % "data"),
        "x-client-pagination names fields of the answer, which is not an object",
    ),
    "a second place for a field": (
        answered("{type: string}", "x-client-also-in: result"),
        "x-client-also-in is about a result that is an object or a field of one",
    ),
    "an argument of other clients that is there": (
        f"""
paths:
  /a:
    get:
      operationId: a.b
      parameters: [{{name: id, in: query, schema: {TEXT}}}]
      x-client-instead: {{id: id}}
      {OK}
""",
        "a.b has the argument id",
    ),
    "an argument of other clients for which nothing stands": (
        answered(DATA % "{type: string}", "x-client-instead: {key: id}"),
        "has no argument id",
    ),
    "an attribute of other clients for which nothing stands": (
        "x-client-instead: {knowledge: books}\n" + answered(DATA % "{type: string}"),
        "there is no resource books",
    ),
    "groups that are answered with nothing": (
        f"""
paths:
  /a:
    get:
      operationId: a.b
      parameters: [{{name: ids, in: query, schema: {{type: array, items: {TEXT}}}}}]
      x-client-batch: {{argument: ids, size: 2, join: items}}
      {OK}
""",
        "x-client-batch names fields of the answer, which is not an object",
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_contradiction_is_one_error_with_its_place_and_a_remedy(
    generate: Generate, name: str
) -> None:
    document, fault = DOCUMENTS[name]
    with pytest.raises(GeneratorError, match=fault) as caught:
        generate(document)
    assert caught.value.remedy
    assert caught.value.pointer
