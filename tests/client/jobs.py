"""The jobs of the official SDK's examples, each as a function of a client."""

from __future__ import annotations

import logging
import re
import time
import wave
from base64 import b64decode
from threading import Thread
from typing import TYPE_CHECKING

import httpx

from coze_client import APIError, Coze
from coze_client.audio import chunks
from coze_client.messages import audio, image, user

if TYPE_CHECKING:
    from pathlib import Path


def apps_list(coze: Coze) -> None:
    for app in coze.apps.list(workspace_id="1"):
        print(app.id)


def audio_speech(coze: Coze, file: Path) -> None:
    voice = next(iter(coze.audio.voices.list()))
    coze.audio.speech.create(input="hi", voice_id=voice.voice_id).write_to(file)


def audio_voiceprint_groups_create(coze: Coze) -> None:
    print(coze.audio.voiceprint_groups.create(name="family").id)


def audio_voiceprint_groups_delete(coze: Coze) -> None:
    coze.audio.voiceprint_groups.delete(group_id="1")


def audio_voiceprint_groups_features_create(coze: Coze, file: Path) -> None:
    print(coze.audio.voiceprint_groups.features.create(group_id="1", name="Ada", file=file).id)


def audio_voiceprint_groups_features_delete(coze: Coze) -> None:
    coze.audio.voiceprint_groups.features.delete(group_id="1", feature_id="2")


def audio_voiceprint_groups_features_list(coze: Coze) -> None:
    for feature in coze.audio.voiceprint_groups.features.list(group_id="1"):
        print(feature.id)


def audio_voiceprint_groups_features_update(coze: Coze, file: Path) -> None:
    coze.audio.voiceprint_groups.features.update(group_id="1", feature_id="2", file=file)


def audio_voiceprint_groups_list(coze: Coze) -> None:
    for group in coze.audio.voiceprint_groups.list():
        print(group.id)


def audio_voiceprint_groups_speaker_identify(coze: Coze, file: Path) -> None:
    found = coze.audio.voiceprint_groups.speaker_identify(group_id="1", file=file)
    print(found.feature_score_list)


def audio_voiceprint_groups_update(coze: Coze) -> None:
    coze.audio.voiceprint_groups.update(group_id="1", name="friends")


def benchmark_text_chat(coze: Coze) -> None:
    begin = time.perf_counter()
    with coze.chat.stream(bot_id="1", user_id="me", additional_messages=[user("hi")]) as stream:
        print("first event", next(stream), time.perf_counter() - begin)
        print("first token", next(stream.text), time.perf_counter() - begin)
        print("all", stream.final().usage, time.perf_counter() - begin)


def benchmark_websockets_chat(coze: Coze) -> None:
    voice = next(iter(coze.audio.voices.list()))
    speech = coze.audio.speech.create(
        input="hi", voice_id=voice.voice_id, response_format="pcm", sample_rate=24000
    )
    question = chunks(speech.read())
    with coze.websockets.chat.create(bot_id="1") as socket:
        socket.chat.update(input_audio=question.format)
        for chunk in question:
            socket.input_audio_buffer.append(delta=chunk)
        socket.input_audio_buffer.complete()
        begin = time.perf_counter()
        firsts: dict[str, float] = {}
        for event in socket.turn():
            firsts.setdefault(event.event_type, time.perf_counter() - begin)
    print("first token", firsts["conversation.message.delta"])
    print("first audio", firsts["conversation.audio.delta"])
    print("all", firsts["conversation.chat.completed"])


def bot_create(coze: Coze, file: Path) -> None:
    avatar = coze.files.upload(file=file)
    print(coze.bots.create(space_id="1", name="Helper", icon_file_id=avatar.id).bot_id)


def bot_publish(coze: Coze, file: Path) -> None:
    avatar = coze.files.upload(file=file)
    bot = coze.bots.create(space_id="1", name="Helper", icon_file_id=avatar.id)
    coze.bots.update(bot_id=bot.bot_id, description="Helps")
    coze.bots.publish(bot_id=bot.bot_id, connector_ids=["1024"])
    with coze.chat.stream(
        bot_id=bot.bot_id, user_id="me", additional_messages=[user("hi")]
    ) as stream:
        print(*stream.text)


def bot_retrieve(coze: Coze) -> None:
    print(coze.bots.retrieve(bot_id="1"))


def bot_unpublish(coze: Coze) -> None:
    coze.bots.unpublish(bot_id="1", connector_id="1024")


def bot_update(coze: Coze) -> None:
    coze.bots.update(bot_id="1", name="Helper")


def bots_list(coze: Coze) -> None:
    for bot in coze.bots.list(workspace_id="1"):
        print(bot.id)


def chat_conversation_stream(coze: Coze) -> None:
    conversation = coze.conversations.create()
    for question in ("hi", "and?"):
        with coze.chat.stream(
            bot_id="1",
            user_id="me",
            conversation_id=conversation.id,
            additional_messages=[user(question)],
        ) as stream:
            print(*stream.text)


def chat_download_file(coze: Coze, folder: Path) -> None:
    with coze.chat.stream(bot_id="1", user_id="me", additional_messages=[user("hi")]) as stream:
        for url in re.findall(r"https?://\S+", stream.final().text):
            name = httpx.URL(url).path.rpartition("/")[2]
            (folder / name).write_bytes(httpx.get(url).content)


def chat_local_plugin(coze: Coze) -> None:
    def get_weather(location: str) -> str:
        return f"sunny in {location}"

    with coze.chat.run(
        bot_id="1",
        user_id="me",
        additional_messages=[user("weather?")],
        tools={"get_weather": get_weather},
    ) as stream:
        print(*stream.text)


def chat_multimode_stream(coze: Coze, file: Path) -> None:
    picture = image(file_id=coze.files.upload(file=file).id)
    with coze.chat.stream(
        bot_id="1", user_id="me", additional_messages=[user("what is this?", picture)]
    ) as stream:
        print(*stream.text)


def chat_no_stream(coze: Coze) -> None:
    result = coze.chat.create_and_poll(
        bot_id="1",
        user_id="me",
        additional_messages=[user("hi")],
        deadline=60,
        cancel_on_deadline=True,
    )
    for message in result.messages:
        print(message.role, message.content)
    print(result.usage)


def chat_oneonone_audio(coze: Coze, file: Path) -> None:
    question = audio(file_id=coze.files.upload(file=file).id)
    with (
        coze.chat.stream(bot_id="1", user_id="me", additional_messages=[user(question)]) as stream,
        wave.open(str(file.with_suffix(".answer.wav")), "wb") as answer,
    ):
        answer.setparams((1, 2, 24000, 0, "NONE", ""))
        for event in stream:
            if event.event == "conversation.audio.delta":
                answer.writeframes(b64decode(event.data.content))


def chat_simple_audio(coze: Coze, file: Path) -> None:
    voice = next(iter(coze.audio.voices.list()))
    coze.audio.speech.create(input="hi", voice_id=voice.voice_id).write_to(file)
    question = audio(file_id=coze.files.upload(file=file).id)
    with coze.chat.stream(bot_id="1", user_id="me", additional_messages=[user(question)]) as stream:
        print(*stream.text)


def chat_stream(coze: Coze) -> None:
    with coze.chat.stream(bot_id="1", user_id="me", additional_messages=[user("hi")]) as stream:
        for text in stream.text:
            print(text, end="")
        print(stream.final().usage)


def connector_bot_update(coze: Coze) -> None:
    coze.connectors.bots.update(connector_id="1", bot_id="2", audit_status=1)


def conversation(coze: Coze) -> None:
    made = coze.conversations.create()
    print(coze.conversations.retrieve(conversation_id=made.id))
    coze.conversations.messages.create(
        conversation_id=made.id, role="user", content="hi", content_type="text"
    )
    coze.conversations.clear(conversation_id=made.id)


def conversation_create(coze: Coze) -> None:
    print(coze.conversations.create(meta_data={"a": "b"}, messages=[user("hi")]).id)


def conversation_delete(coze: Coze) -> None:
    coze.conversations.delete(conversation_id="1")


def conversation_list(coze: Coze) -> None:
    for one in coze.conversations.list(bot_id="1"):
        print(one.id)


def conversation_update(coze: Coze) -> None:
    coze.conversations.update(conversation_id="1", name="Plans")


def dataset_create(coze: Coze) -> None:
    print(coze.datasets.create(name="Books", space_id="1", format_type=0).dataset_id)


def exception(coze: Coze) -> None:
    try:
        coze.with_options(token="expired").users.me()
    except APIError as error:
        print(error.logid)


def files_upload(coze: Coze, file: Path) -> None:
    print(coze.files.upload(file=file).id)


def log(coze: Coze) -> None:
    logging.getLogger("coze_client").setLevel(logging.DEBUG)
    coze.users.me()


def template_duplicate(coze: Coze) -> None:
    print(coze.templates.duplicate(template_id="1", workspace_id="2").entity_id)


def timeout(coze: Coze) -> None:
    coze.with_options(timeout=5, deadline=10).users.me()


def users_me(coze: Coze) -> None:
    print(coze.users.me().user_id)


def variable_retrieve(coze: Coze) -> None:
    print(coze.variables.retrieve(connector_uid="1", bot_id="2", keywords=["a"]))


def variable_update(coze: Coze) -> None:
    coze.variables.update(connector_uid="1", bot_id="2", data=[{"keyword": "a", "value": "b"}])


def websockets_audio_speech(coze: Coze, file: Path) -> None:
    with wave.open(str(file), "wb") as out, coze.websockets.audio.speech.create() as socket:
        out.setparams((1, 2, 24_000, 0, "NONE", ""))
        for piece in socket.pipe("hello"):
            out.writeframes(piece)


def websockets_audio_transcriptions(coze: Coze) -> None:
    voice = next(iter(coze.audio.voices.list()))
    speech = coze.audio.speech.create(
        input="hi", voice_id=voice.voice_id, response_format="pcm", sample_rate=24000
    )
    question = chunks(speech.read())
    with coze.websockets.audio.transcriptions.create() as socket:
        socket.transcriptions.update(input_audio=question.format)
        for text in socket.pipe(question):
            print(text)


def websockets_chat(coze: Coze, file: Path) -> None:
    voice = next(iter(coze.audio.voices.list()))
    coze.audio.speech.create(
        input="hi", voice_id=voice.voice_id, response_format="pcm", sample_rate=24000
    ).write_to(file)
    question = chunks(file)
    with coze.websockets.chat.create(bot_id="1") as socket:
        socket.chat.update(input_audio=question.format)
        for chunk in question:
            socket.input_audio_buffer.append(delta=chunk)
        socket.input_audio_buffer.complete()
        for event in socket.turn():
            if event.event_type == "conversation.message.delta":
                print(event.data.content)
            elif event.event_type == "conversation.audio.delta":
                file.write_bytes(event.data.content)


def websockets_chat_realtime_gui(coze: Coze, file: Path) -> None:
    """Do it without a window: the microphone is a file, and the speaker is print."""
    microphone = chunks(file, milliseconds=20, paced=True)
    with coze.websockets.chat.create(bot_id="1") as socket:
        socket.chat.update(input_audio=microphone.format, turn_detection={"type": "server_vad"})

        def listen() -> None:
            for chunk in microphone:
                socket.input_audio_buffer.append(delta=chunk)
            socket.input_audio_buffer.complete()

        Thread(target=listen).start()
        for event in socket.turn():
            if event.event_type == "input_audio_buffer.speech_started":
                print("the speaker falls silent")
            elif event.event_type == "conversation.audio.delta":
                print(len(event.data.content))


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
