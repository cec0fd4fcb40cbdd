"""OpenAPI documents for fuzzing: one that has a little of everything, and broken ones made of it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

DOCUMENT: dict[str, Any] = yaml.safe_load("""
openapi: 3.0.3
info: {title: Test, version: '1'}
servers: [{url: 'https://api.example.com'}]
security: [{bearer: []}]
x-client-envelope: {data: data, fields: [code, msg]}
paths:
  /v1/bots:
    parameters:
    - {$ref: '#/components/parameters/Space'}
    get:
      operationId: bots.list
      summary: Lists the bots.
      x-client-permission: listBot
      x-client-pagination: {style: number, page: page, size: size, items: data.items, total: data.total}
      parameters:
      - {name: page, in: query, schema: {type: integer, default: 1, minimum: 1}}
      - {name: size, in: query, schema: {type: integer, maximum: 50}}
      - {name: ids, in: query, style: form, explode: false, schema: {type: array, items: {type: string}}}
      - {name: X-Mode, in: header, x-client-constant: str, schema: {type: string}}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                type: object
                properties:
                  code: {type: integer}
                  msg: {type: string}
                  data: {$ref: '#/components/schemas/BotList'}
    post:
      operationId: bots.create
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, maxLength: 20, x-coze-example: Bot}
                mode: {type: string, enum: [a, b], default: a}
                model: {$ref: '#/components/schemas/ModelInfo'}
                extra: {type: object, additionalProperties: {type: string}}
      responses:
        '200': {$ref: '#/components/responses/Done'}
  /v1/bots/{bot_id}:
    get:
      operationId: bots.retrieve
      parameters:
      - {name: bot_id, in: path, required: true, schema: {type: string}}
      responses: {'200': {$ref: '#/components/responses/Done'}}
    delete:
      operationId: internals.delete
      x-client-internal: true
      deprecated: true
      parameters:
      - {name: bot_id, in: path, required: true, schema: {type: string}}
      responses: {'204': {description: Gone}}
  /v1/chat:
    post:
      operationId: chat.create
      x-client-stream:
        name: ChatEvent
        method: chat.stream
        switch: stream
        events: {delta: {$ref: '#/components/schemas/Message'}, done: {type: string}}
        end: [done]
        errors: [error]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                stream: {type: boolean}
                messages: {type: array, items: {$ref: '#/components/schemas/Message'}}
      responses:
        '200':
          description: OK
          content:
            application/json: {schema: {$ref: '#/components/schemas/Message'}}
            text/event-stream: {schema: {$ref: '#/components/schemas/Message'}}
  /v1/files:
    post:
      operationId: files.upload
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {file: {type: string, format: binary}}}
      responses: {'200': {description: OK, content: {audio/mpeg: {schema: {type: string, format: binary}}}}}
  /v1/things:
    post:
      operationId: things.mget
      x-client-idempotent: true
      x-client-batch: {argument: ids, size: 20, join: items}
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {ids: {type: array, items: {type: string}}}}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                type: object
                properties:
                  data:
                    type: object
                    x-client-name: Things
                    properties: {items: {type: array, items: {type: string}}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  parameters:
    Space: {name: space_id, in: query, schema: {type: string}}
  responses:
    Done:
      description: OK
      headers: {X-Log: {schema: {type: string}}}
      content:
        application/json:
          schema:
            type: object
            properties: {code: {type: integer}, msg: {type: string}, data: {$ref: '#/components/schemas/Bot'}}
  schemas:
    BotList:
      type: object
      required: [items, items]
      properties:
        items: {type: array, items: {$ref: '#/components/schemas/Bot'}}
        total: {type: integer, format: i64}
    Bot:
      title: A bot.
      allOf:
      - {$ref: '#/components/schemas/Named'}
      - type: object
        properties:
          status: {type: integer, enum: [1, 2], x-coze-enum-names: [Active, Idle]}
          parent: {nullable: true, allOf: [{$ref: '#/components/schemas/Bot'}]}
          either: {oneOf: [{type: string}, {$ref: '#/components/schemas/ModelInfo'}]}
          nested: {type: object, properties: {inputSchema: {type: string}, class: {type: string}}}
    Named: {type: object, properties: {id: {type: string}, name: {type: string, example: x}}}
    ModelInfo:
      type: object
      x-coze-order: [top_k, temperature]
      properties: {temperature: {type: number, format: double}, top_k: {type: integer}}
    Message:
      type: object
      description: '{"0": {"ops": [{"insert": "A *message*.\\n"}]}}'
      properties: {content: {type: string}, meta: {type: object}, kinds: {$ref: '#/components/schemas/Kind'}}
    Kind: {type: string, enum: [one, two]}
""")

OVERLAY: dict[str, Any] = yaml.safe_load("""
overlay: 1.1.0
info: {title: Test, version: '1'}
actions:
- {target: '$.info', description: why, update: {title: Tested}}
- {target: '$.paths.*.get.parameters', description: why, update: [{name: q, in: query, schema: {type: string}}]}
- {target: '$.components.schemas.Named.properties.name', description: why, remove: true}
- {target: '$.components.schemas.Named', description: why, copy: '$.components.schemas.ModelInfo', x-optional: true}
""")

_NAMES = (
    *("$ref", "type", "properties", "items", "allOf", "oneOf", "anyOf", "enum", "required"),
    *("nullable", "default", "example", "format", "additionalProperties", "parameters", "schema"),
    *("content", "responses", "requestBody", "headers", "callbacks", "name", "in", "title", "not"),
    *("description", "operationId", "discriminator", "pattern", "x-client-name", "x-enum-varnames"),
    *("x-client-stream", "x-client-pagination", "x-client-batch", "x-coze-example", "x-y", ""),
)
_TEXTS = (
    *("string", "integer", "object", "array", "number", "boolean", "null", "query", "path", "file"),
    *("#/components/schemas/Bot", "#/components/schemas/Kind", "#/components/schemas/Gone", "#"),
    *("#/components/parameters/Space", "#/components/responses/Done", "#/paths/~1v1~1bots/get"),
    *(
        "other.yaml#/a",
        "#/info/version",
        "#/components/schemas/BotList/properties/items",
        "../../x",
    ),
    *(
        "bots.list",
        "a.b.c.d",
        "chat",
        "Bot",
        "Model",
        "class",
        "__init__",
        "data.items",
        "\x00",
        "💥",
    ),
    *('"""', "\\", "{{ x }}", "a\nb", "2xx", "default", "200", "1e400", "NaN", "[", "(a+)+$", "è"),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([10**30, 1.5, -0.0, 1e300])
    | st.sampled_from(_TEXTS)
    | st.text(max_size=4)
)
KEYS = st.sampled_from(_NAMES + _TEXTS) | st.text(max_size=3)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the places of all values in a value."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def alike(value: Any, document: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values of the same kind, which more often pass for right."""
    match value:
        case bool():
            return st.just(not value)
        case int():
            return st.integers(-3, 100)
        case str():
            return st.sampled_from(_TEXTS)
        case _:
            same = [
                one for path in places(document) if type(one := at(document, path)) is type(value)
            ]
            return st.sampled_from(same).map(copy.deepcopy)


@st.composite
def broken(draw: st.DrawFn, whole: dict[str, Any] = DOCUMENT, most: int = 4) -> dict[str, Any]:
    """Return the document with some values replaced, moved, renamed, added or taken away."""
    document = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, most))):
        there = [path for path in places(document) if path]
        path = draw(st.sampled_from(there))
        holder, last = at(document, path[:-1]), path[-1]
        kinds = ["alike"] * 4 + ["junk", "junk", "delete", "copy", "rename", "add", "nest"]
        match draw(st.sampled_from(kinds)):
            case "alike":
                holder[last] = draw(alike(holder[last], document))
            case "junk":
                holder[last] = draw(JUNK)
            case "delete":
                del holder[last]
            case "copy":
                holder[last] = copy.deepcopy(at(document, draw(st.sampled_from(there))))
            case "rename" if isinstance(holder, dict):
                holder[draw(KEYS)] = holder.pop(last)
            case "nest":
                holder[last] = [holder[last]] if draw(st.booleans()) else {draw(KEYS): holder[last]}
            case _ if isinstance(holder, dict):
                holder[draw(KEYS)] = draw(JUNK)
            case _:
                holder.insert(last, draw(JUNK))
    return document
