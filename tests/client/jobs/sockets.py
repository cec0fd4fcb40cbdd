"""Speech over WebSockets."""

from __future__ import annotations

import time
import wave
from threading import Thread
from typing import TYPE_CHECKING

from coze_client.audio import chunks

if TYPE_CHECKING:
    from pathlib import Path

    from coze_client import Coze


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
