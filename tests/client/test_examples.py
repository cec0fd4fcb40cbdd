"""Every example does its job against the sandbox."""

from __future__ import annotations

import io
import json
import re
import runpy
import sys
import wave
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from coze_sandbox import Sandbox, Scenario

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ANSWER = "Hello! This answer comes from the sandbox: no account, no network, just a café ☕ on your own machine."
# Its arguments, what it prints, and what it sends.
JOBS: dict[str, tuple[list[str], str, list[str]]] = {
    "chat": (["7", "hi"], ANSWER, ["chat.stream"]),
    "chat_and_wait": (["7", "hi"], ANSWER, ["chat.create", "chat.retrieve", "chat.messages.list"]),
    "conversation": (["7"], "What is my name?", ["conversations.create", "conversations.clear"]),
    "image_question": (["7", "a.png"], ANSWER, ["files.upload", "chat.stream"]),
    "tools": (["7", "weather?"], ANSWER, ["chat.stream", "chat.stream_submit_tool_outputs"]),
    "many_chats": (["7", "12"], ANSWER, ["chat.stream"] * 12),
    "workflow_run": (["7"], "Success", ["workflows.runs.create"]),
    "workflow_stream": (["7"], ANSWER, ["workflows.runs.stream", "workflows.runs.stream_resume"]),
    "workflow_chat": (["7", "hi"], ANSWER, ["conversations.create", "workflows.chat.stream"]),
    "knowledge_upload": (
        ["7", "a.txt", "https://a.b"],
        "2 documents",
        ["datasets.documents.create"] * 2,
    ),
    "bots_to_csv": (["7", "bots.csv"], "", ["bots.list"]),
    "publish_bot": (["7", "a.png"], "", ["bots.create", "bots.update", "bots.publish"]),
    "plugin_store": (["maps"], "plugins", ["stores.plugins.list"]),
    "voice_to_file": (["hi", "b.mp3"], "bytes", ["audio.voices.list", "audio.speech.create"]),
    "speech_to_text": (["a.wav"], "", ["audio.transcriptions.create"]),
    "voiceprints": (
        ["a.wav"],
        "",
        ["audio.voiceprint_groups.create", "audio.voiceprint_groups.speaker_identify"],
    ),
    "voice_chat": (["7", "said.wav", "b.wav"], ANSWER, ["websockets.chat.create"]),
    "speak_while_writing": (
        ["7", "hi", "b.wav"],
        "0.6 s of speech",
        ["chat.stream", "websockets.audio.speech.create"],
    ),
    "live_transcription": (
        ["said.wav"],
        "\rHello from the sandbox.",
        ["websockets.audio.transcriptions.create"],
    ),
    "interpretation": (
        ["said.wav", "b.wav"],
        "沙盒向你问好。",
        ["websockets.audio.simult_interpretation.create"],
    ),
}
ELSEWHERE = {"callbacks", "tour", "oauth_device", "oauth_jwt", "oauth_pkce", "oauth_web"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.png", "a.txt", "a.wav"):
        (tmp_path / name).write_bytes(b"content")
    with wave.open(str(tmp_path / "said.wav"), "wb") as said:
        said.setparams((1, 2, 16_000, 0, "NONE", ""))
        said.writeframes(bytes(16_000 // 5))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", JOBS)
def test_the_example_does_its_job(
    name: str,
    coze_sandbox: Sandbox,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments, message, operations = JOBS[name]
    if name == "tools":
        coze_sandbox.scenario(Scenario(script="requires_action"), operation="chat.stream")
    if name == "workflow_stream":
        coze_sandbox.scenario(Scenario(script="interrupt"), operation="workflows.runs.stream")
        monkeypatch.setattr(sys, "stdin", io.StringIO("Tokyo\n"))
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert message in capsys.readouterr().out
    sent = [request.operation for request in coze_sandbox.requests]
    for operation in operations:
        sent.remove(operation)
    if arguments[-1].startswith("b"):
        assert (folder / arguments[-1]).stat().st_size > 0


def test_a_chat_is_relayed_to_the_browser(
    coze_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZE_BOT_ID", "7")
    app = runpy.run_path(str(EXAMPLES / "relay.py"))["app"]
    with TestClient(app) as browser:
        answer = browser.get("/chat", params={"question": "hi"})
    said = [json.loads(line.removeprefix("data: ")) for line in answer.text.split("\n\n")[:-1]]
    assert "".join(said) == ANSWER
    assert [request.operation for request in coze_sandbox.requests] == ["chat.stream"]


def test_the_tour_with_a_token_says_what_the_document_lacks_and_what_it_could_not_see(
    coze_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COZE_BOT_ID", "7")
    for name, scenario in {
        "audio.speech": Scenario(cut_frame=3),
        "audio.transcriptions": Scenario(unknown_event="transcriptions.guess"),
        "audio.simult_interpretation": Scenario(status=403),
    }.items():
        coze_sandbox.scenario(scenario, operation=f"websockets.{name}.create")
    runpy.run_path(str(EXAMPLES / "tour.py"), run_name="__main__")
    out = capsys.readouterr().out
    _, speech, transcriptions, interpretation, chat = re.split(
        r"^(?=\w+Socket:)", out, flags=re.MULTILINE
    )
    assert "SpeechSocket: 3 events, then it failed: " in speech
    assert "the document lacks: nothing" in speech
    assert "the document lacks: transcriptions.guess\n" in transcriptions
    assert "InterpretationSocket: 0 events, then it failed: " in interpretation
    assert "stays unknown" in interpretation
    assert "ChatSocket: 26 events, log id" in chat
    assert "the document lacks: nothing" in chat


def test_every_example_is_in_the_index_and_is_tried() -> None:
    files = {path.stem for path in EXAMPLES.glob("*.py")}
    assert files == JOBS.keys() | ELSEWHERE | {"relay"}
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert {name for name in files if f"]({name}.py)" in index} == files
