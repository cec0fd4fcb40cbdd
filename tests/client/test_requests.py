"""Doors around the document: what it does not describe can be sent and read all the same."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from coze_client import AsyncCoze, Coze, CozeError, NotFoundError, models, response_of
from tests.core.scripted_server import ScriptedServer, answer, ok

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Serve = Callable[..., tuple[Coze, ScriptedServer]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(*script: bytes) -> tuple[Coze, ScriptedServer]:
            server = stack.enter_context(ScriptedServer(*script))
            return stack.enter_context(Coze("secret-token", base_url=server.url)), server

        yield start


def test_a_request_has_the_token_and_gives_the_data_as_plain_json(serve: Serve) -> None:
    coze, server = serve(ok({"id": "1", "new": [None]}))
    found = coze.request("post", "/v1/x", query={"a": ["b", "c"], "d": None}, json={"n": None})
    assert found == {"id": "1", "new": [None]}
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/v1/x?a=b&a=c")
    assert seen.headers["authorization"] == "Bearer secret-token"
    assert json.loads(seen.body) == {"n": None}


def test_a_request_may_have_a_form_and_a_result_of_a_class(serve: Serve) -> None:
    coze, server = serve(ok({"bot_id": "1"}))
    assert coze.request("PUT", "/v1/x", form={"a": 1}, result=models.Bot) == models.Bot(bot_id="1")
    assert server.seen[0].body == b"a=1"


def test_a_request_has_retries_and_errors_like_any_other(serve: Serve) -> None:
    refusal = answer(404, {"code": 4200, "msg": "no"}, X_Tt_Logid="L")
    coze, server = serve(answer(503), refusal)
    with pytest.raises(NotFoundError, match="request failed with code 4200") as caught:
        coze.with_options(max_retries=1).request("GET", "/v1/x")
    assert caught.value.logid == "L"
    assert len(server.seen) == 2


def test_the_whole_answer_is_to_be_had(serve: Serve) -> None:
    body = {"code": 0, "data": {"bot_id": "1", "new": 2}, "more": 3}
    coze, _ = serve(answer(body=body))
    assert response_of(coze.bots.retrieve(bot_id="1")).json() == body
    assert coze.with_response(coze.request, "GET", "/v1/x").json() == body


def test_a_stream_has_events_by_name_with_their_data_as_text(serve: Serve) -> None:
    body = b'event: new\ndata: {"a": 1}\n\nevent: end\ndata: x\n\n'
    coze, server = serve(answer(body=body, kind="text/event-stream"))
    with coze.request_stream("POST", "/v1/x", json={"s": True}) as stream:
        assert [(event.name, event.data) for event in stream] == [("new", '{"a": 1}'), ("end", "x")]
        with pytest.raises(CozeError, match="is not JSON"):
            response_of(stream).json()
    assert server.seen[0].body == b'{"s":true}'


def test_what_no_argument_has_goes_into_query_and_body(serve: Serve) -> None:
    coze, server = serve(ok({"id": "1"}))
    extended = coze.with_options(
        extra_query={"lane": "a"}, extra_body={"new": {"deep": [1]}, "name": "lost"}
    )
    extended.conversations.update(conversation_id="1", name="kept")
    extended.conversations.retrieve(conversation_id="1")
    coze.conversations.retrieve(conversation_id="1")
    update, extra, plain = server.seen
    assert json.loads(update.body) == {"new": {"deep": [1]}, "name": "kept"}
    assert parse_qs(urlsplit(update.target).query) == {"lane": ["a"]}
    assert "lane=a" in extra.target
    assert extra.body == b""
    assert "lane" not in plain.target


@pytest.mark.anyio
async def test_async_requests_are_the_same() -> None:
    events = answer(body=b"event: a\ndata: b\n\n", kind="text/event-stream")
    with ScriptedServer(ok({"a": 1}), events) as server:
        async with AsyncCoze("t", base_url=server.url) as coze:
            assert await coze.request("GET", "/v1/x") == {"a": 1}
            async with coze.request_stream("GET", "/v1/x") as stream:
                assert [event.name async for event in stream] == ["a"]


BAD: dict[str, tuple[tuple[Any, ...], dict[str, Any], str]] = {
    "a URL": (("GET", "https://evil.test/v1"), {}, "'https://evil.test/v1' is not a path"),
    "a host": (("GET", "//evil.test/v1"), {}, "is not a path"),
    "a host after an at": (("GET", "@evil.test/v1"), {}, "is not a path"),
    "a way up": (("GET", "/v1/../x"), {}, "is not a path"),
    "an encoded way up": (("GET", "/v1/%2e%2E/x"), {}, "is not a path"),
    "a query": (("GET", "/v1?x=1"), {}, "is not a path"),
    "a line break": (("GET", "/v1\n"), {}, "is not a path"),
    "no text": (("GET", 1), {}, "1 is not a path"),
    "another method": (("TRACE", "/v1"), {}, "method is 'TRACE'. Pass one of GET"),
    "two bodies": (("POST", "/v1"), {"json": {}, "form": {}}, "json= and form= are both given"),
    "a list": (
        ("POST", "/v1"),
        {"json": [1]},
        "json must be a mapping of names to values, got list",
    ),
    "a number as name": (
        ("POST", "/v1"),
        {"query": {1: 1}},
        "The names in query must be strings, got 1",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_request_that_makes_no_sense_is_one_error(serve: Serve, name: str) -> None:
    coze, server = serve(ok())
    arguments, options, text = BAD[name]
    with pytest.raises(CozeError, match=text.replace(".", r"\.")):
        coze.request(*arguments, **options)
    assert server.seen == []


@pytest.mark.parametrize("option", ["extra_query", "extra_body"])
def test_an_extra_that_is_no_mapping_is_one_error(option: str) -> None:
    with pytest.raises(CozeError, match=f"{option} must be a mapping of names to values, got list"):
        Coze("t").with_options(**{option: [1]})  # type: ignore[arg-type]
