from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from coze_sandbox import Sandbox, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED = {"bot_id": "1", "user_id": "me"}
HEADERS = {"authorization": "Bearer sandbox", "agw-js-conv": "str"}


@pytest.fixture
def http(coze_sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=coze_sandbox.url, headers=HEADERS, timeout=20) as client:
        yield client


def created(http: httpx.Client) -> dict[str, str]:
    chat = http.post("/v3/chat", json=ASKED).json()["data"]
    assert chat["status"] == "created"
    return {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}


def polled(http: httpx.Client, ids: dict[str, str]) -> dict[str, Any]:
    return http.get("/v3/chat/retrieve", params=ids).json()["data"]


def messages(http: httpx.Client, ids: dict[str, str]) -> list[dict[str, Any]]:
    return http.get("/v3/chat/message/list", params=ids).json()["data"]


def test_a_chat_is_created_then_in_progress_then_completed_with_usage(http: httpx.Client) -> None:
    ids = created(http)
    assert [polled(http, ids)["status"] for _ in range(3)] == [
        "in_progress",
        "completed",
        "completed",
    ]
    assert polled(http, ids)["usage"]["token_count"] > 0


def test_a_completed_chat_has_an_answer_and_follow_ups(http: httpx.Client) -> None:
    ids = created(http)
    polled(http, ids)
    polled(http, ids)
    found = messages(http, ids)
    assert found[0]["type"] == "answer"
    assert found[0]["content"].startswith("Hello!")
    assert any(one["type"] == "follow_up" for one in found)
    assert {one["chat_id"] for one in found} == {ids["chat_id"]}


def test_chats_that_run_at_once_progress_on_their_own(http: httpx.Client) -> None:
    first, second = created(http), created(http)
    assert first["chat_id"] != second["chat_id"]
    polled(http, first)
    assert polled(http, first)["status"] == "completed"
    assert polled(http, second)["status"] == "in_progress"


@pytest.mark.parametrize("status", ["requires_action", "failed", "canceled"])
def test_a_script_says_how_a_chat_ends(
    coze_sandbox: Sandbox, http: httpx.Client, status: str
) -> None:
    coze_sandbox.scenario(Scenario(script=status), operation="chat.create")
    ids = created(http)
    polled(http, ids)
    assert polled(http, ids)["status"] == status


def test_a_chat_that_asks_for_tools_goes_on_with_their_outputs(
    coze_sandbox: Sandbox, http: httpx.Client
) -> None:
    coze_sandbox.scenario(Scenario(script="requires_action"), operation="chat.create", times=1)
    ids = created(http)
    polled(http, ids)
    action = polled(http, ids)["required_action"]
    call = action["submit_tool_outputs"]["tool_calls"][0]
    outputs = {"tool_outputs": [{"tool_call_id": call["id"], "output": "rain"}]}
    http.post("/v3/chat/submit_tool_outputs", params=ids, json=outputs).raise_for_status()
    assert [polled(http, ids)["status"] for _ in range(2)] == ["in_progress", "completed"]
    assert {one["type"] for one in messages(http, ids)} >= {"function_call", "answer"}


def test_a_chat_that_was_canceled_stays_so(http: httpx.Client) -> None:
    ids = created(http)
    assert http.post("/v3/chat/cancel", json=ids).json()["data"]["status"] == "canceled"
    assert polled(http, ids)["status"] == "canceled"


def test_a_failed_chat_has_no_list_of_messages(coze_sandbox: Sandbox, http: httpx.Client) -> None:
    coze_sandbox.scenario(Scenario(script="failed"), operation="chat.create")
    ids = created(http)
    polled(http, ids)
    polled(http, ids)
    assert messages(http, ids) is None


def test_a_chat_that_goes_on_has_no_messages_yet(http: httpx.Client) -> None:
    assert messages(http, created(http)) == []


def test_a_streamed_chat_is_polled_as_the_stream_left_it(
    coze_sandbox: Sandbox, http: httpx.Client
) -> None:
    coze_sandbox.scenario(Scenario(script="requires_action"), operation="chat.stream")
    text = http.post("/v3/chat", json={**ASKED, "stream": True}).text
    data = json.loads(text.split("\ndata:")[1].split("\n")[0])
    ids = {"conversation_id": data["conversation_id"], "chat_id": data["id"]}
    assert polled(http, ids)["status"] == "requires_action"


def test_a_chat_that_nobody_started_is_completed(http: httpx.Client) -> None:
    assert polled(http, {"conversation_id": "1", "chat_id": "2"})["status"] == "completed"


BASES = [{"name": name, "source_info": {"web_url": "https://a.b"}} for name in ("a", "b")]
STARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "run": ("/v1/workflow/run", {"workflow_id": "1", "is_async": True}),
    "documents": (
        "/open_api/knowledge/document/create",
        {"dataset_id": "1", "document_bases": BASES},
    ),
    "copy": ("/v1/entities/copy_tasks", {}),
    "bill": ("/v1/commerce/benefit/bill_tasks", {"started_at": 1, "ended_at": 2}),
}


def states(http: httpx.Client, kind: str, started: dict[str, Any]) -> list[Any]:
    """Poll what was started once."""
    if kind == "run":
        history = http.get(f"/v1/workflows/1/run_histories/{started['execute_id']}")
        return [one["execute_status"] for one in history.json()["data"]]
    if kind == "documents":
        asked = {"document_ids": [one["document_id"] for one in started["document_infos"]]}
        answer = http.post("/v1/datasets/1/process", json=asked)
        return [one["status"] for one in answer.json()["data"]["data"]]
    task = started["data"]["task_id"]
    if kind == "copy":
        return [http.get(f"/v1/entities/copy_tasks/{task}").json()["data"]["task_status"]]
    answer = http.get("/v1/commerce/benefit/bill_tasks", params={"task_ids": task})
    return [one["status"] for one in answer.json()["data"]["task_infos"]]


@pytest.mark.parametrize(
    ("kind", "script", "polls"),
    [
        ("run", None, [["Running"], ["Success"], ["Success"]]),
        ("run", "failed", [["Running"], ["Fail"], ["Fail"]]),
        ("documents", None, [[0, 0], [1, 1], [1, 1]]),
        ("documents", "failed", [[0, 0], [9, 9], [9, 9]]),
        ("copy", None, [["in_progress"], ["successful"], ["successful"]]),
        ("copy", "failed", [["in_progress"], ["failed"], ["failed"]]),
        ("bill", None, [["running"], ["succeed"], ["succeed"]]),
        ("bill", "failed", [["running"], ["failed"], ["failed"]]),
    ],
)
def test_runs_documents_copies_and_bills_end_with_the_second_poll(
    coze_sandbox: Sandbox, http: httpx.Client, kind: str, script: str | None, polls: list[Any]
) -> None:
    coze_sandbox.scenario(Scenario(script=script))
    path, asked = STARTS[kind]
    started = http.post(path, json=asked).json()
    assert [states(http, kind, started) for _ in range(3)] == polls


def test_each_document_of_a_call_has_its_own_id_and_name(http: httpx.Client) -> None:
    path, asked = STARTS["documents"]
    made = http.post(path, json=asked).json()["document_infos"]
    assert [one["name"] for one in made] == ["a", "b"]
    assert len({one["document_id"] for one in made}) == 2


def test_an_unknown_course_is_refused_with_those_there_are(
    coze_sandbox: Sandbox, http: httpx.Client
) -> None:
    coze_sandbox.scenario(Scenario(script="lost"), operation="copy_tasks.create")
    text = http.post("/v1/entities/copy_tasks", json={}).json()["msg"]
    assert text == "scenario: copy_tasks.create has no course 'lost'; it has completed, failed"


def test_a_voice_script_brings_audio(coze_sandbox: Sandbox, http: httpx.Client) -> None:
    coze_sandbox.scenario(Scenario(script="voice"), operation="chat.stream")
    text = http.post("/v3/chat", json={**ASKED, "stream": True}).text
    assert text.count("event:conversation.audio.delta") == 3
