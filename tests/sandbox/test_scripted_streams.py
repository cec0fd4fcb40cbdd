from __future__ import annotations

import json
import re
import socket
from importlib import resources
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from coze_sandbox import Sandbox, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED = {"user_id": "me", "stream": True}
SCRIPTS = {
    file.name.removesuffix(".sse"): file.read_text(encoding="utf-8")
    for file in resources.files("coze_sandbox").joinpath("streams").iterdir()
}


def events(text: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for block in filter(None, text.split("\n\n")):
        fields = dict(re.findall(r"^(\w+): ?(.*)$", block, re.MULTILINE))
        found.append((fields["event"], json.loads(fields["data"] or "null")))
    return found


def scripted(name: str) -> dict[str, Any]:
    """Return a document whose only operation streams the events of a script."""
    union, _, _ = name.partition(".")
    kinds = dict.fromkeys(event for event, _ in events(SCRIPTS[name]))
    message = {"type": "object", "properties": {"bot_id": {"type": "string"}}}
    stream = {"name": union, "events": dict.fromkeys(kinds, message)}
    operation = {
        "operationId": name if "stream" in name else "talk",
        "x-client-stream": stream,
        "parameters": [{"name": "bot_id", "in": "query", "schema": {"type": "string"}}],
        "responses": {"200": {"content": {"text/event-stream": {}}}},
    }
    return {"openapi": "3.0.3", "paths": {"/talk": {"get": operation}}}


@pytest.fixture(params=SCRIPTS)
def script(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def streamed(script: str) -> Iterator[httpx.Response]:
    variant = script.partition(".")[2] if "Event" in script else ""
    with Sandbox(scripted(script)) as sandbox:
        if variant:
            sandbox.scenario(Scenario(script=variant))
        yield httpx.get(
            f"{sandbox.url}/talk",
            params={"bot_id": "7400000000000000003"},
            headers={"authorization": "Bearer sandbox"},
        )


def test_a_script_arrives_as_it_stands_in_its_file(script: str, streamed: httpx.Response) -> None:
    assert streamed.headers["content-type"] == "text/event-stream"
    assert events(streamed.text) == events(SCRIPTS[script])


@pytest.mark.parametrize("name", [name for name in SCRIPTS if "ChatEvent" in name])
def test_deltas_add_up_to_the_completed_message(name: str) -> None:
    found = events(SCRIPTS[name])
    deltas = "".join(data["content"] for event, data in found if event.endswith("message.delta"))
    completed = [
        data["content"]
        for event, data in found
        if event.endswith("message.completed") and data["type"] == "answer"
    ]
    assert completed == ([deltas] if deltas else [])


@pytest.mark.parametrize("name", ["WorkflowEvent", "workflows.runs.stream_resume"])
def test_parts_of_a_node_add_up_to_its_output(name: str) -> None:
    messages = [data for event, data in events(SCRIPTS[name]) if event == "Message"]
    text = "".join(data["content"] for data in messages[:-1])
    assert json.loads(messages[-1]["content"]) == {"output": text}
    assert [data["node_is_finish"] for data in messages[-2:]] == [True, True]
    assert [data["node_seq_id"] for data in messages[:-1]] == [str(n) for n in range(8)]


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name.lower().startswith("workflow")])
def test_ids_count_from_zero(name: str) -> None:
    ids = re.findall(r"^id: (\d+)$", SCRIPTS[name], re.MULTILINE)
    assert ids == [str(number) for number in range(len(ids))]


def test_the_formats_are_those_of_the_service() -> None:
    assert SCRIPTS["ChatEvent"].startswith("event:conversation.chat.created\ndata:{")
    assert SCRIPTS["ChatEvent"].endswith('\n\nevent:done\ndata:"[DONE]"\n')
    assert SCRIPTS["WorkflowChatEvent"].startswith("event: conversation.chat.created\ndata: {")
    assert SCRIPTS["WorkflowEvent"].startswith("id: 0\nevent: Message\ndata: {")
    assert SCRIPTS["WorkflowEvent"].endswith("\nevent: Done\ndata: {}\n")


def test_without_a_script_each_event_comes_once_and_the_end_last(http: httpx.Client) -> None:
    found = events(http.post("/v1/talk", json=ASKED).text)
    assert found == [
        ("started", {"id": "7400000000000000000", "user_id": "me", "content": "content"}),
        ("said", {"id": "7400000000000000000", "user_id": "me", "content": "content"}),
        ("over", "text"),
    ]


@pytest.mark.parametrize("asked", [{"user_id": "me"}, {"user_id": "me", "stream": False}])
def test_without_its_switch_a_call_is_not_streamed(
    http: httpx.Client, asked: dict[str, Any]
) -> None:
    answer = http.post("/v1/talk", json=asked)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["data"]["user_id"] == "me"


def test_a_streamed_twin_goes_by_its_own_name(http: httpx.Client, sandbox: Sandbox) -> None:
    http.post("/v1/talk", json=ASKED)
    http.post("/v1/talk", json={"user_id": "me"})
    assert [request.operation for request in sandbox.requests] == ["talk.stream", "talk.create"]


def test_events_come_in_pieces(sandbox: Sandbox) -> None:
    host, port = sandbox.url.removeprefix("http://").split(":")
    body = json.dumps(ASKED)
    head = (
        "POST /v1/talk HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}{body}".encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    chunks = re.findall(rb"\r\n[0-9a-f]+\r\n", received)
    assert len(chunks) == 2 * 3 + 1
