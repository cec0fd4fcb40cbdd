"""Workflows, their runs and their chats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coze_client.messages import image, user

if TYPE_CHECKING:
    from pathlib import Path

    from coze_client import Coze


def workflow_async(coze: Coze) -> None:
    print(coze.workflows.runs.create_and_poll(workflow_id="1").output)


def workflow_chat_multimode_stream(coze: Coze, file: Path) -> None:
    picture = image(file_id=coze.files.upload(file=file).id)
    with coze.workflows.chat.stream(
        workflow_id="1",
        conversation_id=coze.conversations.create().id,
        additional_messages=[user("what is this?", picture)],
        parameters={},
    ) as stream:
        print(*stream.text)


def workflow_chat_stream(coze: Coze) -> None:
    with coze.workflows.chat.stream(
        workflow_id="1",
        conversation_id=coze.conversations.create().id,
        additional_messages=[user("hi")],
        parameters={},
    ) as stream:
        print(*stream.text)


def workflow_execute_node(coze: Coze) -> None:
    run = coze.workflows.runs.create(workflow_id="1", is_async=True)
    histories = coze.workflows.runs.run_histories
    print(histories.retrieve(workflow_id="1", execute_id=str(run.execute_id)))
    node = histories.execute_nodes.retrieve(
        workflow_id="1", execute_id=str(run.execute_id), node_execute_uuid="3"
    )
    print(node.node_output)


def workflow_no_stream(coze: Coze) -> None:
    print(coze.workflows.runs.create(workflow_id="1").data)


def workflow_retrieve(coze: Coze) -> None:
    print(coze.workflows.retrieve(workflow_id="1"))


def workflow_run_history(coze: Coze) -> None:
    print(coze.workflows.runs.run_histories.retrieve(workflow_id="1", execute_id="2"))


def workflow_stream(coze: Coze) -> None:
    with coze.workflows.runs.stream(workflow_id="1", on_interrupt=lambda _: "Tokyo") as stream:
        print(*stream.text)


def workflow_version_list(coze: Coze) -> None:
    for version in coze.workflows.versions.list(workflow_id="1"):
        print(version.version)
