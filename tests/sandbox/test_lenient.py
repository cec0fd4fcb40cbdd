from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from coze_client import Coze
from coze_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAT = {"bot_id": "1", "user_id": "me"}


@pytest.fixture(scope="module")
def lenient() -> Iterator[Sandbox]:
    with Sandbox(strict=False) as sandbox:
        yield sandbox


def send(sandbox: Sandbox, method: str, path: str, **options: Any) -> httpx.Response:
    headers = {"authorization": "Bearer sandbox"}
    return httpx.request(method, sandbox.url + path, headers=headers, timeout=20, **options)


ACCEPTED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v3/chat", {"json": {**CHAT, "meta_data": None, "additional_messages": None}}),
    ("POST", "/v3/chat?conversation_id=", {"json": {**CHAT, "stream": True}}),
    ("GET", "/v1/bots", {"params": {"workspace_id": "1", "publish_status": ""}}),
    ("POST", "/v3/chat/retrieve?conversation_id=1&chat_id=2", {}),
    ("POST", "/v1/datasets/1/process", {"json": {"document_ids": ["1"]}}),
]


@pytest.mark.parametrize(("method", "path", "options"), ACCEPTED)
def test_what_the_service_takes_in_practice_is_refused_when_strict_alone(
    lenient: Sandbox, method: str, path: str, options: dict[str, Any]
) -> None:
    assert send(lenient, method, path, **options).status_code == 200
    with Sandbox() as strict:
        assert send(strict, method, path, **options).status_code in {400, 405}


def test_unknown_names_are_noted(lenient: Sandbox) -> None:
    lenient.reset()
    send(lenient, "POST", "/v3/chat?colour=red", json={**CHAT, "tone": "kind"})
    query, body = lenient.requests[0].unknown
    assert query.startswith("query colour: unknown parameter")
    assert body.startswith("body: unknown field tone")


def test_wrong_types_are_refused_all_the_same(lenient: Sandbox) -> None:
    answer = send(lenient, "POST", "/v3/chat", json={**CHAT, "bot_id": 1})
    assert answer.json()["msg"] == "body.bot_id: 1 is not of type 'string'"


def test_the_answers_of_a_program_go_before_the_usual_ones() -> None:
    sandbox = Sandbox().start()
    try:
        sandbox.answer("bots.list", items=[{"name": "Helper"}, {"name": "Guide"}])
        sandbox.answer("users.me", {"user_name": "me"})
        with Coze(base_url=sandbox.url, token="sandbox") as coze:
            assert [bot.name for bot in coze.bots.list(workspace_id="1")] == ["Helper", "Guide"]
            assert coze.users.me().user_name == "me"
            sandbox.reset()
            assert len(list(coze.bots.list(workspace_id="1"))) == 45
    finally:
        sandbox.stop()


@pytest.mark.parametrize(
    ("operation", "items", "message"),
    [
        ("bots.lost", [], "no operation is called 'bots.lost'"),
        ("users.me", [], "users.me is not a list"),
    ],
)
def test_an_answer_that_no_operation_gives_is_refused(
    lenient: Sandbox, operation: str, items: list[object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        lenient.answer(operation, items=items)


def test_a_stopped_sandbox_can_be_started_again() -> None:
    sandbox = Sandbox()
    for _ in range(2):
        sandbox.start()
        assert send(sandbox, "GET", "/v1/users/me").status_code == 200
        sandbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url


def test_the_fixture_serves_clients_without_arguments_and_is_new_for_each_test(
    coze_sandbox: Sandbox,
) -> None:
    coze_sandbox.answer("users.me", {"user_name": "fixture"})
    with Coze() as coze:
        assert coze.users.me().user_name == "fixture"
    assert [one.operation for one in coze_sandbox.requests] == ["users.me"]


def test_the_fixture_was_reset(coze_sandbox: Sandbox) -> None:
    assert coze_sandbox.requests == []
