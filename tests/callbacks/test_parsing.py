from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_client import callbacks, models
from tests.callbacks.deliveries import EXAMPLES, SENT, body_of

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSES = {
    "url_verification": models.UrlVerificationEvent,
    "bot.published": models.BotPublishedEvent,
    "bot.deleted": models.BotDeletedEvent,
    "bot.unpublished": models.BotUnpublishedEvent,
    "benefit.usage": models.BenefitUsageEvent,
    "benefit.plugin.scale.requested": models.PluginScaleRequestedEvent,
    "benefit.plugin.scale.expired": models.PluginScaleExpiredEvent,
}


def test_there_is_an_example_and_a_class_for_each_event_of_the_document() -> None:
    assert set(EXAMPLES) == set(CLASSES) == set(SENT["post"]["x-client-events"]["events"])


@pytest.mark.parametrize("name", CLASSES)
def test_each_event_is_typed_and_loses_nothing(name: str) -> None:
    event = callbacks.parse(body_of(name))
    assert event.event_type == name
    assert type(event.event) is CLASSES[name]
    message = event.event.to_dict()
    assert {key: message[key] for key in EXAMPLES[name]["event"]} == EXAMPLES[name]["event"]
    assert event.header.to_dict() == EXAMPLES[name]["header"]


@pytest.mark.parametrize("name", CLASSES)
def test_numbers_are_texts_where_the_document_says_text(name: str) -> None:
    example = EXAMPLES[name]["event"]

    def numbers(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: numbers(inner) for key, inner in value.items()}
        return int(value) if isinstance(value, str) and value.isdecimal() else value

    message = callbacks.parse(body_of(name, **numbers(example))).event.to_dict()  # type: ignore[union-attr]
    assert {key: message[key] for key in example} == example


def test_texts_are_numbers_where_the_document_says_number() -> None:
    body = body_of("benefit.usage", consume_time="1700000000", root_entity_type="1")
    match callbacks.parse(body):
        case callbacks.Callback("benefit.usage", models.BenefitUsageEvent() as usage):
            assert (usage.consume_time, usage.root_entity_type) == (1_700_000_000, 1)
        case other:
            pytest.fail(repr(other))


BIG = 9_007_199_254_740_993  # a double would round it


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id_str": str(BIG)},
        {"bot_id_str": BIG},
        {"bot_id": str(BIG)},
        {"bot_id": BIG},
        {"bot_id_str": str(BIG), "bot_id": BIG - 1},
        {"bot_id_str": "", "bot_id": BIG},
        {"bot_id_str": None, "bot_id": BIG},
    ],
    ids=str,
)
def test_both_spellings_of_an_id_give_both_names_the_same_text(fields: dict[str, object]) -> None:
    body = json.dumps({"header": EXAMPLES["bot.published"]["header"], "event": fields}).encode()
    event = callbacks.parse(body)
    assert event.event_type == "bot.published"
    assert event.event.bot_id == event.event.bot_id_str == str(BIG)
    assert event.event.user_id is event.event.user_id_str is None


def test_an_event_of_an_unknown_type_is_passed_on() -> None:
    header = {"event_type": "bot.renamed", "event_id": 7, "created_at": 1}
    event = callbacks.parse(json.dumps({"header": header, "event": {"bot_id": BIG}}).encode())
    assert event == callbacks.UnknownCallback(
        "bot.renamed",
        models.CallbackHeader(event_type="bot.renamed", event_id="7", created_at=1),
        {"bot_id": BIG},
    )
    assert event.event_type == "unknown"
    assert "bot.renamed" in repr(event)


def test_what_does_not_fit_is_kept_as_it_came() -> None:
    event = callbacks.parse(body_of("bot.deleted", bot_name=["a"], description=True, space_id=None))
    assert event.event.to_dict() | {"bot_id": ""} == {  # type: ignore[union-attr]
        "bot_id": "",
        "bot_name": ["a"],
        "description": True,
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"header": {}, "event": {}}',
        b'{"header": {"event_type": "bot.deleted"}, "event": {}}',
        b'{"header": {"event_type": "", "event_id": "1"}, "event": {}}',
        b'{"header": {"event_type": "bot.deleted", "event_id": ["1"]}, "event": {}}',
        b'{"header": {"event_type": "bot.deleted", "event_id": "1"}}',
        b'{"header": {"event_type": "bot.deleted", "event_id": "1"}, "event": null}',
        b'{"header": {"event_type": "url_verification", "event_id": "1"}, "event": {}}',
        b'{"header": [], "event": {}}',
        b"[" * 5000,
    ],
    ids=lambda body: body[:70].decode(),
)
def test_a_body_that_is_no_callback_is_one_error(body: bytes) -> None:
    with pytest.raises(callbacks.PayloadError, match=r"of the callback|The callback") as caught:
        callbacks.parse(body)
    assert caught.value.status == 400


@pytest.mark.parametrize("make", [copy.copy, lambda event: pickle.loads(pickle.dumps(event))])  # noqa: S301  # our own bytes
@pytest.mark.parametrize("name", [*CLASSES, "other"])
def test_events_survive_copying_and_pickling(name: str, make: Callable[[Any], Any]) -> None:
    header = EXAMPLES["bot.deleted"]["header"] | {"event_type": name}
    fields = EXAMPLES.get(name, {"event": {"a": 1}})["event"]
    event = callbacks.parse(json.dumps({"header": header, "event": fields}).encode())
    assert make(event) == event
    assert event != callbacks.parse(body_of("bot.deleted", event_id="another"))


def test_the_union_names_each_event_once() -> None:
    names = [
        name
        for member in get_args(callbacks.CallbackEvent)
        for name in get_args(get_args(member)[0])
    ]
    assert sorted(names) == sorted(CLASSES)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
fields_of_all = sorted({key for example in EXAMPLES.values() for key in example["event"]})
bodies = st.fixed_dictionaries(
    {
        "header": st.fixed_dictionaries(
            {"event_type": st.sampled_from([*CLASSES, "other"]), "event_id": json_values},
            optional={"created_at": json_values, "connector_id": json_values},
        ),
        "event": st.dictionaries(st.sampled_from(fields_of_all), json_values, max_size=6),
    }
)


@given(st.one_of(bodies, json_values).map(json.dumps).map(str.encode) | st.binary())
def test_any_body_gives_an_event_or_the_one_error(body: bytes) -> None:
    try:
        event = callbacks.parse(body)
    except callbacks.PayloadError:
        return
    assert isinstance(event, callbacks.Callback)
    assert isinstance(event.header.event_id, str)
    assert event.event_type in repr(event) or event.event_type == "unknown"
