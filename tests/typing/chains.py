"""What an answer gives, the next call takes: chains of calls, without casts, that must type-check.

Nothing here runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coze_client import messages

if TYPE_CHECKING:
    from coze_client import AsyncCoze, Coze, models, params


def bots(coze: Coze, workspace: models.Workspace) -> None:
    created = coze.bots.create(space_id=workspace.id, name="n")
    bot = coze.bots.retrieve(bot_id=created.bot_id)
    coze.bots.update(bot_id=bot.bot_id, name="m")
    coze.bots.publish(bot_id=bot.bot_id, connector_ids=["1024"])
    for version in coze.bots.versions.list(bot_id=bot.bot_id):
        assert version.version
    coze.bots.unpublish(bot_id=bot.bot_id, connector_id="1024")
    for listed in coze.bots.list(workspace_id=workspace.id):
        coze.bots.retrieve(bot_id=listed.id)
        coze.bots.collaboration_modes.update(bot_id=listed.id, collaboration_mode="collaboration")
        coze.bots.collaborators.create(bot_id=listed.id, collaborators=[{"user_id": "1"}])
        coze.bots.collaborators.delete(bot_id=listed.id, user_id="1")
    for user in workspace.admin_uids or ():
        coze.workspaces.members.create(
            workspace_id=workspace.id, users=[{"user_id": user, "role_type": "member"}]
        )
    copy = coze.templates.duplicate(template_id="1", workspace_id=workspace.id)
    coze.connectors.install(connector_id="1024", workspace_id=workspace.id)
    coze.connectors.bots.update(connector_id="1024", bot_id=copy.entity_id, audit_status=1)
    coze.variables.update(
        connector_uid="1", bot_id=copy.entity_id, data=[{"keyword": "a", "value": "b"}]
    )
    coze.variables.retrieve(connector_uid="1", bot_id=copy.entity_id)


def workspaces(coze: Coze) -> None:
    created = coze.workspaces.create(name="n", description="d", icon_file_id="1")
    coze.workspaces.update(workspace_id=created.id, name="m")
    for workspace in coze.workspaces.list():
        for member in coze.workspaces.members.list(workspace_id=workspace.id):
            coze.workspaces.members.delete(workspace_id=workspace.id, user_ids=[member.user_id])
        for folder in coze.folders.list(workspace_id=workspace.id, folder_type="development"):
            coze.folders.retrieve(folder_id=folder.id)
            coze.workspaces.update(workspace_id=folder.workspace_id, name="n")
        for app in coze.apps.list(workspace_id=workspace.id):
            found = coze.apps.retrieve(app_id=app.id)
            coze.apps.collaborators.create(
                app_id=found.app_id, collaborators=[{"user_id": app.owner_user_id}]
            )
            coze.apps.collaborators.delete(app_id=app.id, user_id="1")


def conversations(coze: Coze) -> None:
    conversation = coze.conversations.create()
    coze.conversations.retrieve(conversation_id=conversation.id)
    coze.conversations.update(conversation_id=conversation.id, name="n")
    cleared = coze.conversations.clear(conversation_id=conversation.id)
    coze.conversations.retrieve(conversation_id=cleared.conversation_id)
    created = coze.conversations.messages.create(
        conversation_id=conversation.id, role="user", content="hi", content_type="text"
    )
    message = coze.conversations.messages.retrieve(
        conversation_id=created.conversation_id, message_id=created.id
    )
    coze.conversations.messages.update(
        conversation_id=message.conversation_id, message_id=message.id, content="ho"
    )
    for one in coze.conversations.messages.list(conversation_id=message.conversation_id):
        coze.conversations.messages.feedback.create(
            conversation_id=one.conversation_id, message_id=one.id, feedback_type="like"
        )
        coze.conversations.messages.feedback.delete(
            conversation_id=one.conversation_id, message_id=one.id
        )
        coze.conversations.messages.delete(conversation_id=conversation.id, message_id=one.id)
    for listed in coze.conversations.list(bot_id="1"):
        coze.conversations.delete(conversation_id=listed.id)


def chats(coze: Coze) -> None:
    history = [messages.user("hi"), messages.assistant("ho")]
    typed: list[params.EnterMessage] = [{"role": "user", "content": "hi", "content_type": "text"}]
    coze.chat.create(bot_id="1", user_id="u", additional_messages=typed)
    chat = coze.chat.create(bot_id="1", user_id="u", additional_messages=history)
    coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
    again = coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
    said = coze.chat.messages.list(conversation_id=again.conversation_id, chat_id=again.id)
    history += map(messages.again, said)
    coze.chat.create(bot_id=chat.bot_id, user_id="u", additional_messages=history)
    with coze.chat.stream(bot_id="1", user_id="u", additional_messages=history) as stream:
        for event in stream:
            if event.event == "conversation.message.completed":
                history.append(messages.again(event.data))
                coze.chat.cancel(
                    conversation_id=event.data.conversation_id, chat_id=event.data.chat_id
                )
            elif event.event == "conversation.chat.requires_action":
                tool_calls(coze, event.data)


def tool_calls(coze: Coze, chat: models.Chat) -> None:
    action = chat.required_action
    calls = action.submit_tool_outputs if action else None
    outputs = [messages.tool(call.id, "") for call in (calls.tool_calls if calls else None) or ()]
    coze.chat.submit_tool_outputs(
        conversation_id=chat.conversation_id, chat_id=chat.id, tool_outputs=outputs
    )
    coze.chat.stream_submit_tool_outputs(
        conversation_id=chat.conversation_id, chat_id=chat.id, tool_outputs=outputs
    ).close()


def workflows(coze: Coze) -> None:
    for workflow in coze.workflows.list(workspace_id="1"):
        coze.workflows.retrieve(workflow_id=workflow.workflow_id)
        for version in coze.workflows.versions.list(workflow_id=workflow.workflow_id):
            coze.workflows.retrieve(workflow_id=version.workflow_id)
        run = coze.workflows.runs.create(workflow_id=workflow.workflow_id, is_async=True)
        history = coze.workflows.runs.run_histories.retrieve(
            workflow_id=workflow.workflow_id, execute_id=run.execute_id
        )
        for entry in history:
            for node in (entry.node_execute_status or {}).values():
                coze.workflows.runs.run_histories.execute_nodes.retrieve(
                    workflow_id=workflow.workflow_id,
                    execute_id=entry.execute_id,
                    node_execute_uuid=node.node_execute_uuid,
                )
            if (asked := entry.interrupt_data) is not None:
                coze.workflows.runs.resume(
                    workflow_id=workflow.workflow_id,
                    event_id=asked.event_id,
                    interrupt_type=asked.type,
                    resume_data="yes",
                )
        with coze.workflows.runs.stream(workflow_id=workflow.workflow_id) as stream:
            for event in stream:
                if event.event == "Interrupt":
                    interrupt = event.data.interrupt_data
                    coze.workflows.runs.stream_resume(
                        workflow_id=workflow.workflow_id,
                        event_id=interrupt.event_id,
                        interrupt_type=interrupt.type,
                        resume_data="yes",
                    ).close()
        coze.workflows.chat.stream(
            workflow_id=workflow.workflow_id, conversation_id=coze.conversations.create().id
        ).close()
        coze.workflows.collaboration_modes.update(
            workflow_id=workflow.workflow_id, collaboration_mode="collaboration"
        )
        coze.workflows.collaborators.create(
            workflow_id=workflow.workflow_id, collaborators=[{"user_id": "1"}]
        )
        coze.workflows.collaborators.delete(workflow_id=workflow.workflow_id, user_id="1")


def datasets(coze: Coze) -> None:
    created = coze.datasets.create(name="n", space_id="1", format_type=0)
    coze.datasets.update(dataset_id=created.dataset_id, name="m")
    made = coze.datasets.documents.create(
        dataset_id=created.dataset_id,
        document_bases=[{"name": "n", "source_info": {"web_url": "https://a.b"}}],
    )
    for added in made.document_infos or ():
        coze.datasets.documents.update(document_id=added.document_id, document_name="m")
    for dataset in coze.datasets.list(space_id="1"):
        for document in coze.datasets.documents.list(dataset_id=dataset.dataset_id):
            coze.datasets.process(
                dataset_id=dataset.dataset_id, document_ids=[document.document_id]
            )
            coze.datasets.documents.delete(document_ids=[document.document_id])
        for image in coze.datasets.images.list(dataset_id=dataset.dataset_id):
            coze.datasets.images.update(
                dataset_id=dataset.dataset_id, document_id=image.document_id, caption="c"
            )
        coze.datasets.delete(dataset_id=dataset.dataset_id)


def files_and_audio(coze: Coze) -> None:
    file = coze.files.upload(file=b"")
    coze.files.retrieve(file_id=file.id)
    messages.user("look", messages.image(file_id=file.id))
    for voice in coze.audio.voices.list():
        coze.audio.speech.create(input="hi", voice_id=voice.voice_id).close()
    assert coze.audio.transcriptions.create(file=b"").text
    group = coze.audio.voiceprint_groups.create(name="n")
    who = coze.audio.voiceprint_groups.speaker_identify(group_id=group.id, file=b"")
    for score in who.feature_score_list or ():
        coze.audio.voiceprint_groups.features.delete(group_id=group.id, feature_id=score.feature_id)
    coze.audio.voiceprint_groups.update(group_id=group.id, name="m")
    feature = coze.audio.voiceprint_groups.features.create(
        group_id=group.id, name="n", file=b"", desc="d"
    )
    coze.audio.voiceprint_groups.features.update(group_id=group.id, feature_id=feature.id, name="m")
    for one in coze.audio.voiceprint_groups.features.list(group_id=group.id):
        coze.audio.voiceprint_groups.features.delete(group_id=one.group_id, feature_id=one.id)
    for found in coze.audio.voiceprint_groups.list():
        coze.audio.voiceprint_groups.delete(group_id=found.id)


def apps_and_organizations(coze: Coze) -> None:
    app = coze.api_apps.create(app_type="normal", name="n")
    coze.api_apps.update(api_app_id=app.id, name="m")
    coze.api_apps.events.create(api_app_id=app.id, event_types=["bot.published"])
    for listed in coze.api_apps.list():
        for event in coze.api_apps.events.list(api_app_id=listed.id):
            coze.api_apps.events.delete(api_app_id=event.api_app_id, event_types=["bot.published"])
        coze.api_apps.delete(api_app_id=listed.id)
    organization = coze.enterprises.organizations.create(
        enterprise_id="1", name="n", super_admin_user_id=coze.users.me().user_id
    )
    coze.organizations.update(organization_id=organization.organization_id, name="m")
    for found in coze.enterprises.organizations.list(enterprise_id="1"):
        coze.organizations.members.create(
            organization_id=found.organization_id,
            organization_people=[{"user_id": "1", "organization_role_type": "organization_member"}],
        )
    for member in coze.organizations.members.list(organization_id=organization.organization_id):
        coze.organizations.members.update(
            organization_id=organization.organization_id,
            user_id=member.user_id,
            organization_role_type="organization_admin",
        )
        coze.organizations.members.delete(
            organization_id=organization.organization_id,
            user_id=member.user_id,
            receiver_user_id="1",
        )
    assert coze.benefits.retrieve()
    limit = coze.benefit_limitations.create(
        entity_type="single_device",
        benefit_info={
            "benefit_type": "resource_point",
            "active_mode": "absolute_time",
            "started_at": 1,
            "ended_at": 2,
            "limit": 3,
        },
    )
    assert limit
    for limitation in coze.benefit_limitations.list(
        entity_type="single_device", benefit_type="resource_point"
    ):
        coze.benefit_limitations.update(benefit_id=limitation.benefit_id)
    for plugin in coze.plugins.mget(ids=["1"]).items:
        coze.plugins.retrieve(plugin_id=plugin.plugin_id)
    started = coze.copy_tasks.create(entity_id="1", entity_type="bot", to_workspace_id="1")
    if started.task_id:
        coze.copy_tasks.retrieve(task_id=started.task_id)


async def asynchronous(coze: AsyncCoze) -> None:
    async for bot in coze.bots.list(workspace_id="1"):
        await coze.bots.retrieve(bot_id=bot.id)
    chat = await coze.chat.create(bot_id="1", user_id="u")
    for message in await coze.chat.messages.list(
        conversation_id=chat.conversation_id, chat_id=chat.id
    ):
        await coze.chat.create(
            bot_id="1", user_id="u", additional_messages=[messages.again(message)]
        )


def stores(coze: Coze) -> None:
    for category in coze.stores.categories.list(entity_type="plugin"):
        for product in coze.stores.plugins.list(category_ids=[category.id]):
            plugin = coze.plugins.retrieve(plugin_id=product.metainfo.entity_id)
            for tool in plugin.tools or ():
                coze.plugins.tools.call(
                    plugin_id=plugin.plugin_id, tool_name=tool.name, arguments={}
                )


def members(coze: Coze) -> None:
    user = coze.users.me()
    coze.enterprises.members.create(
        enterprise_id="1", users=[{"user_id": user.user_id, "role": "enterprise_member"}]
    )
    coze.enterprises.members.update(
        enterprise_id="1", user_id=user.user_id, role="enterprise_admin"
    )
    coze.connectors.bind(connector_id="1", configs=[])
    coze.enterprises.members.delete(
        enterprise_id="1", user_id=user.user_id, receiver_user_id=user.user_id
    )
    room = coze.audio.rooms.create(bot_id="1")
    coze.audio.live.retrieve(live_id=room.room_id)
    for task in coze.bill_tasks.list(task_ids=[coze.bill_tasks.create().task_id]):
        assert task.task_id
    voice = coze.audio.voices.clone(voice_name="v", file=b"", audio_format="wav")
    coze.audio.speech.create(input="hi", voice_id=voice.voice_id).close()
