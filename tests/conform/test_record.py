"""What a service sends and the document does not know is found, without keeping what it says."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from generator.build import Project, corrected
from generator.conform.command import conform_command
from generator.conform.drift import Observation, Observer
from generator.conform.operations import Catalogue
from generator.conform.record import Recorder, record
from generator.correction import apply
from generator.errors import GeneratorError
from generator.overlay import Overlay
from generator.spec import read

if TYPE_CHECKING:
    from coze_sandbox import Sandbox

ROOT = Path(__file__).parents[2]
CHATS = [one for one in Catalogue().methods if one.path == "chat.stream"]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    project = Project(ROOT)
    return corrected(project, read(project.document), lambda _: None).document


@pytest.fixture
def drifted(coze_sandbox: Sandbox) -> Sandbox:
    profile = {"motto": "a secret text", "level": 3, "by_user": {"7345678901234567890": "mine"}}
    coze_sandbox.answer("users.me", {"profile": profile, "user_name": 7345678901234567891})
    workspace = {"id": "7345678901234567892", "workspace_type": "guild", "name": "a secret name"}
    coze_sandbox.answer("workspaces.list", items=[workspace])
    coze_sandbox.answer("bots.list", items=[])
    return coze_sandbox


@pytest.mark.usefixtures("drifted")
def test_fields_types_and_values_that_the_document_does_not_know_are_told_and_mended_by_skeletons(
    document: dict[str, Any], tmp_path: Path
) -> None:
    report, known = record(tmp_path, Recorder(document, {}), Catalogue().methods)
    unknown = {line for line in report.splitlines() if line.startswith("unknown")}
    assert unknown == {
        "unknown users.me | type /data/user_name: integer",
        "unknown users.me | field /data/profile: object",
        "unknown workspaces.list | value /data/workspaces/*/workspace_type: 'guild'",
    }
    assert not known
    mended, _ = apply(document, Overlay.load(tmp_path / "overlay.yaml"), strict=True)
    report, known = record(tmp_path, Recorder(mended, {}), Catalogue().methods)
    assert known, report


@pytest.mark.usefixtures("drifted")
def test_recorded_files_hold_no_text_and_no_id(document: dict[str, Any], tmp_path: Path) -> None:
    report, _ = record(tmp_path, Recorder(document, {}), Catalogue().methods)
    texts = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    assert len(texts) > 20
    for secret in ("secret", "734567890123456789", "mine"):
        assert not any(secret in text for text in [*texts, report])
    places = json.loads((tmp_path / "workspaces.list.json").read_text(encoding="utf-8"))["places"]
    assert places["/data/workspaces/*/workspace_type"] == {"types": ["string"], "values": ["guild"]}
    assert places["/data/workspaces/*/id"] == {"types": ["string"]}


def test_only_what_reads_is_called_with_ids_from_answers_or_arguments(
    document: dict[str, Any], coze_sandbox: Sandbox, tmp_path: Path
) -> None:
    record(tmp_path, Recorder(document, {"space_id": "1"}), Catalogue().methods)
    called = {one.operation: one.method for one in coze_sandbox.requests}
    assert {"workspaces.list", "bots.list", "bots.retrieve", "datasets.list"} <= called.keys()
    posts = {name for name, method in called.items() if method != "GET"}
    assert posts <= {"conversations.messages.list", "datasets.documents.list"}
    assert not list(tmp_path.glob("files.retrieve*"))


CHAT = {
    "bot_id": "1",
    "user_id": "a secret",
    "additional_messages": '[{"role": "user", "content": "a secret", "content_type": "text"}]',
}


def test_a_stream_is_recorded_if_named_and_its_unknown_events_and_fields_are_told(
    document: dict[str, Any], coze_sandbox: Sandbox, tmp_path: Path
) -> None:
    report, known = record(tmp_path, Recorder(document, CHAT, frozenset({"chat.stream"})), CHATS)
    assert known, report
    assert [one.operation for one in coze_sandbox.requests] == ["chat.stream"]
    drifted = copy.deepcopy(document)
    events = drifted["paths"]["/v3/chat"]["post"]["x-client-stream"]["events"]
    del events["conversation.message.completed"]
    del drifted["components"]["schemas"]["ChatV3MessageDetail"]["properties"]["content_type"]
    report, known = record(tmp_path, Recorder(drifted, CHAT, frozenset({"chat.stream"})), CHATS)
    assert not known
    assert {line for line in report.splitlines() if line.startswith("unknown")} == {
        "unknown chat.stream | event /conversation.message.completed: object",
        "unknown chat.stream | field /conversation.message.delta/content_type: string",
    }
    places = json.loads((tmp_path / "chat.stream.json").read_text(encoding="utf-8"))["places"]
    assert places["/conversation.message.delta/content"] == {"types": ["string"]}
    assert places["/conversation.message.delta/role"]["values"] == ["assistant"]
    texts = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    assert not any("secret" in text for text in [*texts, report])
    mended, _ = apply(drifted, Overlay.load(tmp_path / "overlay.yaml"), strict=True)
    report, known = record(tmp_path, Recorder(mended, CHAT, frozenset({"chat.stream"})), CHATS)
    assert known, report


def test_an_event_whose_name_may_be_an_id_is_told_without_it() -> None:
    operation = {"x-client-stream": {"events": {"done": {"type": "string"}}}}
    observer = Observer({"op": operation})
    assert [*observer.event("/op", "done", "[DONE]")] == [Observation("/done", "string")]
    (found,) = observer.event("/op", "7345678901234567890", {})
    assert found == Observation("/*", "object", problem="event")


@pytest.mark.parametrize(
    ("schema", "value", "problems"),
    [
        ({"type": "integer"}, 1.5, {"": "type"}),
        ({"type": "number"}, 1, {}),
        ({"type": "string"}, None, {"": "type"}),
        ({"type": "string", "nullable": True}, None, {}),
        ({"type": ["string", "null"]}, None, {}),
        ({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "string"}]}, "b", {}),
        ({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "integer"}]}, "b", {"": "value"}),
        ({"type": "object"}, {"a": 1}, {}),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": 1}, {"/*": "type"}),
        ({"type": "object", "properties": {"a": {}}}, {"a": [1], "b": 2}, {"/b": "field"}),
        ({"type": "array", "items": {"type": "string"}}, ["a", 1, 2], {"/*": "type"}),
        ({"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {}}}]},
         {"a": 1, "b": 2, "c": 3}, {"/a": "type", "/c": "field"}),
    ],
)  # fmt: skip
def test_a_value_is_held_against_all_that_its_schema_allows(
    schema: dict[str, Any], value: Any, problems: dict[str, str]
) -> None:
    found = Observer({"schema": schema}).observe(["/schema"], value)
    assert {one.pointer: one.problem for one in found if one.problem} == problems


def conform(*arguments: str) -> Any:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(conform_command)
    return CliRunner().invoke(app, [*arguments, "--root", str(ROOT)])


@pytest.mark.usefixtures("drifted")
def test_the_command_fails_if_the_document_does_not_know_something(tmp_path: Path) -> None:
    done = conform("--record", str(tmp_path / "new"), "--param", "space_id=1")
    assert done.exit_code == 1
    assert "unknown users.me | field /data/profile: object" in done.output
    assert "skipped plugins.mget | --param ids=..." in done.output
    assert (tmp_path / "new" / "datasets.list.json").exists()


def test_the_command_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COZE_API_TOKEN", raising=False)
    assert isinstance(conform("--record", str(tmp_path)).exception, GeneratorError)
    assert "NAME=VALUE" in conform("--record", str(tmp_path), "--param", "bot_id").output
    assert "--record DIR" in conform().output
    wrong = conform("--record", str(tmp_path), "--call", "chat.strem")
    assert "the client has no method chat.strem" in wrong.output
