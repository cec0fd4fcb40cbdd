"""Every job of the official SDK's examples is done against the sandbox."""

from __future__ import annotations

import inspect
import json
import wave
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import Coze
from coze_sandbox import Scenario
from tests.client.jobs import (
    audio,
    bots,
    chat,
    conversations,
    settings,
    sockets,
    workflows,
    workspaces,
)
from tests.core.scripted_server import ScriptedServer, answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coze_sandbox import Sandbox

MODULES = [audio, bots, chat, conversations, settings, sockets, workflows, workspaces]
JOBS = [
    job
    for module in MODULES
    for _, job in inspect.getmembers(module, inspect.isfunction)
    if job.__module__ == module.__name__ and job is not chat.chat_download_file
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_the_job_is_done(job: Callable[..., None], coze_sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"content")
    given: dict[str, Any] = {"file": file} if "file" in inspect.signature(job).parameters else {}
    with Coze() as coze:
        job(coze, **given)
    assert coze_sandbox.requests


def test_the_voice_of_an_answer_becomes_a_file(coze_sandbox: Sandbox, tmp_path: Path) -> None:
    question = tmp_path / "question.wav"
    question.write_bytes(b"content")
    coze_sandbox.scenario(Scenario(script="voice"), operation="chat.stream")
    with Coze() as coze:
        chat.chat_oneonone_audio(coze, question)
    with wave.open(str(tmp_path / "question.answer.wav")) as sound:
        assert (sound.getframerate(), sound.getnframes() > 0) == (24000, True)


def test_the_file_that_an_answer_links_to_is_downloaded(tmp_path: Path) -> None:
    with ScriptedServer(b"") as server, Coze("t", base_url=server.url) as coze:
        ids = {"id": "1", "conversation_id": "2", "chat_id": "3"}
        link = {"role": "assistant", "type": "answer", "content": f"{server.url}/cat.png?sign=1"}
        said = json.dumps({**ids, **link, "content_type": "text"})
        done = json.dumps({**ids, "status": "completed"})
        events = f"""event:conversation.message.completed
data:{said}

event:conversation.chat.completed
data:{done}

event:done
data:"[DONE]"

"""
        stream = answer(body=events.encode(), kind="text/event-stream")
        server.script = [stream, answer(body=b"a cat", kind="image/png")]
        chat.chat_download_file(coze, tmp_path)
    assert (tmp_path / "cat.png").read_bytes() == b"a cat"
