"""Ask a bot by voice: python examples/voice_chat.py BOT_ID QUESTION.wav ANSWER.wav."""

import sys
import wave

from coze_client import Coze, audio

_, bot_id, question, answer = sys.argv

with Coze() as coze, wave.open(answer, "wb") as file:
    file.setparams((1, 2, 24_000, 0, "NONE", ""))  # one channel, two bytes a sample
    with coze.websockets.chat.create(bot_id=bot_id) as socket:
        recording = audio.chunks(question, paced=True)  # in place of a microphone
        socket.chat.update(
            input_audio=recording.format,
            output_audio={"codec": "pcm", "pcm_config": {"sample_rate": 24_000}},
        )
        for chunk in recording:
            socket.input_audio_buffer.append(delta=chunk)
        socket.input_audio_buffer.complete()
        for event in socket.turn():
            if event.event_type == "conversation.audio_transcript.completed":
                print(f"You said: {event.data.content}")
            elif event.event_type == "conversation.message.delta":
                print(event.data.content, end="", flush=True)
            elif event.event_type == "conversation.audio.delta":
                file.writeframes(event.data.content)
    print(f"\n{file.getnframes() / 24_000:.1f} s of speech")
