"""What type checkers see of sockets: events told apart, senders, and what goes through a pipe.

Never run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

from coze_client import AsyncCoze, Coze, audio, events, models, params, sockets, turn_with_tools

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


def chat(coze: Coze) -> None:
    with coze.websockets.chat.create(bot_id="1", reconnect=2) as socket:
        assert_type(socket, sockets.ChatSocket)
        sound: params.InputAudio = {"format": "pcm", "sample_rate": 16000}
        socket.chat.update(input_audio=sound, turn_detection={"type": "server_vad"})
        socket.input_audio_buffer.append(delta=b"\0\0")
        socket.input_audio_buffer.complete()
        socket.conversation.message.create(role="user", content_type="text", content="hi")
        socket.send({"event_type": "conversation.clear"})
        for event in socket.turn():
            narrowing(event)
        for event in socket.until("chat.updated"):
            narrowing(event)
        for event in socket:
            narrowing(event)


def narrowing(event: events.ChatSocketEvent) -> None:
    if event.event_type == "conversation.audio.delta":
        assert_type(event.data.content, bytes)
    elif event.event_type == "conversation.message.delta":
        assert_type(event.data, models.ChatMessage)
    elif event.event_type == "conversation.chat.canceled":
        assert_type(event.data.msg, str | None)
    elif event.event_type == "input_audio_buffer.completed":
        assert_type(event.data, None)
    elif event.event_type == "unknown":
        assert_type(event.name, str)
    assert_type(event.id, str | None)


def pipes(coze: Coze, words: Iterator[str], recording: bytes) -> None:
    with coze.websockets.audio.speech.create() as speech:
        assert_type(speech.pipe(words), "Iterator[bytes]")
        assert_type(speech.pipe("text"), "Iterator[bytes]")
    with coze.websockets.audio.transcriptions.create() as transcription:
        assert_type(transcription.pipe([recording]), "Iterator[str]")
        chunks = audio.chunks("a.wav", paced=True)
        transcription.transcriptions.update(input_audio=chunks.format)
        assert_type(transcription.pipe(chunks), "Iterator[str]")
    with coze.websockets.chat.create(bot_id="1") as chat:
        assert_type(turn_with_tools(chat, {}), "Iterator[events.ChatSocketEvent]")
    with coze.websockets.audio.simult_interpretation.create() as interpretation:
        interpretation.simult_interpretation.update(translate_config={"from": "zh", "to": "en"})
        assert_type(interpretation.pipe(recording), "Iterator[bytes]")


async def asynchronous(coze: AsyncCoze, microphone: AsyncIterator[bytes]) -> None:
    async with coze.websockets.chat.create(bot_id="1") as socket:
        assert_type(socket, sockets.AsyncChatSocket)
        await socket.conversation.chat.submit_tool_outputs(
            chat_id="1", tool_outputs=[{"tool_call_id": "2", "output": "{}"}]
        )
        async for event in socket.turn():
            narrowing(event)
        async for event in socket:
            narrowing(event)
        async for event in turn_with_tools(socket, {"get_weather": len}):
            narrowing(event)
    async with coze.websockets.audio.transcriptions.create() as transcription:
        async for text in transcription.pipe(microphone):
            assert_type(text, str)
