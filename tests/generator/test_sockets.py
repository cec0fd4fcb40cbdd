"""What a document says of a WebSocket is checked, and is what the emitted package knows of it."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, get_args, get_type_hints

import pytest

from coze_core import Reconnected, SocketEvent, UnknownSocketEvent
from generator.errors import GeneratorError
from generator.manifest import surface
from generator.plan import make_plan

if TYPE_CHECKING:
    from tests.generator.conftest import Generate

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


def test_what_is_received_is_a_union_of_typed_events(generate: Generate) -> None:
    package = generate(DOCUMENT)
    events, models = package.load("events"), package.load("models")
    assert events.__all__ == ["TalkEvent"]
    *known, reconnected, unknown = get_args(events.TalkEvent)
    assert {one.__origin__ for one in known} == {SocketEvent}
    assert {get_args(name): data for name, data in map(get_args, known)} == {
        ("talk.created",): type(None),
        ("talk.begun", "talk.ended"): models.Talk,
        ("talk.text",): models.Text,
    }
    assert (reconnected, unknown) == (Reconnected, UnknownSocketEvent)


def test_each_event_that_is_sent_is_a_method_of_its_name(generate: Generate) -> None:
    sockets = generate(DOCUMENT).load("sockets")
    assert sockets.__all__ == ["AsyncTalkSocket", "TalkSocket"]
    for socket in (sockets.TalkSocket, sockets.AsyncTalkSocket):
        audio, talk = (
            get_type_hints(vars(socket)[name].func)["return"] for name in ("audio", "talk")
        )
        assert get_type_hints(audio.append)["delta"] is bytes
        assert [*signature(audio.complete).parameters] == ["self"]
        voice, from_ = [*signature(talk.update).parameters.values()][1:]
        assert (voice.name, from_.name) == ("voice", "from_")
        assert voice.kind is from_.kind is from_.KEYWORD_ONLY
    source = generate(DOCUMENT).source("sockets/talk_socket.py")
    assert 'await self._send("talk.update", {"voice": voice, "from": from_})' in source
    assert 'await self._send("audio.complete")' in source


def test_what_is_piped_is_typed_by_its_fields(generate: Generate) -> None:
    sockets = generate(DOCUMENT).load("sockets")
    hints = [get_type_hints(one.pipe) for one in (sockets.TalkSocket, sockets.AsyncTalkSocket)]
    assert [str(one["return"]) for one in hints] == [
        "collections.abc.Iterator[str]",
        "collections.abc.AsyncIterator[str]",
    ]
    assert [bytes in get_args(one["source"]) for one in hints] == [True, True]


def test_the_method_of_the_handshake_returns_the_socket(generate: Generate) -> None:
    package = generate(DOCUMENT)
    resource, sockets = package.load("resources.sockets_talk"), package.load("sockets")
    for prefix in ("", "Async"):
        create = getattr(resource, f"{prefix}SocketsTalk").create
        assert [*signature(create).parameters] == ["self", "bot_id", "reconnect"]
        assert get_type_hints(create)["return"] is getattr(sockets, f"{prefix}TalkSocket")
    operation = resource._CREATE
    assert operation.hosts == {
        "https://api.example.com": "https://ws.example.com",
        "https://api.example.org": "https://ws.example.org",
    }
    assert operation.turn == ("talk.ended",)


def test_the_manifest_tells_senders_and_events_apart(generate: Generate) -> None:
    found = surface(make_plan(generate(DOCUMENT).document))
    assert found["events"] == {
        "TalkEvent": {
            "talk.created": "None",
            "talk.begun": "models.Talk",
            "talk.ended": "models.Talk",
            "talk.text": "models.Text",
        }
    }
    assert {name: [*sender["arguments"]] for name, sender in found["senders"].items()} == {
        "TalkSocket.audio.append": ["delta"],
        "TalkSocket.audio.complete": [],
        "TalkSocket.talk.update": ["voice", "from_"],
        "TalkSocket.text.say": ["text"],
    }
    assert found["methods"]["sockets.talk.create"]["returns"] == "sockets.TalkSocket"
    assert found["methods"]["sockets.talk.create"]["behaviour"]["socket"]["turn"] == ("talk.ended",)


def test_without_hosts_of_its_own_a_socket_is_opened_at_the_base_url(generate: Generate) -> None:
    line = "      servers: [{url: 'https://ws.example.com'}, {url: 'https://ws.example.org'}]\n"
    assert line in DOCUMENT
    package = generate(DOCUMENT.replace(line, ""))
    hosts = package.load("resources.sockets_talk")._CREATE.hosts
    assert {*hosts} == {*hosts.values()}


def test_sockets_with_the_same_events_may_share_their_union(generate: Generate) -> None:
    package = generate(twice(DOCUMENT, "TalkSocket", "OtherSocket"))
    assert package.load("events").__all__ == ["TalkEvent"]
    assert package.load("sockets").OtherSocket


def twice(document: str, old: str, new: str) -> str:
    """Return the document with its path again, in which one thing is called otherwise."""
    start, end = document.index("  /v1/talk:"), document.index("components:")
    again = (
        document[start:end]
        .replace("/v1/talk", "/v1/other")
        .replace(".talk.create", ".other.create")
    )
    assert old in again
    return document[:end] + again.replace(old, new) + document[end:]


@pytest.mark.parametrize(
    ("old", "new", "place", "text"),
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
        ("name: TalkSocket", "name: Socket", "/name", "means something else"),
        ("events: TalkEvent", "events: SocketEvent", "/events", "means something else"),
        ("complete: {}", "complete: {type: string}", "/send/audio.complete", "not an object"),
        ("take: talk.text.text", "take: talk.ended.seconds", "/pipe/take", "neither a text nor"),
        ("send:\n", "send:\n          audio_.end: {}\n", "/name", "would both be called"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_names_its_place_and_what_to_do(
    generate: Generate, old: str, new: str, place: str, text: str
) -> None:
    assert DOCUMENT.count(old) == 1
    with pytest.raises(GeneratorError) as caught:
        generate(DOCUMENT.replace(old, new))
    errors = {error.pointer: error for error in caught.value.errors}
    assert text in errors[KEY + place].message
    assert errors[KEY + place].remedy


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("    get:\n", "    post:\n", "begins with a GET"),
        ("responses: {'101'", "responses: {'200'", "only answer of success is 101"),
        (", {url: 'https://ws.example.org'}]", "]", "one for each"),
        ("      x-client-socket:\n", f"{BODY}      x-client-socket:\n", "has no body"),
    ],
)
def test_what_could_not_begin_a_socket_is_refused(
    generate: Generate, old: str, new: str, text: str
) -> None:
    assert DOCUMENT.count(old) == 1
    with pytest.raises(GeneratorError) as caught:
        generate(DOCUMENT.replace(old, new))
    assert text in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("name: TalkSocket", "name: TalkSocket", "two classes would both be called TalkSocket"),
        ("name: TalkSocket", "name: TalkSocketAudio", "would both be called TalkSocketAudio"),
        ("talk.begun: {", "talk.started: {", "two unions of events would both be called TalkEvent"),
    ],
)
def test_two_sockets_do_not_share_what_differs(
    generate: Generate, old: str, new: str, text: str
) -> None:
    document = twice(DOCUMENT, old, new)
    if "begun" in old:
        document = document.replace("name: TalkSocket", "name: OtherSocket", 1)
    with pytest.raises(GeneratorError) as caught:
        generate(document)
    assert text in str(caught.value)


def test_a_parameter_can_not_have_the_name_of_the_argument_for_reconnects(
    generate: Generate,
) -> None:
    with pytest.raises(GeneratorError, match="two arguments would both be called 'reconnect'"):
        generate(DOCUMENT.replace("name: bot_id", "name: reconnect"))


def test_an_event_can_not_hold_a_file(generate: Generate) -> None:
    with pytest.raises(GeneratorError, match="can't hold a file"):
        generate(DOCUMENT.replace("format: byte", "format: binary"))
