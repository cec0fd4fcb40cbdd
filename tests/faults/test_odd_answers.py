"""Answers that do not fit the document, and yet are answers: the caller gets what was sent."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import Operation, UnknownEvent, response_of
from tests.core.sample_models import Message, Tree
from tests.core.scripted_server import answer
from tests.faults.fault_shapes import events_of, first_page, open_stream

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Act, Serve

READ: Operation[Message] = Operation("message.get", "GET", "/message", result=lambda: Message)
GROW: Operation[Tree] = Operation("tree.get", "GET", "/tree", result=lambda: Tree)
GOOD = '"role": "user", "content": "hi"'
DEEP = 100_000


def body(fields: str) -> bytes:
    return f'{{"code": 0, "msg": "", "data": {{{fields}}}}}'.encode()


ODD: dict[str, tuple[Act, dict[str, Any]]] = {
    "the wrong type": (answer(body=body(f'"id": 7.5, {GOOD}')), {"id": 7.5, "content": "hi"}),
    "a number for a text": (
        answer(body=body(f'"id": {10**25 + 1}, "tags": [7, "x"], {GOOD}')),
        {"id": "10000000000000000000000001", "tags": ["7", "x"], "content": "hi"},
    ),
    "an object for a text": (answer(body=body(f'"id": {{"a": 1}}, {GOOD}')), {"id": {"a": 1}}),
    "a list for an object": (answer(body=body(f'"id": "1", {GOOD}, "usage": []')), {"usage": []}),
    "null for what is required": (answer(body=body(f'"id": null, {GOOD}')), {"id": None}),
    "nothing for what is required": (answer(body=body(GOOD)), {"id": None, "content": "hi"}),
    "an unknown member of an enumeration": (
        answer(body=body('"id": "1", "role": "robot", "content": ""')),
        {"role": "robot"},
    ),
    "an unknown field": (answer(body=body(f'"id": "1", "new": 1, {GOOD}')), {"content": "hi"}),
    "a huge integer": (
        answer(body=body(f'"id": "1", "created_at": {10**40}, {GOOD}')),
        {"created_at": 10**40},
    ),
    "an integer of 10,000 digits": (
        answer(body=body(f'"id": "1", "created_at": {"9" * 10_000}, {GOOD}')),
        {"created_at": "9" * 10_000},
    ),
    "a number beyond floats": (
        answer(body=body(f'"id": "1", "created_at": 1e999, {GOOD}')),
        {"id": "1"},
    ),
    "NaN": (answer(body=body(f'"id": "1", "created_at": NaN, {GOOD}')), {"id": "1"}),
    "a key twice": (answer(body=body(f'"id": "1", "id": "2", {GOOD}')), {"id": "2"}),
    "a BOM": (answer(body=b"\xef\xbb\xbf" + body(f'"id": "1", {GOOD}')), {"id": "1"}),
    "invalid UTF-8": (
        answer(body=b'{"code": 0, "data": {"id": "\xff\xfe", "role": "user", "content": "hi"}}'),
        {"id": "\ufffd\ufffd", "content": "hi"},
    ),
    "half a surrogate pair": (
        answer(body=body(f'"id": "\\ud83d", {GOOD}')),
        {"content": "hi"},
    ),
    "UTF-16": (
        answer(body=body(f'"id": "1", {GOOD}').decode().encode("utf-16-le")),
        {"id": "1"},
    ),
    "a raw line break in a text": (
        answer(body=b'{"data": {"id": "a\nb", "role": "", "content": ""}}'),
        {"id": "a\nb"},
    ),
    "no media type": (
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body(GOOD)) + body(GOOD),
        {"content": "hi"},
    ),
    "another media type": (answer(body=body(GOOD), kind="text/html"), {"content": "hi"}),
    "100 Continue before it": (
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(body=body(GOOD)),
        {"content": "hi"},
    ),
    "103 Early Hints before it": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 9 + answer(body=body(GOOD)),
        {"content": "hi"},
    ),
    "201": (answer(201, body(GOOD)), {"content": "hi"}),
    "gzip in many members": (
        answer(
            body=b"".join(gzip.compress(bytes([byte])) for byte in body(GOOD)),
            Content_Encoding="gzip",
        ),
        {"content": "hi"},
    ),
}


@pytest.mark.parametrize(("act", "fields"), ODD.values(), ids=ODD)
def test_what_does_not_fit_is_kept_as_it_came(
    run: Runner, serve: Serve, act: Act, fields: dict[str, Any]
) -> None:
    server = serve(act)
    client = run.client(server)
    for _ in range(2):
        message = run(client.call, READ)
        assert type(message) is Message
        assert {name: getattr(message, name) for name in fields} == fields
        assert response_of(message).body
    assert len(server.seen) == 2
    assert server.connections == 1


@pytest.mark.parametrize(
    "data", ["null", "{}", "[]", '"x"', "7", '{"items": null}', '{"items": {}}']
)
def test_a_page_without_items_is_empty_and_the_last(run: Runner, serve: Serve, data: str) -> None:
    server = serve(answer(body=f'{{"code": 0, "data": {data}}}'.encode()))
    page = first_page(run, run.client(server))
    assert (page.items, page.has_more) == ([], False)


@pytest.mark.parametrize(
    "content",
    [
        b'{"children": [' * DEEP + b"]}" * DEEP,
        b'{"name": "", "children": [' * DEEP + b"]}" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
    ],
)
def test_absurd_nesting_is_an_answer_still(run: Runner, serve: Serve, content: bytes) -> None:
    server = serve(answer(body=b'{"code": 0, "data": ' + content + b"}"))
    result = run(run.client(server).call, GROW)
    assert result is not None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{", b"{"),
        (b'{"token_count": "many"}', "many"),
        (b'{"token_count": 1, "token_count": 2}', 2),
        (b'\xef\xbb\xbf{"token_count": 3}', 3),
        (b'{"token_count": 4, "x": "\xff"}', 4),
        (b"null", None),
        (b'{"token_count": %d}' % 10**30, 10**30),
        (json.dumps({"token_count": 5, "new": [[]] * 99}).encode(), 5),
    ],
)
def test_an_odd_event_does_not_end_its_stream(
    run: Runner, serve: Serve, data: bytes, expected: object
) -> None:
    content = b"event: usage\ndata: %s\n\nevent: new\ndata: %s\n\nevent: done\ndata: x\n\n"
    server = serve(answer(body=content % (data, data), kind="text/event-stream"))
    events, error = events_of(run, open_stream(run, run.client(server)))
    assert error is None
    usage, new, done = events
    assert getattr(usage.data, "token_count", usage.data) in (
        expected,
        data.decode("utf-8", "replace"),
    )
    assert new == UnknownEvent("unknown", data.decode("utf-8", "replace"), name="new")
    assert done.event == "done"
