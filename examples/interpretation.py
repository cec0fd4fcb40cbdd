"""Interpret English in Chinese: python examples/interpretation.py RECORDING SPEECH.wav."""

import sys
import wave
from threading import Thread

from coze_client import Coze, audio

_, recording, path = sys.argv

with Coze() as coze, wave.open(path, "wb") as file:
    file.setparams((1, 2, 24_000, 0, "NONE", ""))  # one channel, two bytes a sample
    microphone = audio.chunks(recording, paced=True)  # a recording in place of one
    with coze.websockets.audio.simult_interpretation.create() as socket:
        socket.simult_interpretation.update(
            input_audio=microphone.format,
            output_audio={"codec": "pcm", "pcm_config": {"sample_rate": 24_000}},
            translate_config={"from": "en", "to": "zh"},
        )

        def speak() -> None:
            """Send in a thread of its own: the speaker does not wait for the interpreter."""
            for chunk in microphone:
                socket.input_audio_buffer.append(delta=chunk)
            socket.input_audio_buffer.complete()

        Thread(target=speak).start()
        for event in socket.turn():
            if event.event_type == "simult_interpretation.translation.delta":
                print(event.data.delta, end="", flush=True)
            elif event.event_type == "simult_interpretation.audio.delta":
                file.writeframes(event.data.delta)
    print(f"\n{file.getnframes() / 24_000:.1f} s of speech")
