"""What a document says of callbacks is what the emitted package knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest

from coze_core import Callback, UnknownCallback
from generator.errors import GeneratorError
from generator.manifest import surface
from generator.plan import make_plan
from generator.plan.gate import unread_callbacks

if TYPE_CHECKING:
    from tests.generator.conftest import Generate

DOCUMENT = """
paths:
  /v1/apps/{app_id}:
    put:
      operationId: apps.update
      parameters: [{name: app_id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: Success}}
      callbacks:
        event:
          '{$request.body#/url}':
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      oneOf:
                      - {$ref: '#/components/schemas/AppMade'}
                      - {$ref: '#/components/schemas/AppGone'}
              responses: {'200': {description: Success}}
              x-client-events:
                name: AppEvent
                header: {$ref: '#/components/schemas/AppHeader'}
                events:
                  app.made: {$ref: '#/components/schemas/AppMade'}
                  app.gone: {$ref: '#/components/schemas/AppGone'}
  /v1/chats:
    post:
      operationId: chats.stream
      x-client-stream: {name: ChatEvent, events: {done: {type: string}}, end: [done]}
      responses:
        '200': {description: Success, content: {text/event-stream: {schema: {type: string}}}}
components:
  schemas:
    AppHeader: {type: object, required: [id], properties: {id: {type: string}}}
    AppMade:
      type: object
      properties: {maker: {type: object, x-client-name: Maker, properties: {id: {type: string}}}}
    AppGone: {type: object, x-client-name: AppLeft, properties: {reason: {type: string}}}
"""


def test_the_events_of_a_callback_are_a_union_of_typed_members(generate: Generate) -> None:
    package = generate(DOCUMENT)
    events, models = package.load("events"), package.load("models")
    assert events.__all__ == ["AppEvent", "ChatEvent"]
    made, gone, unknown = get_args(events.AppEvent)
    assert made.__origin__ is gone.__origin__ is Callback
    assert get_args(made)[1:] == (models.AppHeader, models.AppMade)
    assert get_args(get_args(gone)[0]) == ("app.gone",)
    assert get_args(gone)[2] is models.AppLeft
    assert unknown == UnknownCallback[models.AppHeader]
    assert models.Maker(id="7").id == "7"


def test_the_manifest_names_the_events_of_callbacks(generate: Generate) -> None:
    plan = make_plan(generate(DOCUMENT).document)
    assert surface(plan)["callbacks"] == {
        "AppEvent": {
            "app.made": "models.AppMade",
            "app.gone": "models.AppLeft",
            "header": "models.AppHeader",
        }
    }
    assert "Maker" in surface(plan)["models"]


def test_an_operation_of_the_server_is_no_method(generate: Generate) -> None:
    assert [method.path for method in make_plan(generate(DOCUMENT).document).methods] == [
        "apps.update",
        "chats.stream",
    ]


OPERATION = "              x-client-events:\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: AppEvent", "name: app event", "name is not a class name"),
        ("name: AppEvent", "name: ChatEvent", "two unions of events would both be called"),
        ("header: {$ref: '#/components/schemas/AppHeader'}", "other: 1", "header is missing"),
        (
            "header: {$ref: '#/components/schemas/AppHeader'}",
            "header: 1",
            "header is not an object",
        ),
        (
            "app.gone: {$ref: '#/components/schemas/AppGone'}",
            "app.gone: 1",
            "app.gone is not an object",
        ),
        (
            OPERATION,
            f"              x-client-idempotent: true\n{OPERATION}",
            "does not belong here",
        ),
        (
            "operationId: chats.stream\n",
            "operationId: chats.stream\n      x-client-events: {name: A, header: {}, events: {}}\n",
            "Move it to the request of a callback that it is about",
        ),
        (
            "        event:\n",
            "        event:\n          x-client-events: {name: A, header: {}, events: {}}\n",
            "Move it to the request of a callback that it is about",
        ),
    ],
)
def test_what_makes_no_sense_is_one_error(
    generate: Generate, old: str, new: str, message: str
) -> None:
    assert DOCUMENT.count(old) == 1
    with pytest.raises(GeneratorError) as caught:
        generate(DOCUMENT.replace(old, new))
    assert message in str(caught.value)


def test_a_component_of_callbacks_alone_is_kept(generate: Generate) -> None:
    schemas: dict[str, Any] = generate(DOCUMENT).document["components"]["schemas"]
    assert list(schemas) == ["AppHeader", "AppLeft", "AppMade", "Maker"]


def test_a_callback_whose_events_nothing_describes_is_noted(generate: Generate) -> None:
    document = generate(DOCUMENT).document
    assert unread_callbacks(document) == []
    operation = document["paths"]["/v1/apps/{app_id}"]["put"]
    del operation["callbacks"]["event"]["{$request.body#/url}"]["post"]["x-client-events"]
    (note,) = unread_callbacks(document)
    assert note.startswith("/paths/~1v1~1apps~1{app_id}/put/callbacks/event: no x-client-events")
