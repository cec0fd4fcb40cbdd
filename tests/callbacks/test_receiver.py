from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_client import CozeError, callbacks
from tests.callbacks.deliveries import EXAMPLES, TOKEN, Handler, body_of, signed


def message(answer: callbacks.Answer) -> Any:
    return json.loads(answer.body)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "url_verification"])
def test_each_event_is_handled_and_answered(receiver: callbacks.Receiver, name: str) -> None:
    handler, body = Handler(), body_of(name)
    answer = receiver.receive(signed(body), body, handler)
    assert (answer.status, answer.body, answer.error) == (200, b"{}", None)
    assert answer.headers["content-type"] == "application/json"
    assert [event.event_type for event in handler.events] == [name]
    assert answer.event is handler.events[0]


@pytest.mark.parametrize("headers", [{}, "signed"], ids=["unsigned", "signed"])
def test_a_challenge_is_answered_without_the_handler(
    receiver: callbacks.Receiver, headers: Any
) -> None:
    handler, body = Handler(), body_of("url_verification")
    for _ in range(2):
        answer = receiver.receive(signed(body) if headers else {}, body, handler)
        assert answer.status == 200
        assert message(answer) == {"challenge": EXAMPLES["url_verification"]["event"]["challenge"]}
    assert not handler.events


def test_what_utf_8_has_no_bytes_for_is_answered_all_the_same(
    receiver: callbacks.Receiver,
) -> None:
    body = body_of("url_verification", challenge="\ud800")
    assert message(receiver.receive(signed(body), body, Handler())) == {"challenge": "\ud800"}
    body = body_of("bot.published")
    audit = callbacks.Audit("rejected", "\ud800")
    answer = receiver.receive(signed(body), body, lambda _: audit)
    assert message(answer)["audit"]["reason"] == "\ud800"


def test_a_challenge_with_a_wrong_signature_is_refused(receiver: callbacks.Receiver) -> None:
    body = body_of("url_verification")
    assert receiver.receive(signed(body, token="another"), body, Handler()).status == 401


refusals: list[tuple[dict[str, str], bytes, type[callbacks.CallbackError], int]] = [
    ({}, body_of("bot.deleted"), callbacks.SignatureError, 401),
    ({}, b"no JSON", callbacks.SignatureError, 401),
    (signed(b"other"), body_of("bot.deleted"), callbacks.SignatureError, 401),
    (signed(b"{}", ago=1e9), b"{}", callbacks.TimestampError, 401),
    (signed(b"no JSON"), b"no JSON", callbacks.PayloadError, 400),
    (signed(b"{}"), b"{}", callbacks.PayloadError, 400),
    ({}, b" " * 4_097, callbacks.BodyTooLargeError, 413),
    (signed(b""), b" " * 1_048_577, callbacks.BodyTooLargeError, 413),
    ({}, body_of("url_verification", challenge=1), callbacks.SignatureError, 401),
    ({}, body_of("url_verification") + b"x", callbacks.SignatureError, 401),
    ({}, b"[" * 4_096, callbacks.SignatureError, 401),
    ({}, b'{"header":' * 400, callbacks.SignatureError, 401),
    ({}, b"\xff" * 4_096, callbacks.SignatureError, 401),
]


@pytest.mark.parametrize(("headers", "body", "kind", "status"), refusals)
def test_what_is_refused_gets_the_right_status_and_a_clear_error(
    receiver: callbacks.Receiver,
    headers: dict[str, str],
    body: bytes,
    kind: type[callbacks.CallbackError],
    status: int,
) -> None:
    handler = Handler()
    answer = receiver.receive(headers, body, handler)
    assert answer.status == status
    assert type(answer.error) is kind
    assert isinstance(answer.error, CozeError)
    assert message(answer) == {"error": str(answer.error)}
    assert not handler.events


def test_the_limit_of_a_body_is_counted_in_bytes() -> None:
    body = body_of("bot.deleted", bot_name="天")
    for limit, status in [(len(body), 200), (len(body) - 1, 413)]:
        receiver = callbacks.Receiver(TOKEN, max_body=limit)
        assert receiver.receive(signed(body), body, Handler()).status == status


def test_an_event_is_handled_once_however_often_it_is_told(receiver: callbacks.Receiver) -> None:
    handler = Handler(callbacks.Audit("approved", share_link="https://x.test"))
    body = body_of("bot.published")
    recorded = signed(body)
    answers = [
        receiver.receive(headers, body, handler)
        for headers in (recorded, recorded, signed(body, nonce="n-2"), signed(body, ago=3600))
    ]
    assert len(handler.events) == 1
    assert [answer.status for answer in answers] == [200] * 4
    assert {answer.body for answer in answers} == {answers[0].body}
    assert [answer.event is None for answer in answers] == [False, True, True, True]


def test_events_with_other_ids_or_of_other_apps_are_handled(receiver: callbacks.Receiver) -> None:
    handler = Handler()
    bodies = [body_of("bot.deleted"), body_of("bot.deleted", event_id="another")]
    bodies.append(bodies[0].replace(b"7300000000000000002", b"7300000000000000003"))
    for body in bodies:
        receiver.receive(signed(body), body, handler)
    assert len(handler.events) == 3


def test_an_event_whose_handler_failed_is_handled_when_it_is_told_again(
    receiver: callbacks.Receiver,
) -> None:
    handler, body = Handler(ValueError("not now"), None), body_of("bot.deleted")
    with pytest.raises(ValueError, match="not now"):
        receiver.receive(signed(body), body, handler)
    assert receiver.receive(signed(body), body, handler).status == 200
    assert receiver.receive(signed(body), body, handler).status == 200
    assert len(handler.events) == 2


def test_an_event_is_handled_by_one_thread_while_others_are_told_to_come_again() -> None:
    receiver, body = callbacks.Receiver(TOKEN), body_of("bot.deleted")
    begun, go_on, calls = threading.Event(), threading.Event(), list[str]()

    def handler(event: callbacks.CallbackEvent) -> None:
        calls.append(event.event_type)
        begun.set()
        go_on.wait(10)

    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(receiver.receive, signed(body), body, handler)
        assert begun.wait(10)
        others = [pool.submit(receiver.receive, signed(body), body, handler) for _ in range(8)]
        refused = [other.result() for other in others]
        go_on.set()
        assert first.result().status == 200
    assert {answer.status for answer in refused} == {503}
    assert {type(answer.error) for answer in refused} == {callbacks.InProgressError}
    assert calls == ["bot.deleted"]
    assert receiver.receive(signed(body), body, handler).status == 200
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("audit", "body"),
    [
        (callbacks.Audit("in_review"), {"audit": {"audit_status": 1}}),
        (callbacks.Audit("approved"), {"audit": {"audit_status": 2}}),
        (
            callbacks.Audit("rejected", reason="no icon"),
            {"audit": {"audit_status": 3, "reason": "no icon"}},
        ),
        (
            callbacks.Audit("approved", share_link="https://x.test/b"),
            {"audit": {"audit_status": 2}, "share_link": "https://x.test/b"},
        ),
    ],
)
def test_the_audit_of_a_published_bot_is_the_answer(
    receiver: callbacks.Receiver, audit: callbacks.Audit, body: dict[str, object]
) -> None:
    request = body_of("bot.published")
    assert message(receiver.receive(signed(request), request, Handler(audit))) == body
    assert audit.to_dict() == body


@pytest.mark.parametrize(("name", "warnings"), [("bot.published", 1), ("bot.deleted", 0)])
def test_a_channel_that_forgets_the_audit_is_told_so(
    receiver: callbacks.Receiver, name: str, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    body = body_of(name)
    assert receiver.receive(signed(body), body, Handler()).body == b"{}"
    assert [record.levelno for record in caplog.records].count(logging.WARNING) == warnings


def test_an_audit_without_sense_is_an_error_and_the_event_is_told_again(
    receiver: callbacks.Receiver,
) -> None:
    status: Any = "aproved"
    handler = Handler(callbacks.Audit(status), callbacks.Audit("approved"))
    body = body_of("bot.published")
    with pytest.raises(CozeError, match="one of in_review, approved, rejected, got 'aproved'"):
        receiver.receive(signed(body), body, handler)
    assert message(receiver.receive(signed(body), body, handler)) == {"audit": {"audit_status": 2}}


async def _coroutine(event: callbacks.CallbackEvent) -> None:
    del event


@pytest.mark.parametrize("handler", [lambda _: {"audit": 2}, _coroutine])
def test_a_handler_that_gives_something_else_is_an_error(
    receiver: callbacks.Receiver, handler: Any
) -> None:
    body = body_of("bot.published")
    with pytest.raises(CozeError, match="Return an Audit or None"):
        receiver.receive(signed(body), body, handler)


texts = st.text(st.characters(codec="latin-1"), max_size=20)


@given(st.binary(max_size=60), st.dictionaries(st.sampled_from(sorted(signed(b""))), texts))
def test_whatever_arrives_is_answered(body: bytes, headers: dict[str, str]) -> None:
    receiver, handler = callbacks.Receiver(TOKEN, max_body=50), Handler()
    assert receiver.receive(headers, body, handler).status in {401, 413}
    assert receiver.receive(signed(body), body, handler).status in {400, 413}
    assert not handler.events


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_callback_is_one_line_of_information(
    receiver: callbacks.Receiver, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    body = body_of(name)
    for headers in (signed(body), signed(body), signed(body, token="another")):
        receiver.receive(headers, body, Handler(callbacks.Audit("approved")))
    assert [record.levelno for record in caplog.records] == [logging.INFO] * 3
    assert {record.name for record in caplog.records} == {"coze_client"}
    assert EXAMPLES[name]["header"]["event_id"] in caplog.messages[0]
    assert "SignatureError" in caplog.messages[2]
