"""What a document says of a WebSocket is checked, and is what the emitted package knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generator.errors import GeneratorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Package

    Generate = Callable[[str], Package]

DOCUMENT = """
servers: [{url: 'https://api.example.com'}, {url: 'https://api.example.org'}]
paths:
  /v1/talk:
    get:
      operationId: sockets.talk.create
      servers: [{url: 'https://ws.example.com'}, {url: 'https://ws.example.org'}]
      parameters: [{name: bot_id, in: query, required: true, schema: {type: string}}]
      responses: {'101': {description: Upgraded}}
      x-client-socket:
        name: TalkSocket
        events: TalkEvent
        send:
          talk.update: {$ref: '#/components/schemas/TalkSettings'}
          audio.append: {$ref: '#/components/schemas/Delta'}
          audio.complete: {}
          text.say: {$ref: '#/components/schemas/Text'}
        receive:
          talk.created: {}
          talk.begun: {$ref: '#/components/schemas/Talk'}
          talk.text: {$ref: '#/components/schemas/Text'}
          talk.ended: {$ref: '#/components/schemas/Talk'}
          fault: {$ref: '#/components/schemas/Fault'}
        ready: talk.created
        errors: [fault]
        turn: [talk.ended]
        turn_after: {text.say: [talk.text]}
        settings: talk.update
        resume: {talk_id: voice.talk_id}
        pipe: {feed: audio.append.delta, done: audio.complete, take: talk.text.text, end: talk.ended}
components:
  schemas:
    TalkSettings:
      type: object
      properties:
        voice: {type: object, x-client-name: Voice, properties: {talk_id: {type: string}}}
        from: {type: string, enum: [en, zh]}
    Delta: {type: object, required: [delta], properties: {delta: {type: string, format: byte}}}
    Text: {type: object, required: [text], properties: {text: {type: string, minLength: 1}}}
    Talk:
      allOf:
      - {type: object, required: [talk_id], properties: {talk_id: {type: string}}}
      - {type: object, properties: {seconds: {type: integer}}}
    Fault: {type: object, properties: {code: {type: integer}, msg: {type: string}}}
"""
BODY = """\
      requestBody:
        content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}
"""
KEY = "/paths/~1v1~1talk/get/x-client-socket"


def test_all_that_a_socket_says_makes_sense(generate: Generate) -> None:
    generate(DOCUMENT)


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("name: TalkSocket", "name: talk", "/name", "name is not a class name"),
        ("ready: talk.created", "ready: talk.made", "/ready", "'talk.made' is none of the events"),
        ("errors: [fault]", "errors: [oops]", "/errors/0", "'oops' is none of the events"),
        ("turn: [talk.ended]", "turn: [talk.begun, x]", "/turn/1", "'x' is none of the events"),
        ("settings: talk.update", "settings: talk.set", "/settings", "a program sends"),
        ("settings: talk.update", "settings: talk.created", "/settings", "a program sends"),
        ("{text.say: [", "{text.sing: [", "/turn_after/text.sing", "a program sends"),
        (": [talk.text]}", ": [x]}", "/turn_after/text.say/0", "a program receives"),
        ("done: audio.complete", "done: audio.end", "/pipe/done", "a program sends"),
        ("end: talk.ended}", "end: talk.over}", "/pipe/end", "a program receives"),
        ("feed: audio.append.delta", "feed: audio.append.chunk", "/pipe/feed", "'chunk' is not in"),
        ("feed: audio.append.delta", "feed: audio.add.delta", "/pipe/feed", "events under send"),
        ("take: talk.text.text", "take: talk.text", "/pipe/take", "'talk.text' is not in"),
        ("{talk_id: voice.talk_id}", "{id: voice.talk_id}", "/resume/id", "'id' is not in"),
        ("{talk_id: voice.talk_id}", "{talk_id: voice.id}", "/resume/talk_id", "'voice.id' is not"),
        ("text.say: {$ref", "close.now: {$ref", "/send/close.now", "a socket has 'close'"),
        ("text.say: {$ref", "say: {$ref", "/send", "send is not a map of event names"),
        ("audio.complete: {}", "audio.append.end: {}", "/send/audio.append.end", "hold the method"),
        ("talk.created: {}", "unknown: {}", "/receive/unknown", "an event of its own"),
        ("talk.created: {}", "reconnected: {}", "/receive/reconnected", "an event of its own"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_names_its_place_and_what_to_do(
    generate: Generate, old: str, new: str, place: str, told: str
) -> None:
    assert DOCUMENT.count(old) == 1
    with pytest.raises(GeneratorError) as caught:
        generate(DOCUMENT.replace(old, new))
    errors = {error.pointer: error for error in caught.value.errors}
    assert told in errors[KEY + place].message
    assert errors[KEY + place].remedy


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    get:\n", "    post:\n", "begins with a GET"),
        ("responses: {'101'", "responses: {'200'", "only answer of success is 101"),
        (", {url: 'https://ws.example.org'}]", "]", "one for each"),
        ("      x-client-socket:\n", f"{BODY}      x-client-socket:\n", "has no body"),
    ],
)
def test_what_could_not_begin_a_socket_is_refused(
    generate: Generate, old: str, new: str, told: str
) -> None:
    assert DOCUMENT.count(old) == 1
    with pytest.raises(GeneratorError) as caught:
        generate(DOCUMENT.replace(old, new))
    assert told in str(caught.value)
    assert caught.value.remedy
