"""Chats: streams, tools, files and speech."""

from __future__ import annotations

import re
import time
import wave
from base64 import b64decode
from typing import TYPE_CHECKING

import httpx

from coze_client.messages import audio, image, user

if TYPE_CHECKING:
    from pathlib import Path

    from coze_client import Coze


def benchmark_text_chat(coze: Coze) -> None:
    begin = time.perf_counter()
    with coze.chat.stream(bot_id="1", user_id="me", additional_messages=[user("hi")]) as stream:
        print("first event", next(stream), time.perf_counter() - begin)
        print("first token", next(stream.text), time.perf_counter() - begin)
        print("all", stream.final().usage, time.perf_counter() - begin)


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
