"""A workspace, its members and what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from coze_client import Coze


def apps_list(coze: Coze) -> None:
    for app in coze.apps.list(workspace_id="1"):
        print(app.id)


def dataset_create(coze: Coze) -> None:
    print(coze.datasets.create(name="Books", space_id="1", format_type=0).dataset_id)


def files_upload(coze: Coze, file: Path) -> None:
    print(coze.files.upload(file=file).id)


def template_duplicate(coze: Coze) -> None:
    print(coze.templates.duplicate(template_id="1", workspace_id="2").entity_id)


def users_me(coze: Coze) -> None:
    print(coze.users.me().user_id)


def variable_retrieve(coze: Coze) -> None:
    print(coze.variables.retrieve(connector_uid="1", bot_id="2", keywords=["a"]))


def variable_update(coze: Coze) -> None:
    coze.variables.update(connector_uid="1", bot_id="2", data=[{"keyword": "a", "value": "b"}])


def workspaces_list(coze: Coze) -> None:
    for workspace in coze.workspaces.list():
        print(workspace.id)


def workspaces_members_create(coze: Coze) -> None:
    users = coze.workspaces.members.create(
        workspace_id="1", users=[{"user_id": "2", "role_type": "member"}]
    )
    print(users.added_success_user_ids)


def workspaces_members_delete(coze: Coze) -> None:
    print(coze.workspaces.members.delete(workspace_id="1", user_ids=["2"]).removed_success_user_ids)
