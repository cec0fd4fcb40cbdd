"""Speak an answer while it is written: python examples/speak_while_writing.py BOT_ID TEXT FILE."""

import sys
import wave

from coze_client import Coze
from coze_client.messages import user

_, bot_id, question, path = sys.argv

with (
    Coze() as coze,
    wave.open(path, "wb") as file,
    coze.chat.stream(bot_id=bot_id, user_id="me", additional_messages=[user(question)]) as answer,
    coze.websockets.audio.speech.create() as socket,
):
    file.setparams((1, 2, 24_000, 0, "NONE", ""))  # one channel, two bytes a sample
    socket.speech.update(output_audio={"codec": "pcm", "pcm_config": {"sample_rate": 24_000}})
    for piece in socket.pipe(answer.text):  # words go in while their sound comes out
        file.writeframes(piece)
    print(f"{file.getnframes() / 24_000:.1f} s of speech")
